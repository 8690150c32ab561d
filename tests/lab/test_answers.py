"""Every exercise of every notebook: right is right, a mistake is wrong and told why, hints give no code."""

import importlib
import re
from pathlib import Path

import pytest

from domainlab.lab import answers
from domainlab.lab.grading import grade

FILES = sorted(path.stem for path in Path(answers.__file__).parent.glob("nb*.py"))
EXERCISES = [
    one for name in FILES for one in importlib.import_module(f"domainlab.lab.answers.{name}").EXERCISES
]
MISTAKES = [(one, mistake) for one in EXERCISES for mistake in one.mistakes]


@pytest.mark.parametrize("name", FILES)
def test_ids_belong_to_the_notebook_and_come_once(name):
    ids = [one.id for one in importlib.import_module(f"domainlab.lab.answers.{name}").EXERCISES]
    assert len(set(ids)) == len(ids)
    assert all(one.startswith(f"{name[2:]}.") for one in ids)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda one: one.id)
def test_the_reference_is_right(exercise):
    assert grade(exercise, exercise.reference).state == "right"


@pytest.mark.parametrize(("exercise", "mistake"), MISTAKES, ids=lambda one: getattr(one, "id", ""))
def test_a_mistake_is_wrong_and_gets_its_own_message(exercise, mistake):
    given = grade(exercise, mistake.answer)
    assert given.state == "wrong"
    assert mistake.message in given.words


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda one: one.id)
def test_hints_hold_no_code(exercise):
    assert not re.search(r"return |def |lambda|[\w\])] ?(=|\*\*|//) ?\w|`", " ".join(exercise.hints))
