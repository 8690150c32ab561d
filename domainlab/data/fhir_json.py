"""Small tolerant looks into FHIR JSON: a missing or oddly shaped part reads as nothing, never as an error."""

import datetime
import re
from decimal import Decimal
from typing import Any

DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
UNUSABLE = {"entered-in-error", "cancelled", "refuted", "unknown", "draft", "registered", "rejected"}


def dig(value: Any, *path: str | int) -> Any:
    """The part at the end of a path of keys and places, or None where the way there breaks off.

    >>> dig({"code": {"coding": [{"display": "Asthma"}]}}, "code", "coding", 0, "display")
    'Asthma'
    """
    for step in path:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and len(value) > step else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value


def items(value: Any, *path: str | int) -> list[Any]:
    """The list at the end of a path; one object counts as a list of one, anything else as none."""
    found = dig(value, *path)
    return found if isinstance(found, list) else [found] if isinstance(found, dict) else []


def words(value: Any, *path: str | int) -> str:
    """The text at the end of a path, on one line; "" where there is none."""
    found = dig(value, *path)
    return " ".join(found.split()) if isinstance(found, str) else ""


def concept(value: Any, *path: str | int) -> str:
    """What a CodeableConcept is called: its text, else the display of its first coding that has one."""
    found = dig(value, *path)
    displays = [words(coding, "display") for coding in items(found, "coding")]
    return words(found, "text") or next((display for display in displays if display), "")


def codes(value: Any, *path: str | int) -> set[str]:
    """Every code of a CodeableConcept, or of a list of them."""
    found = dig(value, *path)
    concepts = found if isinstance(found, list) else [found]
    return {words(coding, "code") for one in concepts for coding in items(one, "coding")} - {""}


def number(value: Any, *path: str | int) -> str:
    """A number as it was written in the file; "" where there is none."""
    found = dig(value, *path)
    if isinstance(found, bool) or not isinstance(found, int | float | Decimal):
        return ""
    text = format(found, "f") if isinstance(found, Decimal) else str(found)
    return text if re.fullmatch(r"-?\d+(\.\d+)?", text) else ""


def day(value: Any, *path: str | int) -> str:
    """The ISO day of a date or dateTime, also a part of one ("2020-05"); "" where it is no date."""
    text = words(value, *path)[:10]
    if not DAY.fullmatch(text):
        return ""
    try:
        datetime.date.fromisoformat(f"{text}-01-01"[:10] if len(text) < 10 else text)
    except ValueError:
        return ""
    return text


def first_day(resource: Any, *names: str) -> str:
    """The first date among several fields; of a period its start."""
    found = (day(resource, name) or day(resource, name, "start") for name in names)
    return next((one for one in found if one), "")


def usable(resource: Any) -> bool:
    """Whether the resource says that it holds: not entered in error, refuted, cancelled or still a draft."""
    verified = codes(resource, "verificationStatus")
    return not ({words(resource, "status")} | verified) & UNUSABLE
