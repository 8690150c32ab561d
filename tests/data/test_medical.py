"""The stable medical world: counts, documents that hold the passages, splits by entity, no answers."""

import pytest

from domainlab.data.bulletin import bulletin_documents
from domainlab.data.leaks import find_duplicates, find_leaks
from domainlab.data.medical import ABSENT, stable_documents, stable_questions, unanswerable_questions
from domainlab.data.split import split_by_group
from domainlab.errors import ConfigError
from domainlab.prompts import NOT_FOUND

TRAIN, HELD_OUT = stable_questions(wordings="train"), stable_questions(wordings="held_out")
DOCUMENTS = stable_documents()
KINDS = {
    "drug_class", "drug_use", "side_effect", "route", "interaction", "condition_system", "condition_symptom",
    "first_line", "monitoring",
}  # fmt: skip


def test_there_are_enough_facts_of_every_kind():
    facts = {(q.kind, q.group) for q in HELD_OUT}
    assert len(facts) >= 800
    assert {q.kind for q in TRAIN} == {q.kind for q in HELD_OUT} == KINDS


def test_ids_and_texts_are_unique_and_the_wordings_never_meet():
    ids = [q.id for q in TRAIN + HELD_OUT]
    assert len(set(ids)) == len(ids)
    texts = [q.text for q in TRAIN + HELD_OUT]
    assert len(set(texts)) == len(texts)


def test_every_passage_stands_in_exactly_one_document():
    whole = " ".join(document.text for document in DOCUMENTS)
    for passage in {q.passage for q in TRAIN}:
        assert whole.count(passage) == 1, passage


def test_documents_hold_several_facts_one_per_sentence():
    texts = {document.id: document.text for document in DOCUMENTS}
    assert len(texts) == len(DOCUMENTS)
    assert texts["medical-warfarin"].count(".") == 5  # class, use, route, side effect, monitoring
    assert "The severity of warfarin together with aspirin is major." in texts["medical-warfarin-aspirin"]
    assert all(document.source and document.licence and not document.date for document in DOCUMENTS)
    assert find_duplicates(DOCUMENTS).empty


def test_a_split_by_group_holds_out_whole_entities():
    train, test = split_by_group(TRAIN + HELD_OUT, test=0.2)
    assert {q.kind for q in test} == {q.kind for q in train} == KINDS
    held_out = {q.group for q in test}
    assert not any(q.group in held_out for q in train)
    assert find_leaks(train, test).empty


def test_unanswerable_questions_have_no_answer_anywhere():
    questions = unanswerable_questions(wordings="train", n=30)
    assert len(questions) == (30 + 64) * 4
    assert {(q.answer, q.kind, q.passage) for q in questions} == {(NOT_FOUND, "unanswerable", "")}
    assert len({q.id for q in questions}) == len(questions)
    text = " ".join(document.text for document in DOCUMENTS + bulletin_documents(1))
    for words in ("maker", "color", "approv", "company"):
        assert words not in text
    asked = [q for q in questions if q.id.split("-")[1] not in ABSENT]
    assert len(asked) == 64 * 4  # what the bulletin leaves out
    for q in asked:
        kind = q.id.split("-")[1]
        assert not any(f" {q.group} " in d.text and STATED[kind] in d.text for d in bulletin_documents(1)), q


STATED = {
    "shelf": "shelf code",
    "price": "price",
    "stock": "stock",
    "extension": "extension",
    "strength": "tablet strength",
}


def test_unanswerable_questions_follow_the_seed():
    first, again, other = (unanswerable_questions(wordings="held_out", seed=s) for s in (0, 0, 1))
    assert first == again != other


def test_refuses_unknown_wordings():
    with pytest.raises(ConfigError, match="wordings are"):
        stable_questions(wordings="validation")


@pytest.mark.parametrize("n", [-1, 10_000])
def test_refuses_more_unanswerable_questions_than_there_are(n):
    with pytest.raises(ConfigError, match="n must be 0 to"):
        unanswerable_questions(wordings="train", n=n)
