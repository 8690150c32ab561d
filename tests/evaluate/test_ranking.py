"""Ranking scores: worked examples, equality with scikit-learn, bad input."""

import numpy as np
import pytest
from sklearn.metrics import label_ranking_average_precision_score, ndcg_score, recall_score

from domainlab.errors import ConfigError, DataError
from domainlab.evaluate.ranking import ndcg_at_k, recall_at_k, reciprocal_rank

SCORES = (recall_at_k, reciprocal_rank, ndcg_at_k)


def random_rankings(n=60, items=12, seed=0):
    rng = np.random.default_rng(seed)
    names = [f"d{number:02d}" for number in range(items)]
    rankings = [rng.permutation(names).tolist() for _ in range(n)]
    relevant = [set(rng.choice(names, size=rng.integers(1, 5), replace=False)) for _ in range(n)]
    truth = np.array([[name in wanted for name in names] for wanted in relevant], dtype=int)
    places = np.array([[-ranking.index(name) for name in names] for ranking in rankings], dtype=float)
    return rankings, relevant, truth, places


def test_as_worked_by_hand():
    # relevant at ranks 2 and 4 of 4, a third one is missing
    ranking, relevant = [["x", "a", "y", "b"]], [{"a", "b", "c"}]
    assert recall_at_k(ranking, relevant, k=4) == pytest.approx(2 / 3)
    assert recall_at_k(ranking, relevant, k=2) == pytest.approx(1 / 3)
    assert reciprocal_rank(ranking, relevant, k=4) == pytest.approx(1 / 2)
    assert reciprocal_rank(ranking, relevant, k=1) == 0
    ideal = 1 + 1 / np.log2(3) + 1 / np.log2(4)
    assert ndcg_at_k(ranking, relevant, k=4) == pytest.approx((1 / np.log2(3) + 1 / np.log2(5)) / ideal)


@pytest.mark.parametrize("k", [1, 3, 10, 12])
def test_ndcg_equals_scikit_learn(k):
    rankings, relevant, truth, places = random_rankings()
    expected = [ndcg_score([row], [place], k=k) for row, place in zip(truth, places, strict=True)]
    assert ndcg_at_k(rankings, relevant, k=k) == pytest.approx(expected)


@pytest.mark.parametrize("k", [1, 3, 12])
def test_recall_equals_scikit_learn(k):
    rankings, relevant, truth, places = random_rankings()
    expected = [recall_score(row, place > -k, average="binary") for row, place in zip(truth, places, strict=True)]
    assert recall_at_k(rankings, relevant, k=k) == pytest.approx(expected)


def test_reciprocal_rank_equals_scikit_learn_where_one_item_is_relevant():
    rankings, relevant, _, places = random_rankings()
    first = [{min(wanted)} for wanted in relevant]
    truth = np.array([[name in wanted for name in sorted(rankings[0])] for wanted in first], dtype=int)
    expected = label_ranking_average_precision_score(truth, places)
    assert reciprocal_rank(rankings, first, k=12).mean() == pytest.approx(expected)


@pytest.mark.parametrize("score", SCORES)
def test_bounds_and_short_rankings(score):
    assert score([["a"], [], ["b", "a"]], [{"a"}, {"a"}, ["a", "b", "b"]], k=5).tolist() == [1, 0, 1]
    assert score([], [], k=1).shape == (0,)


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize(
    ("retrieved", "relevant", "k", "error"),
    [
        ([["a"]], [{"a"}], 0, ConfigError),
        ([["a"]], [], 1, DataError),
        ([["a"]], [set()], 1, DataError),
        ([["a"]], ["a"], 1, DataError),
        (["a"], [{"a"}], 1, DataError),
        ([["a", "a"]], [{"a"}], 1, DataError),
    ],
)
def test_bad_input_is_refused(score, retrieved, relevant, k, error):
    with pytest.raises(error):
        score(retrieved, relevant, k=k)
