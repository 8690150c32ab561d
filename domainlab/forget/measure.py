"""How much was forgotten: retention corrected for chance, and forgetting and transfer over a sequence of tasks.

`scores[i, j]` is the score on task j after stage i; row 0 is the model before any stage, so task j is learned in
stage j + 1. Definitions: Lopez-Paz & Ranzato 2017, section 3; Chaudhry et al. 2018, section 3.

>>> retention(0.9, 0.6, chance=0.25).round(3)
np.float64(0.538)
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from domainlab.errors import DataError
from domainlab.evaluate.compare import Interval

DRAWS = 2000


def retention(before: ArrayLike, after: ArrayLike, *, chance: float) -> np.ndarray:
    """(after - chance) / (before - chance): 1 is all kept, 0 is down to guessing, above 1 is a gain.

    NaN where `before` is not above chance: there was nothing to lose.
    """
    before, after = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    known = before - chance
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(known > 1e-9, (after - chance) / known, np.nan)[()]


def retention_interval(
    before: ArrayLike, after: ArrayLike, *, chance: float, level: float = 0.95, seed: int = 0
) -> Interval | None:
    """Retention with its percentile bootstrap interval; items are resampled in pairs, seeds too.

    Args:
        before: `(n,)` scores of the base.
        after: `(n,)` or `(seeds, n)` scores of the same items after training.
        chance: score of guessing.
        level: of the interval.
        seed: of the resampling.

    Returns:
        None where the base is not above chance.
    """
    before, after = np.asarray(before, dtype=float), np.atleast_2d(np.asarray(after, dtype=float))
    if before.ndim != 1 or after.shape[1] != len(before):
        raise DataError(f"Expected the same items before and after; got {before.shape} and {after.shape}.")
    mean = retention(before.mean(), after.mean(), chance=chance)
    if np.isnan(mean):
        return None
    rng, (seeds, n) = np.random.default_rng(seed), after.shape
    items = rng.multinomial(n, np.full(n, 1 / n), DRAWS) / n
    rows = rng.multinomial(seeds, np.full(seeds, 1 / seeds), DRAWS) / seeds
    drawn = retention(items @ before, ((rows @ after) * items).sum(axis=1), chance=chance)
    low, high = np.nanquantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return Interval(mean=float(mean), low=float(min(low, mean)), high=float(max(high, mean)), n=n)


def mean_retention(values: ArrayLike, *, cap: bool = True) -> float:
    """The mean over suites, where it is defined; with `cap` a gain in one suite cannot hide a loss in another."""
    values = np.asarray(values, dtype=float)
    values = values[~np.isnan(values)]
    if not len(values):
        raise DataError("No suite has a base above chance, so nothing can be said about what was kept.")
    return float(np.minimum(values, 1.0).mean() if cap else values.mean())


def _checked(scores: ArrayLike) -> np.ndarray:
    table = np.asarray(scores, dtype=float)
    if table.ndim != 2 or table.shape[0] != table.shape[1] + 1 or table.shape[1] < 2 or not np.isfinite(table).all():
        raise DataError(
            f"Expected finite scores: one row before training and one per task, at least two tasks; got {table.shape}."
        )
    return table


def average_forgetting(scores: ArrayLike) -> float:
    """Best score so far minus last score, mean over all tasks but the last; positive is forgotten.

    >>> average_forgetting([[0, 0], [0.9, 0], [0.5, 0.8]])
    0.4
    """
    table = _checked(scores)
    return float((table[1:-1, :-1].max(axis=0) - table[-1, :-1]).mean())


def backward_transfer(scores: ArrayLike) -> float:
    """Last score minus the score right after learning, mean over all tasks but the last; negative is forgotten.

    >>> backward_transfer([[0, 0], [0.9, 0], [0.5, 0.8]])
    -0.4
    """
    table = _checked(scores)
    return float((table[-1] - np.diag(table[1:]))[:-1].mean())


def forward_transfer(scores: ArrayLike) -> float:
    """Score just before learning a task minus the score of the untrained model, mean over all tasks but the first.

    >>> forward_transfer([[0, 0.1], [0.9, 0.3], [0.5, 0.8]])
    0.2
    """
    table = _checked(scores)
    return float((np.diag(table[:-1]) - table[0])[1:].mean().round(12))


def kept_interval(
    before: Mapping[str, ArrayLike], after: Mapping[str, ArrayLike], chance: Mapping[str, float], *, seed: int = 0
) -> Interval:
    """Mean retention over suites (each counted at most 1) with its 95 % bootstrap interval over items and seeds.

    Args:
        before: suite -> `(n,)` scores of the base.
        after: suite -> `(seeds, n)` scores after training; the same seeds in every suite.
        chance: suite -> score of guessing.
        seed: of the resampling.
    """
    rng, drawn, means = np.random.default_rng(seed), [], []
    seeds = len(np.atleast_2d(next(iter(after.values()))))
    rows = rng.multinomial(seeds, np.full(seeds, 1 / seeds), DRAWS) / seeds
    for name, base in before.items():
        old, new = np.asarray(base, dtype=float), np.atleast_2d(np.asarray(after[name], dtype=float))
        items = rng.multinomial(len(old), np.full(len(old), 1 / len(old)), DRAWS) / len(old)
        ratio = retention(items @ old, ((rows @ new) * items).sum(axis=1), chance=chance[name])
        drawn.append(np.minimum(np.nan_to_num(ratio, nan=1.0), 1.0))
        means.append(retention(old.mean(), new.mean(), chance=chance[name]))
    mean, values = mean_retention(means), np.mean(drawn, axis=0)
    low, high = np.quantile(values, [0.025, 0.975])
    return Interval(mean=mean, low=float(min(low, mean)), high=float(max(high, mean)), n=sum(map(len, before.values())))
