"""Predict, then measure: the learner commits to a number before the run and sees how far off it was.

>>> guess = predict("01.a", "How many points does general accuracy fall?", low=0, high=100, default=30)
01.a How many points does general accuracy fall? Your prediction (0 to 100): 30
>>> guess.compare(52)
01.a You predicted 30, measured 52: 22 too low.
"""

import html
import math

import ipywidgets
from IPython.display import display

from domainlab.errors import ConfigError
from domainlab.lab.frontend import is_interactive, tell


class Guess:
    """A prediction that a slider may still change; `value` is None until somebody predicts."""

    def __init__(self, *, claim_id: str, low: float, high: float, value: float | None) -> None:
        """Start with `value`; the slider calls `set_value` afterwards."""
        self.claim_id = claim_id
        self.low = low
        self.high = high
        self.value = value

    def set_value(self, value: float) -> None:
        """Commit to a number between `low` and `high`."""
        if not self.low <= value <= self.high:
            raise ConfigError(
                f"{self.claim_id}: expected a prediction between {self.low:g} and {self.high:g}; got {value}"
            )
        self.value = float(value)

    def compare(self, measured: float) -> None:
        """Show the prediction beside what was measured."""
        tell(f"{self.claim_id} {compare_words(self.value, float(measured))}")


def compare_words(guessed: float | None, measured: float) -> str:
    """One sentence about a prediction and the number that came out.

    >>> compare_words(None, 52)
    'You made no prediction; measured 52.'
    """
    if guessed is None:
        return f"You made no prediction; measured {measured:.4g}."
    error = guessed - measured
    words = "exactly right" if error == 0 else f"{abs(error):.3g} too {'high' if error > 0 else 'low'}"
    return f"You predicted {guessed:.4g}, measured {measured:.4g}: {words}."


def predict(claim_id: str, question: str, *, low: float, high: float, default: float | None = None) -> Guess:
    """Ask for a prediction: a slider in a notebook, the question in words elsewhere.

    Args:
        claim_id: the claim that will measure it, "01.a".
        question: what to predict, with its unit.
        low: the smallest possible value.
        high: the largest possible value.
        default: a prediction typed in the cell; None waits for the slider.

    Returns:
        The guess; call `guess.compare(measured)` in the cell of the result.

    Raises:
        ConfigError: the range is empty or the default lies outside it.
    """
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ConfigError(f"{claim_id}: low < high was expected; got low={low}, high={high}")
    guess = Guess(claim_id=claim_id, low=low, high=high, value=None)
    if default is not None:
        guess.set_value(default)
    if is_interactive():
        display(prediction_slider(guess, question))
    else:
        typed = "none" if guess.value is None else f"{guess.value:g}"
        tell(f"{claim_id} {question} Your prediction ({low:g} to {high:g}): {typed}")
    return guess


def prediction_slider(guess: Guess, question: str) -> ipywidgets.VBox:
    """A slider that writes into `guess` as soon as it is moved."""
    middle = (guess.low + guess.high) / 2 if guess.value is None else guess.value
    slider = ipywidgets.FloatSlider(
        value=middle,
        min=guess.low,
        max=guess.high,
        step=(guess.high - guess.low) / 100,
        description=guess.claim_id,
    )
    slider.observe(lambda change: guess.set_value(change["new"]), names="value")
    return ipywidgets.VBox([ipywidgets.HTML(html.escape(question)), slider])
