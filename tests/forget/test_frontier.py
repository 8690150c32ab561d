"""The frontier by brute force, and the hypervolume by hand and by throwing darts."""

import numpy as np
import pytest

from domainlab.errors import DataError
from domainlab.forget.frontier import hypervolume, on_frontier


def test_by_hand():
    # 0.9 x 0.3 and above it 0.5 x (0.8 - 0.3); the third point lies inside
    assert hypervolume([0.9, 0.5, 0.4], [0.3, 0.8, 0.7]) == pytest.approx(0.27 + 0.25)
    assert hypervolume([1.0], [1.0]) == 1
    assert hypervolume([-0.2, 0.5], [0.9, -0.1]) == 0
    assert hypervolume([0.9], [0.9], reference=(0.5, 0.5)) == pytest.approx(0.16)


@pytest.mark.parametrize("seed", range(4))
def test_equals_darts_and_every_pair_compared(seed):
    rng = np.random.default_rng(seed)
    gain, kept = rng.random((2, 8))
    darts = rng.random((40_000, 2))
    hit = ((darts[:, :1] <= gain) & (darts[:, 1:] <= kept)).any(axis=1).mean()
    assert hypervolume(gain, kept) == pytest.approx(hit, abs=0.012)
    for at, inside in enumerate(on_frontier(gain, kept)):
        beaten = any(gain[o] >= gain[at] and kept[o] >= kept[at] and o != at for o in range(8))
        assert inside == (not beaten)


def test_a_beaten_arm_changes_no_area_and_a_twin_stays_on_the_frontier():
    assert hypervolume([0.9, 0.5], [0.3, 0.8]) == hypervolume([0.9, 0.5, 0.5], [0.3, 0.8, 0.2])
    assert on_frontier([0.5, 0.5], [0.8, 0.8]).tolist() == [True, True]


def test_numbers_that_are_none_are_refused():
    with pytest.raises(DataError, match="finite"):
        hypervolume([np.nan], [1.0])
