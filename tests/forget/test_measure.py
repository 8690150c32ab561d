"""Retention, forgetting and transfer: by hand, and against their definitions written out in loops."""

import numpy as np
import pytest

from domainlab.errors import DataError
from domainlab.forget.measure import (
    average_forgetting,
    backward_transfer,
    forward_transfer,
    mean_retention,
    retention,
    retention_interval,
)  # fmt: skip


def test_retention_by_hand():
    # four choices: chance 0.25. From 0.85 to 0.55 half of what was above chance is gone
    assert retention(0.85, 0.55, chance=0.25) == pytest.approx(0.5)
    assert retention(0.85, 0.25, chance=0.25) == 0
    assert retention(0.85, 0.85, chance=0.25) == 1
    assert np.isnan(retention(0.25, 0.25, chance=0.25))


def test_without_chance_a_model_that_guesses_seems_to_keep_a_third():
    assert retention(0.75, 0.25, chance=0.0) == pytest.approx(1 / 3)
    assert retention(0.75, 0.25, chance=0.25) == 0


def test_interval_holds_the_mean_and_shrinks_with_more_items():
    rng = np.random.default_rng(0)
    before, after = rng.random(400) < 0.9, rng.random((3, 400)) < 0.6
    wide = retention_interval(before[:40], after[:, :40], chance=0.1)
    narrow = retention_interval(before, after, chance=0.1)
    for interval in (wide, narrow):
        assert interval.low <= interval.mean <= interval.high
    assert narrow.high - narrow.low < wide.high - wide.low
    assert narrow.mean == pytest.approx((after.mean() - 0.1) / (before.mean() - 0.1))


def test_interval_of_no_change_has_no_width():
    scores = np.array([1.0, 0, 1, 1, 0, 1])
    interval = retention_interval(scores, scores, chance=0.2)
    assert (interval.low, interval.mean, interval.high) == (1, 1, 1)


def test_interval_covers_the_truth_about_as_often_as_it_says():
    rng, hits = np.random.default_rng(1), 0
    for trial in range(100):
        before, after = rng.random(150) < 0.8, rng.random(150) < 0.5
        interval = retention_interval(before, after, chance=0.0, seed=trial)
        hits += interval.low <= 0.5 / 0.8 <= interval.high
    assert hits >= 88


def test_nothing_known_before_is_said_and_not_computed():
    assert retention_interval(np.zeros(5), np.zeros(5), chance=0.2) is None


def test_a_gain_hides_no_loss():
    assert mean_retention([1.4, 0.6]) == pytest.approx(0.8)
    assert mean_retention([1.4, 0.6], cap=False) == 1.0
    assert mean_retention([np.nan, 0.6]) == 0.6
    with pytest.raises(DataError, match="above chance"):
        mean_retention([np.nan])


def by_loops(scores):
    """The definitions of the papers, index by index; scores[i][j] after stage i, task j learned in stage j + 1."""
    last, tasks = len(scores) - 1, len(scores[0])
    forgotten = [max(scores[i][j] for i in range(1, last)) - scores[last][j] for j in range(tasks - 1)]
    backward = [scores[last][j] - scores[j + 1][j] for j in range(tasks - 1)]
    forward = [scores[j][j] - scores[0][j] for j in range(1, tasks)]
    return [sum(values) / (tasks - 1) for values in (forgotten, backward, forward)]


@pytest.mark.parametrize("seed", range(5))
def test_forgetting_and_transfer_are_their_definitions(seed):
    rng = np.random.default_rng(seed)
    tasks = int(rng.integers(2, 6))
    scores = rng.random((tasks + 1, tasks))
    found = [measure(scores) for measure in (average_forgetting, backward_transfer, forward_transfer)]
    assert found == pytest.approx(by_loops(scores.tolist()))


def test_forgetting_is_never_below_minus_backward_transfer():
    scores = [[0, 0, 0], [0.5, 0, 0], [0.9, 0.7, 0], [0.6, 0.7, 0.8]]
    assert average_forgetting(scores) == pytest.approx(0.15)  # (0.9 - 0.6 + 0) / 2: best so far
    assert backward_transfer(scores) == pytest.approx(0.05)  # (0.6 - 0.5 + 0) / 2: right after learning


@pytest.mark.parametrize("scores", [[[0.1]], [[0, 0], [1, 1]], [[0, np.nan], [1, 1], [1, 1]]])
def test_a_table_of_another_shape_is_refused(scores):
    with pytest.raises(DataError, match="one row before"):
        average_forgetting(scores)


def test_other_items_after_than_before_are_refused():
    with pytest.raises(DataError, match="same items"):
        retention_interval([1, 0], [1, 0, 1], chance=0.1)
