"""The security world: enough questions, one answer each, documents that hold the answers, real bulletins."""

from collections import Counter

import pytest

from domainlab.data.medical_facts import wordings
from domainlab.data.security import (
    bulletins,
    knowledge_documents,
    linked_techniques,
    security_facts,
    security_questions,
)
from domainlab.data.security_facts import advisories
from domainlab.errors import ConfigError

FACTS = security_facts()
KNOWLEDGE = {document.id: document for document in knowledge_documents()}
BULLETINS = {document.id: document for document in bulletins()}


def test_there_are_enough_questions_and_bulletins():
    assert len(security_questions(wordings="train")) >= 300
    assert len(security_questions(wordings="held_out")) >= 300
    assert len(BULLETINS) >= 60
    assert len({one.cwe for one in advisories()}) >= 15


def test_no_question_has_two_answers():
    twice = [key for key, n in Counter((f.kind, f.name, f.other) for f in FACTS).items() if n > 1]
    assert twice == []


def test_each_answer_stands_in_its_passage_word_for_word():
    for fact in FACTS:
        assert fact.answer in fact.passage, fact
        assert fact.name in fact.passage, fact
        assert fact.other in fact.passage, fact
        assert fact.passage.endswith(".")
        assert fact.source
        assert len(fact.answer.split()) <= 8, fact


def test_every_kind_has_four_train_and_two_held_out_wordings():
    train, held_out, statements = (wordings(use, "security") for use in ("train", "held_out", "statement"))
    assert {len(forms) for forms in train.values()} == {4}
    assert {len(forms) for forms in held_out.values()} == {2}
    assert {fact.kind for fact in FACTS} == train.keys() == held_out.keys() == statements.keys()
    for kind, forms in train.items():
        assert len({*forms, *held_out[kind]}) == 6


def test_the_first_question_by_hand():
    first = security_questions(wordings="train")[0]
    assert (first.text, first.answer) == ("What is the number of improper input validation?", "CWE-20")
    assert (first.group, first.kind) == ("CWE-20", "weakness_number")


def test_documents_hold_the_passages():
    for fact in FACTS:
        if fact.kind.startswith(("weakness", "technique")):
            assert fact.passage in KNOWLEDGE[f"security-{fact.group.lower().replace('.', '-')}"].text


def test_a_weakness_says_whether_an_official_path_exists():
    assert "No official path leads from CWE-89 to a technique." in KNOWLEDGE["security-cwe-89"].text
    assert "links it to T1190 Exploit Public-Facing Application" in KNOWLEDGE["security-cwe-89"].text
    assert "Over CAPEC-55 it leads to T1110.002 Password Cracking." in KNOWLEDGE["security-cwe-916"].text
    assert "No official path" not in KNOWLEDGE["security-cwe-916"].text


def test_a_bulletin_by_hand():
    one = BULLETINS["pysec-2021-98"]
    assert one.date == "2021-06-08"
    assert one.text.startswith("PYSEC-2021-98 (CVE-2021-33203")
    assert "is about the Python package django." in one.text
    assert "The weakness is path traversal, CWE-22." in one.text
    assert "Versions before 2.2.24 are affected, and in later release lines those before 3.1.12 and 3.2.4." in one.text
    assert "It was fixed in the versions 2.2.24, 3.1.12 and 3.2.4." in one.text


def test_linked_techniques_are_not_all_techniques():
    assert "T1190" in {technique.id for technique in linked_techniques()}
    assert 60 <= len(linked_techniques()) <= 300


def test_refuses_unknown_wordings():
    with pytest.raises(ConfigError, match="got 'test'"):
        security_questions(wordings="test")
