"""The medical tables: enough rows, no contradictions, short plain answers, textbook facts spot-checked."""

import string
from collections import Counter

import pytest

from domainlab.data.medical_facts import ask, guidelines, interactions, stable_facts, table, wordings
from domainlab.errors import ConfigError

FACTS = stable_facts()
KNOWN = {  # checked by hand against the drugs' labels and common guidelines
    ("drug_class", "metformin"): "biguanide", ("drug_class", "warfarin"): "vitamin K antagonist",
    ("drug_use", "levothyroxine"): "underactive thyroid", ("route", "latanoprost"): "in the eye",
    ("side_effect", "lisinopril"): "dry cough", ("side_effect", "rifampin"): "orange urine",
    ("condition_symptom", "asthma"): "wheezing", ("condition_system", "cirrhosis"): "digestive system",
    ("first_line", "anaphylaxis"): "epinephrine", ("monitoring", "warfarin"): "INR",
}  # fmt: skip


def test_there_are_enough_facts():
    assert len(table("drugs")) >= 150
    assert len(table("conditions")) >= 60
    assert len(interactions()) >= 60
    assert len(guidelines()) >= 40


def test_no_question_has_two_answers():
    twice = [key for key, n in Counter((f.kind, f.name, f.other) for f in FACTS).items() if n > 1]
    assert twice == []
    pairs = Counter(frozenset((x.drug_a, x.drug_b)) for x in interactions())
    assert max(pairs.values()) == 1  # nor the same pair the other way round


def test_known_facts_are_right():
    answers = {(f.kind, f.name): f.answer for f in FACTS}
    assert {key: answers[key] for key in KNOWN} == KNOWN
    effects = {frozenset((x.drug_a, x.drug_b)): x.effect for x in interactions()}
    assert effects[frozenset(("sildenafil", "nitroglycerin"))] == "low blood pressure"


def test_each_answer_stands_in_its_passage_word_for_word():
    for fact in FACTS:
        assert fact.answer in fact.passage, fact
        assert fact.name in fact.passage, fact
        assert fact.other in fact.passage, fact
        assert fact.passage.endswith(".")
        assert fact.source


def test_answers_are_short_and_plain():
    for fact in FACTS:
        assert len(fact.answer.split()) <= 3, fact
        assert set(fact.passage) <= set(string.ascii_letters + string.digits + " .,'-"), fact
        assert fact.answer.lower() != fact.name.lower(), fact


def test_tables_agree_with_each_other():
    drugs = {row["drug"]: row["route"] for row in table("drugs")}
    conditions = {row["condition"] for row in table("conditions")}
    assert {x for pair in interactions() for x in (pair.drug_a, pair.drug_b)} - drugs.keys() == {"alcohol"}
    assert {x.severity for x in interactions()} == {"major", "moderate"}
    assert {x.kind for x in guidelines()} == {"first_line", "monitoring"}
    assert {x.topic for x in guidelines() if x.kind == "monitoring"} <= drugs.keys()
    assert {row["drug"] for row in table("regimens")} <= drugs.keys()
    assert {drugs[row["drug"]] for row in table("formulary")} == {"by mouth"}
    assert not drugs.keys() & conditions
    said = {fact.answer for fact in FACTS}
    assert {row["term"] for row in table("aliases")} <= said


def test_every_kind_has_four_train_and_two_held_out_wordings():
    train, held_out, statements = wordings("train"), wordings("held_out"), wordings("statement")
    assert {len(forms) for forms in train.values()} == {4}
    assert {len(forms) for forms in held_out.values()} == {2}
    assert train.keys() == held_out.keys()
    assert {fact.kind for fact in FACTS} <= statements.keys() <= train.keys()
    for kind, forms in train.items():
        assert len({*forms, *held_out[kind]}) == 6


def test_wordings_are_numbered_without_overlap():
    train, held_out = ask(FACTS[:1], wordings_for="train"), ask(FACTS[:1], wordings_for="held_out")
    assert [q.wording for q in train] == [0, 1, 2, 3]
    assert [q.wording for q in held_out] == [4, 5]
    assert train[0].text == "What is the drug class of lisinopril?"
    assert train[0].aliases == ("angiotensin converting enzyme inhibitor",)


def test_refuses_unknown_wordings():
    with pytest.raises(ConfigError, match="got 'test'"):
        wordings("test")
    with pytest.raises(ConfigError, match="got 'statement'"):
        ask(FACTS[:1], wordings_for="statement")
