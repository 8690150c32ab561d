import hashlib
import re
from collections import Counter

import pytest

from domainlab.data.arithmetic import WORDINGS, arithmetic_questions, group_name, is_held_out, split_problems
from domainlab.errors import ConfigError

ALL = {split: len(split_problems(split)) * len(WORDINGS[split]["+"]) for split in ("train", "held_out")}


def recomputed(text: str) -> int:
    """The result, from the words of the question alone."""
    first, second = (int(number) for number in re.findall(r"\d+", text))
    if re.search(r"\+|plus|add|sum", text, re.IGNORECASE):
        return first + second
    return second - first if "from" in text else first - second


@pytest.fixture(scope="module")
def everything():
    return {split: arithmetic_questions(n, split=split, seed=0) for split, n in ALL.items()}


def test_every_answer_is_right(everything):
    for questions in everything.values():
        for question in questions:
            assert int(question.answer) == recomputed(question.text) >= 0
            assert eval(question.passage.replace("=", "==")) is True


def test_the_two_splits_hold_each_problem_once():
    train, held_out = set(split_problems("train")), set(split_problems("held_out"))
    expected = {(a, b, "+") for a in range(100) for b in range(100)}
    expected |= {(a, b, "-") for a in range(100) for b in range(100) if a >= b}
    assert train | held_out == expected
    assert not train & held_out
    assert len(held_out) / len(expected) == pytest.approx(0.15, abs=0.01)


def test_a_problem_and_its_swapped_form_lie_on_the_same_side():
    assert all(is_held_out((a, b, "+")) == is_held_out((b, a, "+")) for a in range(100) for b in range(a))


def test_the_side_is_decided_by_sha256():
    for problem in [(45, 23, "+"), (23, 45, "+"), (10, 3, "-"), (99, 99, "+")]:
        share = int(hashlib.sha256(group_name(problem).encode()).hexdigest()[:16], 16) / 16**16
        assert is_held_out(problem) == (share < 0.15)


def test_wordings_and_texts_of_the_splits_never_meet(everything):
    for operation in "+-":
        assert len(WORDINGS["train"][operation]) >= 6
        assert len(WORDINGS["held_out"][operation]) == 2
        assert not set(WORDINGS["train"][operation]) & set(WORDINGS["held_out"][operation])
    texts = {split: {question.text for question in questions} for split, questions in everything.items()}
    assert not texts["train"] & texts["held_out"]
    groups = {split: {question.group for question in questions} for split, questions in everything.items()}
    assert not groups["train"] & groups["held_out"]


def test_ids_are_unique_and_every_wording_is_used(everything):
    both = everything["train"] + everything["held_out"]
    assert len({question.id for question in both}) == len({question.text for question in both}) == len(both)
    assert set(Counter(question.wording for question in both)) == set(range(9))
    assert {question.kind for question in both} == {"arithmetic"}


def test_the_two_first_wordings():
    texts = {question.text for question in arithmetic_questions(ALL["train"], split="train", seed=3)}
    a, b, _ = next(problem for problem in split_problems("train") if problem[2] == "+" and problem[0] > 20)
    assert {f"What is {a} + {b}?", f"{a} plus {b} ="} <= texts


def test_same_seed_same_questions_other_seed_other_questions():
    first, again, other = (arithmetic_questions(50, split="train", seed=seed) for seed in (7, 7, 8))
    assert first == again
    assert first != other
    assert arithmetic_questions(0, split="train", seed=7) == []


@pytest.mark.parametrize(("n", "split"), [(-1, "train"), (ALL["held_out"] + 1, "held_out"), (5, "test")])
def test_wrong_requests_are_refused(n, split):
    with pytest.raises(ConfigError, match="must be"):
        arithmetic_questions(n, split=split, seed=0)
