"""Grade an answer: right, wrong, crashed or not attempted. Nothing that a learner writes raises from here."""

import copy
import math
import numbers
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from domainlab.lab.exercise import Case, Exercise


@dataclass(frozen=True, kw_only=True)
class Grade:
    """What became of an answer; `state` is "right", "wrong", "crashed" or "not attempted"."""

    state: str
    words: str  # for the learner; "" when right


def grade(exercise: Exercise, answer: object) -> Grade:
    """Grade one answer.

    A wrong answer that behaves like one of the exercise's mistakes gets that mistake's message, any other one
    the first case that it fails.
    """
    if answer is None or answer is ...:
        return Grade(state="not attempted", words="There is no answer yet.")
    try:
        if callable(exercise.reference):
            return grade_function(exercise, answer)
        return grade_value(exercise, answer)
    except NotImplementedError:
        return Grade(state="not attempted", words="The function is still a stub.")
    # a learner's code, or an odd object's own methods, may raise anything, and Run All must go on
    except Exception as error:
        return Grade(state="crashed", words=f"Your answer raised {type(error).__name__}: {error}.")


def grade_value(exercise: Exercise, answer: object) -> Grade:
    """Compare a value with the reference; words are compared without regard to case and spaces."""
    if same(plain(exercise.reference), plain(answer), exercise.tolerance):
        return Grade(state="right", words="")
    for mistake in exercise.mistakes:
        if same(plain(mistake.answer), plain(answer), exercise.tolerance):
            return Grade(state="wrong", words=mistake.message)
    expected, got = type(exercise.reference).__name__, type(answer).__name__
    hint = "" if comparable(exercise.reference, answer) else f" A {expected} was expected; yours is a {got}."
    return Grade(state="wrong", words=f"{shorten(answer)} is not it.{hint}")


def grade_function(exercise: Exercise, answer: object) -> Grade:
    """Try a function on every case, each time with fresh copies of the arguments."""
    if not callable(answer):
        return Grade(state="wrong", words=f"A function was expected; yours is a {type(answer).__name__}.")
    given = []
    for case in exercise.cases:
        try:
            given.append(call(answer, case))
        except NotImplementedError:
            raise
        except Exception as error:
            words = f"{case.words}: {called(case)} raised {type(error).__name__}: {error}."
            return Grade(state="crashed", words=capital(words))
    expected = [call(exercise.reference, case) for case in exercise.cases]
    wrong = [not same(*pair, exercise.tolerance) for pair in zip(expected, given, strict=True)]
    if not any(wrong):
        return Grade(state="right", words="")
    first = wrong.index(True)
    case = exercise.cases[first]
    words = f"{capital(case.words)}: {called(case)} should give {shorten(expected[first])}, "
    words += f"yours gave {shorten(given[first])}."
    for mistake in exercise.mistakes:
        if same([call(mistake.answer, case) for case in exercise.cases], given, exercise.tolerance):
            words += f" {mistake.message}"
            break
    return Grade(state="wrong", words=words)


def call(function: object, case: Case) -> object:
    """The result for one case; the function may change its copies of the arguments."""
    return function(*copy.deepcopy(case.arguments))


def same(expected: object, given: object, tolerance: float) -> bool:
    """Whether two values are equal, numbers within `tolerance`, lists and tuples alike.

    >>> same([1.0, "a"], (1.0000001, "a"), 1e-6), same(True, 1, 1e-6), same({"a"}, {"a", "b"}, 0)
    (True, False, False)
    """
    expected, given = as_python(expected), as_python(given)
    if isinstance(expected, bool) or isinstance(given, bool) or not comparable(expected, given):
        return type(expected) is type(given) and expected == given
    if isinstance(expected, numbers.Real):
        both_nan = math.isnan(expected) and math.isnan(given)
        return both_nan or math.isclose(expected, given, rel_tol=tolerance, abs_tol=tolerance)
    if isinstance(expected, str | Set):
        return expected == given
    if isinstance(expected, Mapping):
        return expected.keys() == given.keys() and all(
            same(expected[key], given[key], tolerance) for key in expected
        )
    return len(expected) == len(given) and all(
        same(*pair, tolerance) for pair in zip(expected, given, strict=True)
    )  # fmt: skip


def comparable(expected: object, given: object) -> bool:
    """Whether both are numbers, or both words, sets, mappings or sequences."""
    kinds = (numbers.Real, str, Set, Mapping, Sequence)
    return any(isinstance(expected, kind) and isinstance(given, kind) for kind in kinds) and (
        isinstance(expected, str) == isinstance(given, str)
    )


def as_python(value: object) -> object:
    """Arrays, tensors and their scalars as plain lists and numbers; anything else unchanged."""
    return value.tolist() if hasattr(value, "tolist") else value


def plain(value: object) -> object:
    """A text in lower case with single spaces, also inside a set."""
    if isinstance(value, str):
        return " ".join(value.split()).casefold()
    return {plain(item) for item in value} if isinstance(value, Set) else value


def called(case: Case) -> str:
    """The arguments of a case as the learner would type them."""
    return f"your function on ({', '.join(shorten(argument) for argument in case.arguments)})"


def shorten(value: object) -> str:
    """How a value prints, cut to 80 characters."""
    text = repr(as_python(value))
    return text if len(text) <= 80 else text[:77] + "..."


def capital(words: str) -> str:
    """The words with their first letter as a capital."""
    return words[:1].upper() + words[1:]
