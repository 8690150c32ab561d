"""Every notebook keeps every rule. nbmake runs them (conftest.py); slow tests run each answer state whole."""

import pytest
from nbmake.nb_run import NotebookRun

from domainlab.lab.offline import KERNEL_NAME
from domainlab.settings import ROOT
from notebook_rules import RULES
from notebook_rules.lesson import read_lesson

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebook_keeps_the_rule(path, rule):
    problems = list(rule(read_lesson(path)))
    assert not problems, "\n".join([f"{path.name}: {rule.__doc__.splitlines()[0]}", *problems])


@pytest.mark.slow
@pytest.mark.notebook
@pytest.mark.parametrize("answers", ["right", "wrong"])
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_whole_notebook_passes_when_everything_is_answered(path, answers, monkeypatch):
    monkeypatch.setenv("DOMAINLAB_ANSWERS", answers)
    result = NotebookRun(path, 600, kernel=KERNEL_NAME).execute()
    assert result.error is None, result.error.trace
