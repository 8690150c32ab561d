"""Calibration by hand, against sklearn and scipy, at the edges of its bins, and with wrong input."""

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.calibration import calibration_curve
from sklearn.metrics import log_loss

from domainlab.errors import ConfigError, DataError
from domainlab.evaluate.calibration import (
    calibration_error,
    class_probabilities,
    fit_temperature,
    negative_log_likelihood,
    null_calibration_error,
    reliability_table,
)

RNG = np.random.default_rng(0)
LOGITS = RNG.normal(size=(300, 3)) * 2
LABELS = np.array([RNG.choice(3, p=row) for row in class_probabilities(LOGITS)])


def test_by_hand():
    # bins (0, .5] and (.5, 1]: gap .4 - .5 = .1 for two items, .8 - 2/3 = .1333 for three
    sure, right = [0.4, 0.4, 0.8, 0.8, 0.8], [1, 0, 1, 1, 0]
    assert calibration_error(sure, right, bins=2) == pytest.approx((2 * 0.1 + 3 * (0.8 - 2 / 3)) / 5)


def test_certainty_is_in_the_last_bin_and_edges_belong_to_the_bin_below():
    table = reliability_table([0.0, 0.5, 1.0], [0, 1, 1], bins=2)
    assert table["n"].tolist() == [2, 1]
    assert table["high"].tolist() == [0.5, 1.0]


def test_bins_agree_with_sklearn():
    sure = RNG.random(500)
    right = RNG.random(500) < sure
    accuracy, confidence = calibration_curve(right, sure, n_bins=10)
    table = reliability_table(sure, right, bins=10)
    np.testing.assert_allclose(table["accuracy"], accuracy)
    np.testing.assert_allclose(table["confidence"], confidence)


def test_log_likelihood_agrees_with_sklearn():
    expected = log_loss(LABELS, class_probabilities(LOGITS, temperature=1.7))
    assert negative_log_likelihood(LOGITS, LABELS, temperature=1.7) == pytest.approx(expected)


def test_temperature_finds_what_was_done_to_the_logits_and_agrees_with_another_optimiser():
    assert fit_temperature(LOGITS * 3, LABELS) == pytest.approx(3 * fit_temperature(LOGITS, LABELS), rel=1e-3)
    other = minimize(lambda t: negative_log_likelihood(LOGITS, LABELS, temperature=np.exp(t[0])), [0.0])
    assert fit_temperature(LOGITS, LABELS) == pytest.approx(np.exp(other.x[0]), rel=1e-3)


def test_temperature_keeps_the_class_and_repairs_overconfidence():
    loud = LOGITS * 4
    cooled = class_probabilities(loud, temperature=fit_temperature(loud[:150], LABELS[:150]))
    assert (cooled.argmax(1) == loud.argmax(1)).all()
    hot = class_probabilities(loud)
    correct = (loud.argmax(1) == LABELS)[150:]
    before, after = (calibration_error(p.max(1)[150:], correct) for p in (hot, cooled))
    assert after < before / 2


def test_a_calibrated_model_is_within_its_null_and_a_loud_one_is_not():
    sure = RNG.uniform(0.5, 1, 400)
    right = RNG.random(400) < sure
    mean, high = null_calibration_error(sure)
    assert 0 < mean < high
    assert calibration_error(sure, right) < high
    assert calibration_error(np.minimum(sure + 0.25, 1), right) > null_calibration_error(np.minimum(sure + 0.25, 1))[1]


def test_the_null_shrinks_with_the_number_of_items():
    small, large = (null_calibration_error(np.full(n, 0.7), draws=200)[0] for n in (50, 5000))
    assert large < small / 5


@pytest.mark.parametrize(
    ("confidence", "correct"), [([], []), ([0.5], [1, 0]), ([1.2], [1]), ([0.5], [2]), ([float("nan")], [1])]
)
def test_refuses_what_is_no_confidence(confidence, correct):
    with pytest.raises(DataError):
        calibration_error(confidence, correct)


def test_refuses_wrong_settings_and_labels():
    with pytest.raises(ConfigError):
        calibration_error([0.5], [1], bins=0)
    with pytest.raises(ConfigError):
        null_calibration_error([0.5], draws=5)
    with pytest.raises(ConfigError):
        class_probabilities([[1.0, 2.0]], temperature=0)
    for labels in ([3], [0, 1], [-1]):
        with pytest.raises(DataError):
            fit_temperature([[1.0, 2.0]], labels)
