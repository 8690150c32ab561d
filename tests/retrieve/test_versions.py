"""Versions: which one holds on which day."""

import pytest

from domainlab.errors import ConfigError, DataError
from domainlab.retrieve.versions import OPEN, day_number, ends_of, holding


def test_each_version_ends_where_the_next_begins():
    # two chunks of March are one version; May follows March, nothing follows May
    dates = {"may": "2026-05-01", "march-a": "2026-03-01", "march-b": "2026-03-01"}
    assert ends_of(dates) == {"may": OPEN, "march-a": 20260501, "march-b": 20260501}


def test_day_numbers_sort_like_days():
    days = ["1999-12-31", "2026-01-09", "2026-01-10", "2031-02-01"]
    assert sorted(days, key=day_number) == days
    assert day_number("") < day_number(days[0]) < day_number(days[-1]) < OPEN


@pytest.mark.parametrize("day", ["2026-13-01", "2026-02-30", "20260201", "2026-2-1", "tomorrow", " ", 20260201, None])
def test_a_bad_date_is_refused(day):
    with pytest.raises(DataError, match="2026-11-25"):
        day_number(day)


@pytest.mark.parametrize("as_of", ["", "latest", "2026-02-30", None])
def test_a_bad_day_of_a_search_is_refused(as_of):
    with pytest.raises(ConfigError, match="as_of must be"):
        holding(as_of)
