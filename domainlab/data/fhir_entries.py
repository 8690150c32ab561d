"""What each resource type says: one small reader per type, from the resource to the entries of a chart.

Field names are those of FHIR R4 (hl7.org/fhir/R4). Only active medicines, conditions and allergies are read: a
progress note is about today; what is over stays in the record.
"""

import base64
import binascii
import re
from collections.abc import Callable
from typing import Any

from domainlab.data.chart import Entry
from domainlab.data.fhir_codes import LOINC, plain_name, unit_words
from domainlab.data.fhir_json import codes, concept, dig, first_day, items, number, words

Resolve = Callable[[str], Any]  # reference -> resource, or None
NO_KNOWN_ALLERGY = re.compile(r"\bno (?:known )?(?:\w+ )?allerg", re.IGNORECASE)
NO_ALLERGY_CODES = {"716186003", "409137002", "429625007", "428607008"}  # SNOMED CT
OVER = {"inactive", "resolved", "remission", "completed", "stopped", "not-taken", "ended"}
PERIODS = {"h": "hours", "d": "day", "wk": "week", "mo": "month"}
NOT_A_COMPLAINT = {"normal pregnancy", "well child visit"}


def title(resource: Any) -> str:
    """A resource as it is referred to: "Observation/o12"."""
    return f"{words(resource, 'resourceType')}/{words(resource, 'id') or 'without-id'}"


def _is_over(resource: Any) -> bool:
    return bool(
        (codes(resource, "clinicalStatus") | {words(resource, "status"), words(resource, "clinicalStatus")}) & OVER
    )


def read_condition(resource: Any, resolve: Resolve) -> list[Entry]:
    """An active condition."""
    name = plain_name(concept(resource, "code"))
    if not name or _is_over(resource) or words(resource, "abatementDateTime"):
        return []
    when = first_day(resource, "onsetDateTime", "onsetPeriod", "recordedDate")
    return [Entry(record=title(resource), kind="condition", name=name, date=when)]


def read_allergy(resource: Any, resolve: Resolve) -> list[Entry]:
    """An active allergy, or that there is none."""
    name = plain_name(concept(resource, "code"))
    if not name or _is_over(resource):
        return []
    none = bool(codes(resource, "code") & NO_ALLERGY_CODES or NO_KNOWN_ALLERGY.search(name))
    when = first_day(resource, "recordedDate", "onsetDateTime")
    return [Entry(record=title(resource), kind="allergy", name="" if none else name, date=when, negated=none)]


def read_request(resource: Any, resolve: Resolve) -> list[Entry]:
    """A drug that somebody prescribed and nobody stopped."""
    if words(resource, "intent") in ("proposal", "plan", "option") or dig(resource, "doNotPerform") is True:
        return []
    return _drug(resource, resolve, "medication", "dosageInstruction", "authoredOn")


def read_statement(resource: Any, resolve: Resolve) -> list[Entry]:
    """A drug that the patient says to take."""
    return _drug(resource, resolve, "reported", "dosage", "effectiveDateTime", "effectivePeriod", "dateAsserted")


def _drug(resource: Any, resolve: Resolve, kind: str, dosage: str, *dates: str) -> list[Entry]:
    referenced = resolve(words(resource, "medicationReference", "reference"))
    names = (
        concept(resource, "medicationCodeableConcept"), concept(referenced, "code"),
        words(resource, "medicationReference", "display"),
    )  # fmt: skip
    name = plain_name(next((one for one in names if one), ""))
    if not name or _is_over(resource):
        return []
    dose, often = _dose(dig(resource, dosage, 0))
    when = first_day(resource, *dates)
    return [Entry(record=title(resource), kind=kind, name=name, value=dose, detail=often, date=when)]


def _dose(dosage: Any) -> tuple[str, str]:
    """(dose, how often) of the first dosage; its free text says how often where it is short."""
    quantity = dig(dosage, "doseAndRate", 0, "doseQuantity")
    amount, unit = number(quantity, "value"), words(quantity, "unit") or words(quantity, "code")
    dose = f"{amount} {unit}" if amount and unit else ""
    text = words(dosage, "text")
    if not text and dig(dosage, "asNeededBoolean") is True:
        text = "when needed"
    repeat = dig(dosage, "timing", "repeat")
    times, every = number(repeat, "frequency"), number(repeat, "period")
    if not text and times and every:
        period = PERIODS.get(words(repeat, "periodUnit"), words(repeat, "periodUnit"))
        text = f"{times} per {period}" if float(every) == 1 else f"{times} every {every} {period}"
    return dose, text if len(text) <= 60 else ""


def read_observation(resource: Any, resolve: Resolve) -> list[Entry]:
    """The measured values of a vital sign or laboratory result, also those in components."""
    categories = codes(resource, "category")
    kind = "vital" if "vital-signs" in categories else "lab" if "laboratory" in categories else ""
    known = any(code in LOINC for code in codes(resource, "code"))
    if not kind and not known:
        return []
    when = first_day(resource, "effectiveDateTime", "effectivePeriod", "effectiveInstant", "issued")
    found = [_value(resource, title(resource), kind or "vital", when)]
    for place, part in enumerate(items(resource, "component")):
        found.append(_value(part, f"{title(resource)}#component-{place}", kind or "vital", when))
    return [entry for entry in found if entry]


def _value(part: Any, record: str, kind: str, when: str) -> Entry | None:
    name = next(
        (LOINC[code] for code in sorted(codes(part, "code")) if code in LOINC), plain_name(concept(part, "code"))
    )
    quantity = dig(part, "valueQuantity")
    value = number(quantity, "value") or number(part, "valueInteger")
    if not name or not value or words(quantity, "comparator"):
        return None  # "< 5" is not 5
    unit = unit_words(words(quantity, "unit") or words(quantity, "code"), name)
    return Entry(
        record=record, kind=kind, name=name, value=value, unit="" if unit in ("1", "{score}") else unit, date=when
    )


def read_visit(resource: Any, resolve: Resolve) -> list[Entry]:
    """Why the patient came, where the record says it."""
    name = plain_name(concept(resource, "reasonCode", 0))
    if not name or name.lower() in NOT_A_COMPLAINT:
        return []
    return [Entry(record=title(resource), kind="complaint", name=name, date=first_day(resource, "period"))]


def read_document(resource: Any, resolve: Resolve) -> list[Entry]:
    """The text of an earlier note."""
    attachments = [dig(content, "attachment") for content in items(resource, "content")]
    return _notes(resource, attachments, "date")


def read_report(resource: Any, resolve: Resolve) -> list[Entry]:
    """The text of a report; its values are Observations of their own."""
    return _notes(resource, items(resource, "presentedForm"), "effectiveDateTime", "issued")


def _notes(resource: Any, attachments: list[Any], *dates: str) -> list[Entry]:
    texts = [_text(one) for one in attachments if words(one, "contentType").split(";")[0] in ("text/plain", "")]
    when = first_day(resource, *dates)
    return [Entry(record=title(resource), kind="note", name="note", value=text, date=when) for text in texts if text]


def _text(attachment: Any) -> str:
    """An attachment's text; what is not base64 or not UTF-8 is no text. Lines stay lines."""
    data = dig(attachment, "data")
    try:
        return base64.b64decode(data, validate=False).decode("utf-8").strip() if isinstance(data, str) else ""
    except (binascii.Error, UnicodeDecodeError):
        return ""


READERS: dict[str, Callable[[Any, Resolve], list[Entry]]] = {
    "Condition": read_condition,
    "AllergyIntolerance": read_allergy,
    "MedicationRequest": read_request,
    "MedicationStatement": read_statement,
    "Observation": read_observation,
    "Encounter": read_visit,
    "DocumentReference": read_document,
    "DiagnosticReport": read_report,
}
