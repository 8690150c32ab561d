"""Each rule refuses a notebook that breaks it, and no other rule does; a good notebook passes all of them."""

import nbformat
import pytest

from domainlab.lab import answers
from domainlab.lab.outputs import DIGEST, code_digest
from notebook_rules import RULES, prose, teaching
from notebook_rules.broken import BROKEN
from notebook_rules.changes import CELL, TEXT, cell
from notebook_rules.example import EXERCISES_FILE, QUIZ_FILE, good_lesson


@pytest.fixture
def lesson(tmp_path, monkeypatch):
    (tmp_path / "nb98.py").write_text(EXERCISES_FILE)
    (tmp_path / "nb98.toml").write_text(QUIZ_FILE)
    monkeypatch.setattr(answers, "__path__", [*answers.__path__, str(tmp_path)])
    monkeypatch.setattr(teaching, "FOLDER", tmp_path)
    return good_lesson(tmp_path)


def broken_rules(lesson):
    """The names of the rules that the lesson breaks; outputs count as made from the code that is there."""
    if DIGEST in lesson.notebook.metadata.domainlab:
        lesson.notebook.metadata.domainlab[DIGEST] = code_digest(lesson.notebook)
    return {rule.__name__ for rule in RULES if list(rule(lesson))}


def test_a_good_notebook_keeps_every_rule(lesson):
    assert {rule.__name__: list(rule(lesson)) for rule in RULES if list(rule(lesson))} == {}


CASES = [(rule, change) for rule, changes in BROKEN.items() for change in changes.values()]
NAMES = [f"{rule}: {name}" for rule, changes in BROKEN.items() for name in changes]
ALSO_BROKEN = {  # where one mistake breaks two rules by its nature
    "nothing_skipped": {"known_tags"},
    "sections": {"instructor_notes"},
}


@pytest.mark.parametrize(("rule", "change"), CASES, ids=NAMES)
def test_a_bad_notebook_is_refused_by_its_rule_alone(lesson, rule, change):
    change(lesson)
    broken = broken_rules(lesson)
    assert rule in broken
    assert broken - {rule} <= ALSO_BROKEN.get(rule, set())


def test_every_rule_has_a_notebook_that_breaks_it():
    assert set(BROKEN) == {rule.__name__ for rule in RULES}


def test_stale_outputs_are_refused(lesson):
    cell(lesson, CELL).source = "1 + 2"
    stale = next(rule for rule in RULES if rule.__name__ == "fresh")
    assert "come from other code" in next(stale(lesson))


@pytest.mark.parametrize(
    "source",
    [
        "It keeps 95 % of the skills.",  # the threshold of claim 98.a is 0.95
        "It keeps 93 % of the skills, as claim 98.a shows.",
        "Use `lr=0.37` and $x = 0.37$.",
        "Exercise 98.1 comes first, then 12 cells and 3 seeds in 2020.",
        "Three times as many, with a 90 % interval.",
        "[a link](#Idea) and [another](98_example.ipynb#idea), [outside](https://example.org/1.5)",
        "```\n93 %\n```",
    ],
)
def test_what_may_stand_in_prose(lesson, source):
    cell(lesson, TEXT).source = f"## Idea\n\n{source}"
    nbformat.write(lesson.notebook, lesson.path)
    prose.all_claims.cache_clear()
    assert broken_rules(lesson) == set()
