"""From per-item scores to intervals: bootstrap means, paired differences, the interaction of a 2x2 design.

All intervals are percentile bootstrap (Efron & Tibshirani 1993, section 13.3). Where scores come from several
training seeds, items and seeds are both resampled, since both could have come out differently. An interval
knows nothing but the scores: if all are equal its width is 0, however few they are.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from domainlab.errors import ConfigError, DataError

DRAWS = 10_000
NUMBERS_AT_ONCE = 2**22  # random numbers held at a time: 32 MB


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A mean with the ends of its interval and the number of items behind it."""

    mean: float
    low: float
    high: float
    n: int

    def __post_init__(self) -> None:
        """Refuse an interval that is upside down, or without items."""
        if not self.low <= self.high or self.n < 1:
            raise DataError(f"Expected low <= high and n >= 1; got {self.low}, {self.high}, n {self.n}.")

    def __str__(self) -> str:
        """As it is written in a text: 0.62 [0.50, 0.73], n = 60."""
        return f"{self.mean:.2f} [{self.low:.2f}, {self.high:.2f}], n = {self.n}"


def bootstrap_mean(scores: ArrayLike, *, level: float = 0.95, draws: int = DRAWS, seed: int = 0) -> Interval:
    """The mean of `(n,)` scores with its interval over items; arguments and errors as in `bootstrap_seeds`.

    >>> interval = bootstrap_mean([0.0, 1.0] * 50)
    >>> interval.mean, 0.39 < interval.low < 0.42, 0.58 < interval.high < 0.61
    (0.5, True, True)
    """
    return bootstrap_seeds(_checked(scores, 1)[None, :], level=level, draws=draws, seed=seed)


def bootstrap_seeds(scores: ArrayLike, *, level: float = 0.95, draws: int = DRAWS, seed: int = 0) -> Interval:
    """The mean of `(seeds, n)` scores, seeds and items both resampled in every draw.

    With s seeds the spread between seeds comes out smaller by a factor of (s - 1) / s: three seeds show that
    there is a spread, they do not measure it well.

    Args:
        scores: row = training seed, column = item; the same items in every row.
        level: share of draws inside the interval.
        draws: bootstrap samples.
        seed: of the resampling.

    Raises:
        DataError: no scores, a wrong shape, or a value that is not finite.
        ConfigError: a level outside (0, 1), or fewer than 100 draws.
    """
    table = _checked(scores, 2)
    if not 0 < level < 1 or draws < 100:
        raise ConfigError(f"Expected a level between 0 and 1 and 100 draws or more; got {level}, {draws}.")
    means = _resampled_means(table, draws, np.random.default_rng(seed))
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Interval(mean=float(table.mean()), low=float(low), high=float(high), n=table.shape[1])


def paired_difference(
    a: ArrayLike, b: ArrayLike, *, level: float = 0.95, draws: int = DRAWS, seed: int = 0
) -> tuple[Interval, float]:
    """The mean of `a - b`, item by item, and how likely so large a mean is if a and b were the same.

    Args:
        a: scores `(n,)`.
        b: scores `(n,)` of the same items.
        level: of the interval.
        draws: bootstrap samples, and random sign flips for p.
        seed: of the resampling.

    Returns:
        The interval, and the two-sided p-value of a sign-flip test, 1 / (draws + 1) ... 1.

    Raises:
        DataError: different lengths, no scores, or a value that is not finite.

    >>> interval, p = paired_difference([1, 1, 1, 0] * 20, [0, 0, 1, 0] * 20)
    >>> interval.mean, p < 0.001
    (0.5, True)
    """
    first, second = _checked(a, 1), _checked(b, 1)
    if first.shape != second.shape:
        raise DataError(f"Paired scores need equal lengths; got {len(first)} and {len(second)}.")
    difference = first - second
    interval = bootstrap_mean(difference, level=level, draws=draws, seed=seed)
    rng, as_large = np.random.default_rng(seed), 0
    reached = abs(difference.sum()) * (1 - 1e-12)  # equal sums may differ in their last bit
    for size in _blocks(draws, len(difference)):
        flipped = (rng.integers(0, 2, (size, len(difference))) * 2 - 1) @ difference
        as_large += int((np.abs(flipped) >= reached).sum())
    return interval, (as_large + 1) / (draws + 1)


def interaction_2x2(
    base: ArrayLike,
    first: ArrayLike,
    second: ArrayLike,
    both: ArrayLike,
    *,
    level: float = 0.95,
    draws: int = DRAWS,
    seed: int = 0,
) -> Interval:
    """What two treatments gain together beyond what each gains alone: both - first - second + base.

    Args:
        base: scores without either treatment: `(n,)`, or `(seeds, n)` where it was trained several times.
        first: with the first treatment only, on the same items.
        second: with the second only.
        both: with both.
        level: of the interval.
        draws: bootstrap samples.
        seed: of the resampling.

    Raises:
        DataError: arms with other items or seeds, no scores, or a value that is not finite.

    >>> interaction_2x2([0, 0], [1, 0], [0, 0], [1, 1]).mean
    0.5
    """
    arms = [_checked(np.atleast_2d(arm), 2) for arm in (base, first, second, both)]
    seeds = {len(arm) for arm in arms} - {1}
    if len({arm.shape[1] for arm in arms}) > 1 or len(seeds) > 1:
        raise DataError(f"The four arms need the same items and seeds; got {[arm.shape for arm in arms]}.")
    extra = arms[3] - arms[1] - arms[2] + arms[0]
    return bootstrap_seeds(extra, level=level, draws=draws, seed=seed)


def _resampled_means(table: np.ndarray, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Means `(draws,)` of the table with rows and columns drawn with replacement, as counts of each."""
    rows, columns = table.shape
    means = []
    for size in _blocks(draws, columns):
        row_counts = rng.multinomial(rows, np.full(rows, 1 / rows), size)
        column_counts = rng.multinomial(columns, np.full(columns, 1 / columns), size)
        means.append(((row_counts @ table) * column_counts).sum(axis=1) / table.size)
    return np.concatenate(means)


def _blocks(draws: int, items: int) -> Iterator[int]:
    """How many draws to make at a time, so that memory does not grow with the number of draws."""
    size = max(1, NUMBERS_AT_ONCE // items)
    return (min(size, draws - start) for start in range(0, draws, size))


def _checked(scores: ArrayLike, dimensions: int) -> np.ndarray:
    """The scores as float64."""
    array = np.asarray(scores, dtype=np.float64)
    if array.ndim != dimensions or array.size == 0 or not np.isfinite(array).all():
        raise DataError(f"Expected finite scores in {dimensions} dimension(s); got shape {array.shape}.")
    return array


def interval_table(scores: Mapping[tuple[str, str], ArrayLike]) -> pd.DataFrame:
    """Intervals of several arms and metrics as one tidy table, the form that the course's figures draw.

    Args:
        scores: (arm, metric) -> scores of shape (seeds, n).

    Returns:
        Columns arm, metric, mean, low, high, n; one row per key, in order.
    """
    rows = [dict(arm=arm, metric=metric, **vars(bootstrap_seeds(table))) for (arm, metric), table in scores.items()]
    return pd.DataFrame(rows, columns=["arm", "metric", "mean", "low", "high", "n"])
