import pytest

from domainlab.errors import ConfigError
from domainlab.lab.guess import Guess, compare_words, predict, prediction_slider


def make_guess(value=None):
    return Guess(claim_id="01.a", low=0, high=100, value=value)


def test_headless_without_a_default_there_is_no_prediction(capsys):
    guess = predict("01.a", "How much is lost?", low=0, high=100)
    guess.compare(52.0)
    out = capsys.readouterr().out
    assert guess.value is None
    assert "How much is lost?" in out
    assert "You made no prediction; measured 52." in out


def test_typed_default_is_the_prediction(capsys):
    predict("01.a", "How much?", low=0, high=100, default=30).compare(52)
    assert "You predicted 30, measured 52: 22 too low." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("guessed", "measured", "end"),
    [(60, 50, "10 too high."), (40, 50, "10 too low."), (50, 50, "exactly right.")],
)
def test_words_say_the_direction(guessed, measured, end):
    assert compare_words(guessed, measured).endswith(end)


def test_zero_is_a_prediction():
    assert compare_words(0.0, 5).startswith("You predicted 0,")


def test_slider_writes_the_prediction_only_when_moved():
    guess = make_guess()
    slider = prediction_slider(guess, "How much?").children[1]
    assert guess.value is None
    slider.value = 70
    assert guess.value == 70


def test_slider_starts_at_the_default():
    assert prediction_slider(make_guess(20.0), "How much?").children[1].value == 20


@pytest.mark.parametrize(("low", "high"), [(1, 1), (2, 1), (0, float("nan")), (0, float("inf"))])
def test_empty_range_is_refused(low, high):
    with pytest.raises(ConfigError, match="low < high"):
        predict("01.a", "How much?", low=low, high=high)


def test_default_outside_the_range_is_refused():
    with pytest.raises(ConfigError, match="between 0 and 100"):
        predict("01.a", "How much?", low=0, high=100, default=101)
