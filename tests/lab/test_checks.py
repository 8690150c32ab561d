"""The four states of an exercise as a learner meets them, on the exercises of notebook 00."""

import pytest

from domainlab.errors import ConfigError
from domainlab.lab.answers import nb00
from domainlab.lab.checks import check, hint


def stub(before, after):
    raise NotImplementedError("00.2")


def test_untouched_goes_on_with_the_reference(capsys):
    assert check("00.2", stub) is nb00.retention
    assert check("00.1", None) == pytest.approx(16.67, abs=0.01)
    out = capsys.readouterr().out
    assert out.count("not attempted") == 2
    assert 'lab.hint("00.2") helps' in out


def test_wrong_goes_on_with_the_reference_and_says_why(capsys):
    assert check("00.1", 20) != 20
    assert "divide by all examples of the mix" in capsys.readouterr().out


def test_crashing_goes_on_with_the_reference_and_names_the_exception(capsys):
    assert check("00.2", lambda before, after: 1 / 0) is nb00.retention
    assert "ZeroDivisionError" in capsys.readouterr().out


def test_right_keeps_the_learners_own(capsys):
    def mine(before, after):
        return 1 - (before - after) / before

    assert check("00.2", mine) is mine
    assert capsys.readouterr().out == "✔ 00.2 right.\n"


def test_answers_can_be_injected_to_try_a_whole_notebook(monkeypatch, capsys):
    monkeypatch.setenv("DOMAINLAB_ANSWERS", "right")
    assert check("00.2", stub) is nb00.retention
    assert "right." in capsys.readouterr().out
    monkeypatch.setenv("DOMAINLAB_ANSWERS", "wrong")
    assert check("00.2", nb00.retention) is nb00.retention
    assert "wrong." in capsys.readouterr().out


def test_an_unknown_injection_is_refused(monkeypatch):
    monkeypatch.setenv("DOMAINLAB_ANSWERS", "maybe")
    with pytest.raises(ConfigError, match="right, wrong or unset; got 'maybe'"):
        check("00.1", None)


def test_hints_come_one_after_the_other(capsys):
    hint("00.1")
    assert 'For more: lab.hint("00.1", 2)' in capsys.readouterr().out
    hint("00.1", 2)
    assert capsys.readouterr().out.startswith("Hint 2 of 2:")


@pytest.mark.parametrize("number", [0, 3])
def test_a_missing_hint_is_refused(number):
    with pytest.raises(ConfigError, match="hints 1 to 2"):
        hint("00.1", number)


def test_an_unknown_exercise_is_refused():
    with pytest.raises(ConfigError, match=r"has 00.1, 00.2"):
        check("00.9", 1)


def test_a_notebook_without_exercises_names_the_missing_file():
    with pytest.raises(ConfigError, match=r"domainlab/lab/answers/nb99.py"):
        check("99.1", 1)
