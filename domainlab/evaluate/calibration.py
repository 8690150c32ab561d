"""Does 80 % sure mean right 8 times of 10? Calibration error beside its null value, and temperature scaling.

The calibration error of a perfectly calibrated model is not 0 on finite data: with few items each bin is off by
chance. So it is read beside `null_calibration_error`, what the same confidences would give if they were true.

>>> calibration_error([0.9] * 10, [1] * 9 + [0])
0.0
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from domainlab.errors import ConfigError, DataError

COLDEST, HOTTEST = 0.05, 20.0  # temperatures that are searched


def class_probabilities(logits: ArrayLike, *, temperature: float = 1.0) -> np.ndarray:
    """Softmax of logits `(n, classes)` divided by a temperature: rows that sum to 1."""
    if not temperature > 0:
        raise ConfigError(f"temperature must be above 0; got {temperature}.")
    return softmax(_logits(logits) / temperature, axis=1)


def reliability_table(confidence: ArrayLike, correct: ArrayLike, *, bins: int = 10) -> pd.DataFrame:
    """Mean confidence and accuracy per bin of equal width; bins without items are left out.

    Bins are open on the left and closed on the right, the first one closed on both sides: 1.0 is in the last.

    Args:
        confidence: `(n,)` probabilities that the given answers are right.
        correct: `(n,)` 1 where they are, 0 where not.
        bins: how many.

    Returns:
        One row per bin with items: low, high, n, confidence, accuracy.
    """
    sure, right = _pairs(confidence, correct)
    edges = np.linspace(0, 1, _bins(bins) + 1)
    places = np.clip(np.searchsorted(edges, sure, side="left") - 1, 0, bins - 1)
    rows = [
        {"low": edges[at], "high": edges[at + 1], "n": int((places == at).sum()),
         "confidence": sure[places == at].mean(), "accuracy": right[places == at].mean()}
        for at in np.unique(places)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def calibration_error(confidence: ArrayLike, correct: ArrayLike, *, bins: int = 15) -> float:
    """Expected calibration error: the mean gap between confidence and accuracy over bins, 0 to 1, lower is better.

    Guo et al. 2017, "On calibration of modern neural networks", section 2, with bins of equal width.
    """
    rows = reliability_table(confidence, correct, bins=bins)
    gaps = (rows["confidence"] - rows["accuracy"]).abs()
    return float((gaps * rows["n"]).sum() / rows["n"].sum())


def null_calibration_error(
    confidence: ArrayLike, *, bins: int = 15, draws: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """What the calibration error would be if the confidences were true: (mean, 95th percentile) over draws.

    An error below the percentile is no evidence of miscalibration (consistency resampling, Bröcker & Smith 2007).
    """
    sure, _ = _pairs(confidence, np.zeros(np.shape(confidence)))
    if draws < 100:
        raise ConfigError(f"draws must be at least 100; got {draws}.")
    rng = np.random.default_rng(seed)
    errors = [calibration_error(sure, rng.random(len(sure)) < sure, bins=bins) for _ in range(draws)]
    return float(np.mean(errors)), float(np.quantile(errors, 0.95))


def negative_log_likelihood(logits: ArrayLike, labels: Sequence[int], *, temperature: float = 1.0) -> float:
    """Mean surprise at the right class in nats, lower is better."""
    table, right = _labelled(logits, labels)
    return float(-log_softmax(table / temperature, axis=1)[np.arange(len(table)), right].mean())


def fit_temperature(logits: ArrayLike, labels: Sequence[int]) -> float:
    """The one number that logits are divided by for the least surprise; the predicted class never changes.

    Fit it on other items than those that calibration is reported on (Guo et al. 2017, section 4.2).

    Args:
        logits: `(n, classes)`.
        labels: `(n,)` right classes, 0 to classes - 1.
    """
    table, right = _labelled(logits, labels)

    def loss(log_temperature: float) -> float:
        return negative_log_likelihood(table, right, temperature=np.exp(log_temperature))

    found = minimize_scalar(loss, bounds=(np.log(COLDEST), np.log(HOTTEST)), method="bounded")
    return float(np.exp(found.x))


def _bins(bins: int) -> int:
    if bins < 1:
        raise ConfigError(f"bins must be at least 1; got {bins}.")
    return bins


def _pairs(confidence: ArrayLike, correct: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    sure, right = np.asarray(confidence, dtype=float), np.asarray(correct, dtype=float)
    if sure.ndim != 1 or sure.shape != right.shape or sure.size == 0:
        raise DataError(f"Expected as many confidences as outcomes, at least one; got {sure.shape}, {right.shape}.")
    if not ((sure >= 0) & (sure <= 1)).all() or not np.isin(right, (0, 1)).all():
        raise DataError("Expected confidences from 0 to 1 and outcomes 0 or 1; got others.")
    return sure, right


def _logits(logits: ArrayLike) -> np.ndarray:
    table = np.asarray(logits, dtype=float)
    if table.ndim != 2 or table.size == 0 or not np.isfinite(table).all():
        raise DataError(f"Expected finite logits of shape (n, classes); got shape {table.shape}.")
    return table


def _labelled(logits: ArrayLike, labels: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    table, right = _logits(logits), np.asarray(labels)
    if right.shape != (len(table),) or not np.isin(right, np.arange(table.shape[1])).all():
        raise DataError(f"Expected one class from 0 to {table.shape[1] - 1} for each of {len(table)} rows.")
    return table, right.astype(int)
