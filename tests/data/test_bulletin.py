"""The monthly bulletin: how much changes, that ids stay, and that documents state the values."""

from collections import Counter

import pytest

from domainlab.data.bulletin import bulletin, bulletin_documents, changing_questions, missing_facts
from domainlab.data.medical_facts import table
from domainlab.errors import ConfigError

KINDS = ("shelf", "price", "stock", "extension", "strength")


@pytest.mark.parametrize("month", [1, 2, 5])
def test_exactly_forty_percent_change_from_month_to_month(month):
    now, later = bulletin(month), bulletin(month + 1)
    assert [(x.drug, x.kind) for x in now] == [(x.drug, x.kind) for x in later]
    changed = [b for a, b in zip(now, later, strict=True) if a.value != b.value]
    assert len(changed) == round(0.4 * len(now))
    assert {x.since for x in changed} == {month + 1}
    assert all(a == b for a, b in zip(now, later, strict=True) if a.value == b.value)


def test_there_are_enough_facts_of_every_kind():
    counts = Counter(x.kind for x in bulletin(1))
    assert sum(counts.values()) >= 200
    assert set(counts) == set(KINDS)
    assert min(counts.values()) >= 30


def test_values_look_right():
    strengths = {row["drug"]: row["strengths"].split(";") for row in table("formulary")}
    for month in (1, 4):
        for x in bulletin(month):
            if x.kind == "shelf":
                assert x.value[0] in "ABCDEFGH"
                assert 10 <= int(x.value[1:]) <= 99
            elif x.kind == "price":
                assert 3 <= int(x.value.removesuffix(" dollars")) <= 98
            elif x.kind == "stock":
                assert 4 <= int(x.value.removesuffix(" packs")) <= 240
            elif x.kind == "extension":
                assert 2000 <= int(x.value) <= 8999
            else:
                assert x.value in strengths[x.drug]


def test_questions_keep_their_ids_and_change_their_answers():
    now, later = (changing_questions(month, wordings="train") for month in (1, 2))
    assert [(q.id, q.text, q.group) for q in now] == [(q.id, q.text, q.group) for q in later]
    changed = sum(a.answer != b.answer for a, b in zip(now, later, strict=True))
    assert changed == 4 * round(0.4 * len(now) / 4)  # four wordings per fact
    assert len({q.id for q in now + changing_questions(1, wordings="held_out")}) == len(now) * 3 / 2


def test_dated_documents_state_every_value_in_its_passage():
    documents = {d.id: d for d in bulletin_documents(3)}
    assert {d.date for d in documents.values()} == {"2031-03-01"}
    assert documents["northfield-2031-03-metformin"].text.startswith(
        "Northfield Clinic formulary bulletin, March 2031. "
    )
    for q in changing_questions(3, wordings="held_out"):
        assert q.answer in q.passage
        assert q.passage in documents[f"northfield-2031-03-{q.group.replace(' ', '-')}"].text


def test_month_thirteen_is_in_the_next_year():
    assert bulletin_documents(12)[0].date == "2031-12-01"
    assert bulletin_documents(13)[0].date == "2032-01-01"
    assert "January 2032" in bulletin_documents(13)[0].text


def test_each_drug_lacks_one_attribute():
    given = {(x.drug, x.kind) for x in bulletin(1)}
    missing = {(f.name, f.kind) for f in missing_facts()}
    assert not given & missing
    assert given | missing == {(row["drug"], kind) for row in table("formulary") for kind in KINDS}
    assert max(Counter(drug for drug, _ in missing).values()) == 1


def test_the_seed_decides():
    assert bulletin(2, seed=5) == bulletin(2, seed=5) != bulletin(2, seed=6)


@pytest.mark.parametrize("month", [0, -1, 1.5, "1", True])
def test_refuses_a_month_that_is_none(month):
    with pytest.raises(ConfigError, match="month must be"):
        bulletin(month)
    with pytest.raises(ConfigError, match="month must be"):
        bulletin_documents(month)
