"""Learning against forgetting: which arms no other arm beats on both, and how good the whole front is."""

import numpy as np
from numpy.typing import ArrayLike

from domainlab.errors import DataError


def on_frontier(gain: ArrayLike, kept: ArrayLike) -> np.ndarray:
    """True for arms that no other arm beats or equals on both axes while beating it on one; both better when higher.

    >>> on_frontier([0.9, 0.5, 0.4], [0.3, 0.8, 0.7]).tolist()
    [True, True, False]
    """
    points = _points(gain, kept)
    as_good = (points[None] >= points[:, None]).all(axis=2)
    better = (points[None] > points[:, None]).any(axis=2)
    return ~(as_good & better).any(axis=1)


def hypervolume(gain: ArrayLike, kept: ArrayLike, *, reference: tuple[float, float] = (0.0, 0.0)) -> float:
    """The area that the arms dominate above a reference point; 1 would be all gained and all kept.

    The two-objective case of Zitzler & Thiele 1999. Arms below the reference on an axis add nothing.

    >>> hypervolume([0.9, 0.5], [0.3, 0.8])
    0.52
    """
    points = _points(gain, kept) - np.asarray(reference)
    points = points[(points > 0).all(axis=1)]
    area, height = 0.0, 0.0
    for x, y in sorted(points.tolist(), reverse=True):
        if y > height:
            area, height = area + x * (y - height), y
    return round(area, 12)


def _points(gain: ArrayLike, kept: ArrayLike) -> np.ndarray:
    points = np.column_stack([np.asarray(gain, dtype=float), np.asarray(kept, dtype=float)])
    if points.ndim != 2 or not len(points) or not np.isfinite(points).all():
        raise DataError("Expected a finite gain and a finite share kept for every arm, and at least one arm.")
    return points
