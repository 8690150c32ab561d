import pytest

from domainlab.errors import ConfigError
from domainlab.lab.exercise import Case, Exercise, Mistake

MISTAKES = tuple(Mistake(answer=number, message=f"not {number}") for number in (1, 2, 3))


def make(**settings):
    return Exercise(**{"id": "01.2", "reference": 5, "mistakes": MISTAKES, "hints": ("Count.",), **settings})


def test_a_complete_exercise_is_accepted():
    assert make().tolerance == 1e-6


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"id": "1.2"}, 'like "01.2"'),
        ({"mistakes": MISTAKES[:2]}, "at least three mistakes"),
        ({"mistakes": (*MISTAKES[:2], MISTAKES[0])}, "different messages"),
        ({"hints": ()}, "at least one hint"),
        ({"tolerance": -1.0}, "tolerance"),
        ({"reference": len}, "a function needs cases"),
        ({"cases": (Case(arguments=(1,), words="one"),)}, "a value has none"),
    ],
)
def test_an_incomplete_exercise_is_refused(settings, words):
    with pytest.raises(ConfigError, match=words):
        make(**settings)
