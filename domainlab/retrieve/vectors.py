"""Rows of length 1 and their neighbours: what an index needs to know about vectors, in plain numpy.

>>> rows = np.array([[1, 0], [0.6, 0.8], [0, 1]], dtype=np.float32)
>>> positions, scores = exact_neighbours(rows[:1], rows, k=2)
>>> positions.tolist(), scores.tolist()
([[0, 1]], [[1.0, 0.6]])
"""

from collections.abc import Callable, Sequence

import numpy as np

from domainlab.errors import DataError

Embedder = Callable[[Sequence[str]], np.ndarray]  # n texts -> float32 (n, dim), rows of length 1
Scored = list[tuple[str, float]]  # chunk ids with their scores, best first

TOLERANCE = 1e-3  # how far a row's length may be from 1
DIGITS = 6  # decimals of a score; differences below are rounding errors of float32


def embed_rows(embed: Embedder, texts: Sequence[str]) -> np.ndarray:
    """The embedder's rows for n texts: float32 `(n, dim)`, checked to have length 1.

    Raises:
        DataError: another shape, or rows that do not have length 1.
    """
    rows = np.asarray(embed(list(texts)), dtype=np.float32)
    if rows.ndim != 2 or len(rows) != len(texts):
        raise DataError(f"The embedder must return one row per text; got {rows.shape} for {len(texts)}.")
    if not np.allclose(np.linalg.norm(rows, axis=1), 1, atol=TOLERANCE):
        raise DataError("The embedder must return rows of length 1; divide each row by its norm.")
    return rows


def exact_neighbours(queries: np.ndarray, rows: np.ndarray, *, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The k nearest rows of each query by comparing with all of them, best first; ties in row order.

    Args:
        queries: `(m, dim)`, rows of length 1.
        rows: `(n, dim)`, rows of length 1.
        k: at most n.

    Returns:
        Positions `(m, k)` in `rows` and their cosines `(m, k)`, in -1 ... 1.
    """
    scores = cosine_score(1 - queries @ rows.T)
    positions = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return positions, np.take_along_axis(scores, positions, axis=1)


def cosine_score(distances: np.ndarray) -> np.ndarray:
    """Cosine distances (0 ... 2) as similarities, without the dust of float32."""
    return np.clip(np.round(1 - np.asarray(distances, dtype=np.float64), DIGITS), -1, 1)
