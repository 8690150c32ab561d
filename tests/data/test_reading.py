import re

from domainlab.data.paraphrases import SPECIAL_WORDINGS
from domainlab.data.reading import (
    ATTRIBUTE_QUESTIONS,
    ATTRIBUTE_STATEMENTS,
    RELATIONS,
    reading_conversations,
    reading_items,
)
from domainlab.prompts import NOT_FOUND, split_citations


def test_same_seed_same_items_and_other_seed_others():
    assert reading_items(20, split="train", seed=1) == reading_items(20, split="train", seed=1)
    assert reading_items(20, split="train", seed=1) != reading_items(20, split="train", seed=2)


def test_the_cited_passage_holds_answer_and_subject_and_no_other_statement_contradicts():
    for item in reading_items(300, split="held_out", seed=3):
        text, cited = split_citations(item.response)
        if item.citation:
            assert cited == (item.citation,)
            passage = item.passages[item.citation - 1]
            assert text in passage
            assert item.question.group.lower() in passage.lower()
        else:
            assert text == NOT_FOUND
            assert cited == ()


def test_about_a_quarter_has_no_answer():
    items = reading_items(1000, split="train", seed=0)
    assert 0.2 < sum(item.citation == 0 for item in items) / 1000 < 0.3


def test_an_absent_question_asks_for_a_pair_that_no_passage_states():
    asked = 0
    for item in reading_items(500, split="held_out", seed=5):
        found = re.fullmatch(r"Do you know the (.+) of (.+)\?", item.question.text)
        if found and item.citation == 0:
            asked += 1
            statement = ATTRIBUTE_STATEMENTS[-1].format(a=found[1], s=found[2], v="").rstrip(".")
            assert statement.lower() not in " ".join(item.passages).lower()
    assert asked > 20


def test_held_out_wordings_are_not_trained_on():
    train = " ".join(item.question.text for item in reading_items(2000, split="train", seed=0))
    held_out_form = ATTRIBUTE_QUESTIONS[-1].split("{a}")[0]
    assert held_out_form not in train
    for _, _, _, questions in RELATIONS.values():
        assert len(set(questions)) == len(questions) >= 4


def test_sizes_are_respected():
    for item in reading_items(100, split="train", seed=0, max_facts=2, max_passages=3):
        assert 1 <= len(item.passages) <= 3


def test_a_conversation_shares_its_passages_and_never_repeats_a_question():
    for items in reading_conversations(100, split="train", seed=0, turns=4):
        assert 1 <= len(items) <= 4
        assert len({item.passages for item in items}) == 1
        assert len({item.question.text for item in items}) == len(items)


def test_paraphrases_are_for_training_only_and_state_the_value_once():
    held_out = {ATTRIBUTE_STATEMENTS[-1], ATTRIBUTE_QUESTIONS[-1]}
    held_out |= {forms[-1] for *_, statements, questions in RELATIONS.values() for forms in (statements, questions)}
    for statement, questions in SPECIAL_WORDINGS.values():
        assert statement.count("{v}") == statement.count("{s}") == 1
        assert not held_out & {statement, *questions}
