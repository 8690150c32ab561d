"""Vectors: what counts as an embedder's answer, and neighbours by comparing with all."""

import numpy as np
import pytest
from sklearn.metrics.pairwise import cosine_similarity

from domainlab.errors import DataError
from domainlab.retrieve.vectors import cosine_score, embed_rows, exact_neighbours


def unit_rows(count: int, seed: int) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(count, 16)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_neighbours_as_worked_by_hand():
    # cosines of (1, 0) with (0, 1), (0.8, 0.6), (1, 0), (-1, 0): 0, 0.8, 1, -1
    rows = np.array([[0, 1], [0.8, 0.6], [1, 0], [-1, 0]], dtype=np.float32)
    positions, scores = exact_neighbours(np.array([[1, 0]], dtype=np.float32), rows, k=4)
    assert positions.tolist() == [[2, 1, 0, 3]]
    assert scores.tolist() == [[1, 0.8, 0, -1]]


def test_neighbours_equal_scikit_learn():
    queries, rows = unit_rows(20, seed=0), unit_rows(300, seed=1)
    positions, scores = exact_neighbours(queries, rows, k=7)
    expected = cosine_similarity(queries, rows)
    np.testing.assert_array_equal(positions, np.argsort(-expected, axis=1)[:, :7])
    np.testing.assert_allclose(scores, -np.sort(-expected, axis=1)[:, :7], atol=1e-6)


def test_equal_scores_keep_the_order_of_the_rows():
    row = unit_rows(1, seed=3)
    positions, _ = exact_neighbours(row, np.concatenate([row, -row] * 50), k=100)
    assert positions.tolist() == [[*range(0, 100, 2), *range(1, 100, 2)]]


def test_a_score_stays_within_its_range():
    assert cosine_score(np.array([-1e-7, 0.25, 2.0000002])).tolist() == [1, 0.75, -1]


@pytest.mark.parametrize(
    "rows", [np.eye(4)[:2], np.ones((3, 4)), np.full((3, 4), np.nan), np.ones(3), np.eye(3)[None]]
)
def test_rows_that_are_not_one_unit_vector_per_text_are_refused(rows):
    with pytest.raises(DataError, match="embedder must return"):
        embed_rows(lambda texts: rows, ["a", "b", "c"])


def test_rows_come_back_as_float32():
    rows = embed_rows(lambda texts: np.eye(3), ["a", "b", "c"])
    assert (rows.dtype, rows.shape) == (np.float32, (3, 3))
