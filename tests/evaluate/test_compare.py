"""Intervals: against scipy and closed forms, and whether they cover what they promise."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from domainlab.errors import ConfigError, DataError
from domainlab.evaluate import compare
from domainlab.evaluate.compare import (
    Interval,
    bootstrap_mean,
    bootstrap_seeds,
    interaction_2x2,
    interval_table,
    paired_difference,
)

RNG = np.random.default_rng(0)
SCORES = RNG.integers(0, 2, 60).astype(float)
TABLE = RNG.normal(size=(4, 50)) + RNG.normal(size=(4, 1))


def test_mean_of_two_items_as_worked_by_hand():
    # draws of two out of (0, 1): means 0, 1/2, 1/2, 1 with equal chance, so the 60 % interval is 0 ... 1
    interval = bootstrap_mean([0, 1], level=0.6)
    assert (interval.mean, interval.low, interval.high, interval.n) == (0.5, 0, 1, 2)
    assert bootstrap_mean([0, 1], level=0.4).low == 0.5


def test_interval_equals_scipy():
    ours = bootstrap_mean(TABLE[0], draws=20_000)
    theirs = stats.bootstrap((TABLE[0],), np.mean, n_resamples=20_000, method="percentile", rng=1)
    width = ours.high - ours.low
    assert ours.low == pytest.approx(theirs.confidence_interval.low, abs=0.03 * width)
    assert ours.high == pytest.approx(theirs.confidence_interval.high, abs=0.03 * width)


def test_interval_of_shares_equals_the_normal_one():
    interval = bootstrap_mean(np.repeat([0.0, 1.0], 200))
    half = 1.96 * 0.5 / 400**0.5
    assert (interval.low, interval.high) == pytest.approx((0.5 - half, 0.5 + half), abs=0.1 * half)


def test_interval_covers_the_true_mean_as_often_as_promised():
    rng = np.random.default_rng(1)
    found = [bootstrap_mean(rng.exponential(size=60), level=0.9, draws=200) for _ in range(200)]
    assert 0.82 < np.mean([one.low <= 1 <= one.high for one in found]) < 0.95


def test_one_seed_is_the_mean_over_items():
    assert bootstrap_seeds(SCORES[None, :], seed=3) == bootstrap_mean(SCORES, seed=3)


def test_resampling_both_equals_drawing_indices():
    # the same bootstrap the slow way: draw row and column numbers, take the sub-table's mean
    rng = np.random.default_rng(2)
    means = [TABLE[np.ix_(rng.integers(0, 4, 4), rng.integers(0, 50, 50))].mean() for _ in range(5000)]
    interval = bootstrap_seeds(TABLE)
    assert interval.mean == pytest.approx(TABLE.mean())
    width = interval.high - interval.low
    assert np.quantile(means, [0.025, 0.975]) == pytest.approx(interval_ends(interval), abs=0.06 * width)
    assert interval.n == 50


def test_spread_between_seeds_widens_the_interval():
    calm = np.tile(TABLE[0], (4, 1))
    noisy = calm + np.array([[-2], [-1], [1], [2]])
    widths = [one.high - one.low for one in (bootstrap_seeds(calm), bootstrap_seeds(noisy))]
    assert widths[1] > 2 * widths[0]
    assert widths[0] == pytest.approx(np.diff(interval_ends(bootstrap_mean(TABLE[0])))[0], rel=0.05)


def interval_ends(interval: Interval) -> list[float]:
    return [interval.low, interval.high]


def test_p_equals_all_sign_flips():
    a, b = np.array([3.0, 1, 4, 1, 5, 9, 2, 6]), np.array([2.0, 1, 1, 3, 2, 6, 2, 4])
    flips = np.array(list(product([-1, 1], repeat=8))) @ (a - b)
    exact = np.mean(np.abs(flips) >= abs((a - b).sum()) - 1e-9)
    interval, p = paired_difference(a, b, draws=40_000)
    assert interval.mean == (a - b).mean()
    assert p == pytest.approx(exact, abs=0.01)


def test_p_equals_scipy_on_paired_answers():
    a, b = RNG.integers(0, 2, 80).astype(float), RNG.integers(0, 2, 80).astype(float)
    wins, losses = ((a - b) == 1).sum(), ((a - b) == -1).sum()
    exact = stats.binomtest(int(wins), int(wins + losses)).pvalue  # McNemar, exact
    assert paired_difference(a, b)[1] == pytest.approx(exact, abs=0.02)


def test_no_difference_has_p_one_and_a_clear_one_a_small_p():
    interval, p = paired_difference(SCORES, SCORES)
    assert (interval.mean, interval.low, interval.high, p) == (0, 0, 0, 1)
    assert paired_difference(SCORES + 1, SCORES, draws=999)[1] == 1 / 1000


def test_false_alarms_are_as_rare_as_promised():
    rng = np.random.default_rng(5)
    ps = [paired_difference(rng.normal(size=30), rng.normal(size=30), draws=200)[1] for _ in range(200)]
    assert np.mean(np.array(ps) <= 0.05) < 0.1
    assert np.mean(np.array(ps) <= 0.5) == pytest.approx(0.5, abs=0.1)


def test_pairing_narrows_the_interval():
    hard = RNG.normal(size=100)
    interval, p = paired_difference(hard + 0.1 + RNG.normal(size=100) * 0.1, hard)
    apart = bootstrap_mean(hard)
    assert interval.high - interval.low < 0.2 * (apart.high - apart.low)
    assert p < 0.001


def test_interaction_as_worked_by_hand():
    # item 1: 1 - 1 - 0 + 0 = 0; item 2: 1 - 0 - 0 + 0 = 1; item 3: 1 - 1 - 1 + 0 = -1
    extra = interaction_2x2([0, 0, 0], [1, 0, 1], [0, 0, 1], [1, 1, 1])
    assert (extra.mean, extra.low, extra.high, extra.n) == (0, -1, 1, 3)


def test_interaction_equals_the_mean_of_the_contrast():
    arms = RNG.normal(size=(4, 40))
    contrast = arms[3] - arms[1] - arms[2] + arms[0]
    assert interaction_2x2(*arms, seed=4) == bootstrap_mean(contrast, seed=4)


def test_interaction_takes_seeds_where_an_arm_was_trained():
    base, first = RNG.normal(size=(2, 40))
    second, both = RNG.normal(size=(2, 3, 40))
    extra = interaction_2x2(base, first, second, both)
    assert extra == bootstrap_seeds(both - first - second + base)


def test_draws_in_small_blocks_do_not_change_the_kind_of_result(monkeypatch):
    whole = bootstrap_mean(TABLE[0])
    monkeypatch.setattr(compare, "NUMBERS_AT_ONCE", 777)
    blocks = bootstrap_mean(TABLE[0])
    assert interval_ends(blocks) == pytest.approx(interval_ends(whole), abs=0.05 * (whole.high - whole.low))
    assert paired_difference(TABLE[0], TABLE[1])[1] > 0


def test_the_same_seed_gives_the_same_interval_and_another_one_nearly():
    assert bootstrap_mean(TABLE[0], seed=1) == bootstrap_mean(TABLE[0], seed=1)
    assert bootstrap_mean(TABLE[0], seed=1) != bootstrap_mean(TABLE[0], seed=2)


def test_an_interval_reads_as_text():
    assert str(Interval(mean=0.625, low=0.5, high=0.734, n=60)) == "0.62 [0.50, 0.73], n = 60"
    for wrong in ({"low": 1.0, "high": 0.0, "n": 5}, {"low": 0.0, "high": 1.0, "n": 0}):
        with pytest.raises(DataError):
            Interval(mean=0.5, **wrong)


@pytest.mark.parametrize("scores", [[], [[1.0]], [1.0, np.nan], [1.0, np.inf], 1.0])
def test_wrong_scores_are_refused(scores):
    with pytest.raises(DataError):
        bootstrap_mean(scores)
    with pytest.raises(DataError):
        paired_difference(scores, scores)


def test_wrong_settings_and_shapes_are_refused():
    for settings in ({"level": 0}, {"level": 1}, {"level": 95}, {"draws": 99}):
        with pytest.raises(ConfigError):
            bootstrap_mean(SCORES, **settings)
    with pytest.raises(DataError):
        bootstrap_seeds(SCORES)
    with pytest.raises(DataError, match="equal lengths"):
        paired_difference(SCORES, SCORES[1:])
    with pytest.raises(DataError, match="same items"):
        interaction_2x2(SCORES, SCORES, SCORES, SCORES[1:])
    with pytest.raises(DataError, match="same items"):
        interaction_2x2(SCORES, SCORES, TABLE[:2], TABLE[:3])


def test_interval_table_has_one_row_per_arm_and_metric():
    table = interval_table({("base", "style"): np.zeros((1, 4)), ("both", "style"): np.ones((3, 4))})
    assert table["arm"].tolist() == ["base", "both"]
    assert table["mean"].tolist() == [0.0, 1.0]
    assert table.columns.tolist() == ["arm", "metric", "mean", "low", "high", "n"]
