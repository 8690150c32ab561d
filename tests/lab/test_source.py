import pytest

from domainlab.errors import ConfigError
from domainlab.lab import source
from domainlab.lab.grading import Grade, same
from domainlab.lab.source import show


def test_shows_where_it_stands_and_the_whole_source(capsys):
    show(same)
    out = capsys.readouterr().out
    assert out.startswith("# domainlab.lab.grading, line ")
    assert "def same(expected: object, given: object, tolerance: float) -> bool:" in out


def test_shows_classes_with_their_decorator(capsys):
    show(Grade)
    assert "@dataclass(frozen=True, kw_only=True)\nclass Grade:" in capsys.readouterr().out


def test_methods_are_moved_to_the_left_margin(capsys):
    show(pytest.MonkeyPatch.setenv)
    assert "\ndef setenv(" in capsys.readouterr().out


def test_html_has_colours_inside_and_nothing_from_outside(monkeypatch):
    shown = []
    monkeypatch.setattr(source, "display", shown.append)
    show(same)
    assert '<span style="color:' in shown[0].html
    assert "<style" not in shown[0].html


@pytest.mark.parametrize("thing", [5, len, "text"])
def test_what_has_no_source_is_refused(thing):
    with pytest.raises(ConfigError, match="needs a function or class written in Python"):
        show(thing)
