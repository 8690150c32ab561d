"""Make one ranking out of several by reciprocal rank fusion (Cormack, Clarke & Büttcher 2009).

Scores of different searches cannot be compared, ranks can: each ranking gives its item at rank r the points
1 / (60 + r), and the points are added up.

>>> fuse_rankings([["a", "b", "c"], ["c", "a"]])[0]
('a', 0.032522)
"""

from collections.abc import Sequence

from domainlab.errors import ConfigError
from domainlab.retrieve.vectors import DIGITS, Scored

RRF_K = 60  # the paper's constant: how little the first ranks stand out


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
    return sorted(((n, round(p, DIGITS)) for n, p in points.items()), key=lambda one: (-one[1], one[0]))
