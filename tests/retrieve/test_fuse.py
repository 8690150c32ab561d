"""Fusion by ranks and by scores: worked examples, what must always hold, bad input."""

import numpy as np
import pytest

from domainlab.errors import ConfigError
from domainlab.retrieve.fuse import fuse_rankings, fuse_scores


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


def test_fused_scores_as_worked_by_hand():
    # cosines 0.6 and 0.2 as shares of the way from -1: 1 and 1.2 / 1.6 = 0.75; BM25 8 and 2: 1 and 0.25
    # both lists are full, so "c" counts 0.75 by meaning and "a" 0.25 by words
    fused = fuse_scores([("a", 0.6), ("b", 0.2)], [("b", 8.0), ("c", 2.0)], depth=2, weight=0.8)
    assert fused == [("a", 0.85), ("b", 0.8), ("c", 0.65)]


def test_what_a_short_lexical_list_lacks_shares_no_word():
    fused = fuse_scores([("a", 0.6), ("b", 0.2)], [("b", 8.0)], depth=5, weight=0.5)
    assert fused == [("b", 0.875), ("a", 0.5)]


def test_weights_at_the_ends_give_the_single_searches():
    dense, lexical = [("a", 0.9), ("b", 0.5), ("c", -0.2)], [("c", 9.0), ("b", 4.0), ("a", 1.0)]
    assert [name for name, _ in fuse_scores(dense, lexical, depth=9, weight=1)] == ["a", "b", "c"]
    assert [name for name, _ in fuse_scores(dense, lexical, depth=9, weight=0)] == ["c", "b", "a"]


def test_no_shared_word_leaves_the_dense_order():
    assert fuse_scores([("b", 0.3), ("a", 0.1)], [], depth=9) == [
        ("b", 0.8),
        ("a", pytest.approx(0.8 * 1.1 / 1.3, abs=1e-6)),
    ]
    assert fuse_scores([], [], depth=9) == []


@pytest.mark.parametrize("weight", [-0.1, 1.1])
def test_a_wrong_weight_is_refused(weight):
    with pytest.raises(ConfigError, match="weight"):
        fuse_scores([], [], depth=9, weight=weight)
