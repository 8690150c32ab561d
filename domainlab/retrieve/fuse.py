"""Make one ranking out of a dense and a lexical one, by their scores or by their ranks.

By scores (Bruch, Gai & Ingber 2023, "An Analysis of Fusion Functions for Hybrid Retrieval", TM2C2): each score as
its share of the way from the lowest possible one to the best found, then a weighted mean. A search that is sure of
its first hit, such as BM25 of a rare code, keeps that certainty.

By ranks (reciprocal rank fusion, Cormack, Clarke & Büttcher 2009): rank r of each ranking gives 1 / (60 + r) points,
and the points are added up. It needs no scores, and what both find at rank 40 beats what only one finds first.

>>> fuse_rankings([["a", "b", "c"], ["c", "a"]])[0]
('a', 0.032522)
>>> fuse_scores([("a", 0.6), ("b", 0.6)], [("b", 7.0)], depth=2)
[('b', 1.0), ('a', 0.8)]
"""

from collections.abc import Sequence

from domainlab.errors import ConfigError
from domainlab.retrieve.vectors import DIGITS, Scored

RRF_K = 60  # the paper's constant: how little the first ranks stand out
DENSE_WEIGHT = 0.8  # the paper's, for collections that nothing was tuned on
LOWEST_COSINE, LOWEST_BM25 = -1.0, 0.0


def fuse_scores(dense: Scored, lexical: Scored, *, depth: int, weight: float = DENSE_WEIGHT) -> Scored:
    """Items with their fused scores, 0 ... 1, best first, equal ones in the order of ids.

    Args:
        dense: ids with cosines, best first.
        lexical: ids with BM25 scores, best first.
        depth: how long the lists may be; an item missing in a full list counts like that list's last one, as it
            cannot be better.
        weight: of the dense search, 0 ... 1.

    Raises:
        ConfigError: a weight outside 0 ... 1.
    """
    if not 0 <= weight <= 1:
        raise ConfigError(f"The weight of the dense search must be 0 to 1; got {weight}.")
    by_meaning, low_meaning = _shares(dense, LOWEST_COSINE, depth)
    by_words, low_words = _shares(lexical, LOWEST_BM25, depth)
    scores = {
        name: weight * by_meaning.get(name, low_meaning) + (1 - weight) * by_words.get(name, low_words)
        for name in by_meaning | by_words
    }
    return _ranked(scores)


def fuse_rankings(rankings: Sequence[Sequence[str]], *, constant: float = RRF_K) -> Scored:
    """Items with their points, best first, equal ones in the order of ids.

    Args:
        rankings: ids in the order of each search, best first.
        constant: added to every rank, at least 0.

    Raises:
        ConfigError: a negative constant.
    """
    if constant < 0:
        raise ConfigError(f"The constant of reciprocal rank fusion must be at least 0; got {constant}.")
    points: dict[str, float] = {}
    for ranking in rankings:
        for rank, name in enumerate(ranking, start=1):
            points[name] = points.get(name, 0.0) + 1 / (constant + rank)
    return _ranked(points)


def _shares(scored: Scored, lowest: float, depth: int) -> tuple[dict[str, float], float]:
    """Each score as a share of the way from the lowest to the best, and the share of what is not in the list."""
    span = max((score for _, score in scored), default=lowest) - lowest
    shares = {name: (score - lowest) / span if span > 0 else 0.0 for name, score in scored}
    return shares, min(shares.values()) if shares and len(scored) >= depth else 0.0


def _ranked(scores: dict[str, float]) -> Scored:
    rounded = ((name, round(score, DIGITS)) for name, score in scores.items())
    return sorted(rounded, key=lambda one: (-one[1], one[0]))
