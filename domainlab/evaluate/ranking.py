"""How good a ranking is: recall, reciprocal rank and discounted gain of the first k, one number per query.

Each score is an array `(n,)` from 0 to 1, higher is better; `compare.py` makes a mean with its interval out of it.
What is relevant is a set: an item is or is not. Voorhees 1999 (reciprocal rank); Järvelin & Kekäläinen 2002 (nDCG).

>>> recall_at_k([["a", "b", "c"]], [{"b", "z"}], k=2).tolist()
[0.5]
"""

from collections.abc import Collection, Sequence

import numpy as np

from domainlab.errors import ConfigError, DataError


def recall_at_k(retrieved: Sequence[Sequence[str]], relevant: Sequence[Collection[str]], *, k: int) -> np.ndarray:
    """Which share of the relevant items is among the first k.

    Args:
        retrieved: n rankings of ids, best first.
        relevant: n collections of the ids that should be found.
        k: how many of each ranking count.

    Returns:
        Shares `(n,)`.

    Raises:
        ConfigError: `k` below 1.
        DataError: not one collection per ranking, a query without relevant items, an id twice in a ranking.
    """
    return np.array([found.sum() / wanted for found, wanted in _found(retrieved, relevant, k)], dtype=np.float64)


def reciprocal_rank(retrieved: Sequence[Sequence[str]], relevant: Sequence[Collection[str]], *, k: int) -> np.ndarray:
    """One divided by the rank of the first relevant item; 0 where none is among the first k.

    The mean over queries is MRR@k. Arguments and errors as for `recall_at_k`.

    >>> reciprocal_rank([["a", "b"], ["a", "b"], ["a", "b"]], [{"a"}, {"b"}, {"c"}], k=2).tolist()
    [1.0, 0.5, 0.0]
    """
    rows = [found for found, _ in _found(retrieved, relevant, k)]
    return np.array([1 / (found.argmax() + 1) if found.any() else 0.0 for found in rows], dtype=np.float64)


def ndcg_at_k(retrieved: Sequence[Sequence[str]], relevant: Sequence[Collection[str]], *, k: int) -> np.ndarray:
    """Relevant items among the first k, each counting 1 / log2(1 + rank), as a share of the best ranking's sum.

    Arguments and errors as for `recall_at_k`.

    >>> ndcg_at_k([["a", "b"], ["b", "a"]], [{"a"}, {"a"}], k=2).round(3).tolist()
    [1.0, 0.631]
    """
    discounts = 1 / np.log2(np.arange(2, k + 2)) if k >= 1 else np.empty(0)
    scores = [
        (found * discounts[: len(found)]).sum() / discounts[:wanted].sum()
        for found, wanted in _found(retrieved, relevant, k)
    ]
    return np.array(scores, dtype=np.float64)


def _found(
    retrieved: Sequence[Sequence[str]], relevant: Sequence[Collection[str]], k: int
) -> list[tuple[np.ndarray, int]]:
    """For each query which of the first k are relevant, and how many relevant items there are."""
    if k < 1:
        raise ConfigError(f"k must be at least 1; got {k}.")
    if len(retrieved) != len(relevant):
        raise DataError(f"Expected relevant ids for every ranking; got {len(relevant)} for {len(retrieved)}.")
    rows = []
    for at, (ranking, wanted) in enumerate(zip(retrieved, relevant, strict=True)):
        if isinstance(ranking, str) or isinstance(wanted, str) or not wanted:
            raise DataError(f"Query {at} needs a ranking and at least one relevant id; got {wanted!r}.")
        if len(set(ranking)) != len(ranking):
            raise DataError(f"Query {at}: an id comes twice in its ranking.")
        rows.append((np.array([name in wanted for name in ranking[:k]], dtype=bool), len(set(wanted))))
    return rows
