import math

import numpy as np
import pytest
import torch

from domainlab.lab.exercise import Case, Exercise, Mistake
from domainlab.lab.grading import grade, same

VALUE = Exercise(
    id="01.1", reference=12.5, tolerance=0.01,
    mistakes=(
        Mistake(answer=25, message="half"),
        Mistake(answer=-12.5, message="sign"),
        Mistake(answer=0.125, message="percent"),
    ),
    hints=("Divide.",),
)  # fmt: skip
FUNCTION = Exercise(
    id="01.2", reference=lambda numbers: sum(numbers) / len(numbers),
    cases=(
        Case(arguments=([3.0],), words="one number"),
        Case(arguments=([1.0, 2.0, 6.0],), words="three numbers"),
    ),
    mistakes=(
        Mistake(answer=lambda numbers: sorted(numbers)[len(numbers) // 2], message="median"),
        Mistake(answer=sum, message="total"),
        Mistake(answer=max, message="largest"),
    ),
    hints=("Add up and divide.",),
)  # fmt: skip


def stub(numbers):
    raise NotImplementedError("01.2")


def crashing(numbers):
    return numbers["a"]


@pytest.mark.parametrize("answer", [None, ...])
def test_no_value_is_not_attempted(answer):
    assert grade(VALUE, answer).state == "not attempted"


def test_a_stub_is_not_attempted():
    assert grade(FUNCTION, stub).state == "not attempted"


@pytest.mark.parametrize("answer", [12.5, 12.501, np.float32(12.5), torch.tensor(12.5), np.array(12.5)])
def test_right_values(answer):
    assert grade(VALUE, answer).state == "right"


def test_a_known_mistake_gets_its_message():
    assert grade(VALUE, 25).words == "half"
    assert "median" in grade(FUNCTION, lambda numbers: sorted(numbers)[len(numbers) // 2]).words


def test_an_unknown_wrong_value_does_not_reveal_the_answer():
    given = grade(VALUE, 99)
    assert given.state == "wrong"
    assert given.words == "99 is not it."


def test_a_wrong_type_is_named():
    assert "A float was expected; yours is a str." in grade(VALUE, "12.5").words
    assert "A function was expected; yours is a float." in grade(FUNCTION, 3.0).words


def test_a_wrong_function_is_told_the_first_case_it_fails():
    given = grade(FUNCTION, lambda numbers: 3.0)
    assert given.state == "right"  # both cases have mean 3: the cases decide
    given = grade(FUNCTION, lambda numbers: numbers[0])
    assert given.state == "wrong"
    assert given.words == "Three numbers: your function on ([1.0, 2.0, 6.0]) should give 3.0, yours gave 1.0."


def test_a_crash_names_the_exception_and_the_case():
    given = grade(FUNCTION, crashing)
    assert given.state == "crashed"
    assert given.words.startswith("One number: your function on ([3.0]) raised TypeError: list indices")


def test_a_wrong_signature_is_a_crash():
    assert "TypeError" in grade(FUNCTION, lambda: 3.0).words


def test_arguments_that_a_function_empties_are_fresh_for_the_next():
    def emptying(numbers):
        total, count = sum(numbers), len(numbers)
        numbers.clear()
        return total / count

    assert grade(FUNCTION, emptying).state == "right"
    assert grade(FUNCTION, emptying).state == "right"
    assert FUNCTION.cases[0].arguments == ([3.0],)


class Hostile:
    def __eq__(self, other):
        raise RuntimeError("no")

    __hash__ = None

    def __repr__(self):
        raise RuntimeError("no")


@pytest.mark.parametrize("answer", [Hostile(), [Hostile()], lambda numbers: Hostile()])
@pytest.mark.parametrize("exercise", [VALUE, FUNCTION])
def test_nothing_a_learner_writes_raises(exercise, answer):
    assert grade(exercise, answer).state in ("wrong", "crashed")


def test_words_are_compared_without_case_and_spaces():
    exercise = Exercise(id="01.3", reference="full fine-tuning", mistakes=VALUE.mistakes, hints=("x",))
    assert grade(exercise, " Full  Fine-tuning\n").state == "right"
    assert grade(exercise, "LoRA").state == "wrong"


def test_sets_of_words():
    exercise = Exercise(id="01.3", reference={"RAG", "LoRA"}, mistakes=VALUE.mistakes, hints=("x",))
    assert grade(exercise, {"lora", "rag"}).state == "right"
    assert grade(exercise, {"lora"}).state == "wrong"


@pytest.mark.parametrize(
    ("expected", "given"),
    [(1, 1.0), ((1, 2), [1, 2]), ({"a": 1.0}, {"a": 1}), ([1.0, [2.0]], [1.0, np.array([2.0])]),
     ("a", "a"), (math.nan, math.nan), (math.inf, math.inf), ({"a"}, frozenset({"a"})), (None, None),
     (True, np.bool_(True)), ([[1, 2]], torch.tensor([[1, 2]]))],
)  # fmt: skip
def test_same(expected, given):
    assert same(expected, given, 1e-9)


@pytest.mark.parametrize(
    ("expected", "given"),
    [(1, True), (True, 1), ("ab", ["a", "b"]), ([1], [1, 2]), ({"a": 1}, {"b": 1}), (1.0, 1.1),
     (math.nan, 1.0), (None, 0), ("a", "A"), ({1}, [1]), (1, "1")],
)  # fmt: skip
def test_not_same(expected, given):
    assert not same(expected, given, 1e-9)
    assert not same(given, expected, 1e-9)
