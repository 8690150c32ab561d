from collections import Counter

import pytest

from domainlab.data.general import read_table
from domainlab.data.leaks import find_duplicates
from domainlab.data.security_requests import LABELS, OPENINGS, SPLITS, security_requests
from domainlab.errors import ConfigError

TRAIN, HELD_OUT = (security_requests(split=split) for split in SPLITS)


def topics(place):
    """The topics of one side: every fourth is held out."""
    rows = read_table("security_request_topics")
    return {value for row in rows for at, value in enumerate(row["values"].split(";"), 1) if (at % 4 == 0) == place}


def test_the_sides_share_no_wording():
    assert not {one.group for one in TRAIN} & {one.group for one in HELD_OUT}


def test_the_sides_share_no_topic_and_no_opening():
    assert not topics(True) & topics(False)
    assert not set(OPENINGS["train"]) & set(OPENINGS["held_out"])
    blank = "Write {malware} in {language}."
    written = [one.text.lower() for one in TRAIN if one.group == blank]
    assert written
    assert all(any(topic.lower() in text for topic in topics(False)) for text in written)


def test_no_request_is_told_twice_on_the_two_sides():
    repeated = find_duplicates([*TRAIN, *HELD_OUT], threshold=1.0)
    sides = {one.id: split for split, part in zip(SPLITS, (TRAIN, HELD_OUT), strict=True) for one in part}
    assert not [row for row in repeated.itertuples() if sides[row.first_id] != sides[row.second_id]]


@pytest.mark.parametrize("part", [TRAIN, HELD_OUT], ids=SPLITS)
def test_both_labels_in_many_kinds(part):
    assert {one.label for one in part} == set(LABELS)
    assert min(Counter(one.label for one in part).values()) > len(part) / 3
    kinds = Counter(one.kind for one in part)
    assert len(kinds) >= 22
    assert min(kinds.values()) >= 2


def test_an_opening_says_nothing_about_the_label():
    tester = [one.label for one in TRAIN if one.text.lower().startswith("i am a penetration tester.")]
    assert set(tester) == set(LABELS)


def test_the_same_seed_gives_the_same_requests():
    assert security_requests(split="held_out") == HELD_OUT
    assert security_requests(split="held_out", seed=1) != HELD_OUT


def test_no_blank_is_left_open():
    assert not [one.text for one in TRAIN + HELD_OUT if "{" in one.text or "}" in one.text]


def test_an_unknown_split_is_refused():
    with pytest.raises(ConfigError, match="train, held_out"):
        security_requests(split="test")


def test_free_requests_are_in_no_other_table():
    free = {row["text"].lower() for row in read_table("security_request_free")}
    assert not free & {one.text.lower() for one in TRAIN + HELD_OUT}
