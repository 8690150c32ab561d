"""Reciprocal rank fusion: a worked example, what must always hold, bad input."""

import numpy as np
import pytest

from domainlab.errors import ConfigError
from domainlab.retrieve.fuse import fuse_rankings


def test_points_as_worked_by_hand():
    # a: 1/61 + 1/62, b: 1/62, c: 1/63 + 1/61; "c" beats "b" although it is third in the first ranking
    assert fuse_rankings([["a", "b", "c"], ["c", "a"]]) == [("a", 0.032522), ("c", 0.032266), ("b", 0.016129)]


def test_equals_points_added_up_in_a_table():
    rng = np.random.default_rng(0)
    names = [f"n{number:02d}" for number in range(30)]
    rankings = [rng.permutation(names)[:20].tolist() for _ in range(3)]
    ranks = [{name: rank for rank, name in enumerate(ranking, 1)} for ranking in rankings]
    points = {name: sum(1 / (60 + rank[name]) for rank in ranks if name in rank) for name in names}
    fused = fuse_rankings(rankings)
    assert [name for name, _ in fused] == sorted(
        (n for n in names if points[n]), key=lambda name: (-round(points[name], 6), name)
    )


def test_one_ranking_keeps_its_order_and_none_gives_nothing():
    assert [name for name, _ in fuse_rankings([["c", "a", "b"]])] == ["c", "a", "b"]
    assert fuse_rankings([]) == fuse_rankings([[], []]) == []


def test_equal_points_come_in_the_order_of_ids():
    assert [name for name, _ in fuse_rankings([["b", "a"], ["a", "b"]])] == ["a", "b"]


def test_a_negative_constant_is_refused():
    with pytest.raises(ConfigError, match="constant"):
        fuse_rankings([["a"]], constant=-1)
