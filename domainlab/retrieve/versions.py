"""Which version of a fact holds on which day.

Chunks of one series are versions of each other. A version holds from its date until the next one's; the
newest holds until further notice. A chunk without a series holds from its date on, without a date always.

>>> ends_of({"a": "2025-01-01", "b": "2025-06-01"})
{'a': 20250601, 'b': 99999999}
"""

from collections.abc import Mapping
from datetime import date

from domainlab.errors import ConfigError, DataError

NEWEST, EVER = "newest", "ever"  # instead of a day: what holds now; all versions
ALWAYS, OPEN = 0, 99_999_999  # day numbers before the first and after the last day


def day_number(day: str) -> int:
    """An ISO day as a number that sorts like it; 0 for "", which means always.

    Raises:
        DataError: not a day such as 2026-11-25.

    >>> day_number("2031-02-01"), day_number("")
    (20310201, 0)
    """
    if day == "":
        return ALWAYS
    try:
        is_day = date.fromisoformat(day).isoformat() == day
    except (ValueError, TypeError):
        is_day = False
    if not is_day:
        raise DataError(f"A date must be a day of the calendar such as 2026-11-25; got {day!r}.")
    return int(day.replace("-", ""))


def ends_of(dates: Mapping[str, str]) -> dict[str, int]:
    """The day number from which each version of one series no longer holds, by chunk id.

    Args:
        dates: chunk id -> ISO day from which it holds; chunks of one day are one version.
    """
    days = sorted({day_number(day) for day in dates.values()})
    following = dict(zip(days, [*days[1:], OPEN], strict=True))
    return {name: following[day_number(day)] for name, day in dates.items()}


def holding(as_of: str) -> list[dict]:
    """The conditions on a chunk's `since` and `until` under which it holds on a day.

    Args:
        as_of: an ISO day, "newest" (the last version of everything), or "ever" (no condition).

    Raises:
        ConfigError: something else.
    """
    if as_of == EVER:
        return []
    if as_of == NEWEST:
        return [{"until": {"$eq": OPEN}}]
    try:
        day = day_number(as_of)
    except DataError as error:
        raise ConfigError(f"as_of must be a day, {NEWEST!r} or {EVER!r}. {error}") from error
    if day == ALWAYS:
        raise ConfigError(f'as_of must be a day, {NEWEST!r} or {EVER!r}; got "".')
    return [{"since": {"$lte": day}}, {"until": {"$gt": day}}]
