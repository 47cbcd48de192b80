"""Held-out figures are those of messages that nothing was fitted to."""

import numpy as np
import pytest

from emotag_model.evaluation.calibrate import calibrate
from emotag_model.evaluation.crossfit import crossfit
from emotag_model.evaluation.evaluate import report
from emotag_model.labels import default_labels

EKMAN = default_labels().taxonomy("ekman")


def draw(count, seed=0):
    random = np.random.default_rng(seed)
    logits = (random.standard_normal((count, 28)) * 2 - 3).astype(np.float32)
    return logits, (random.random((count, 28)) < 1 / (1 + np.exp(-0.5 * logits + 1))).astype(np.float32)


def test_it_is_the_mean_of_both_ways():
    logits, truth = draw(200)
    even, odd = slice(0, None, 2), slice(1, None, 2)
    ways = [
        report(calibrate(EKMAN, logits[fit], truth[fit]), logits[test], truth[test])
        for fit, test in ((even, odd), (odd, even))
    ]
    macro_f1, error = crossfit(EKMAN, logits, truth)
    assert macro_f1 == pytest.approx((ways[0].macro_f1 + ways[1].macro_f1) / 2)
    assert error == pytest.approx((ways[0].calibration_error + ways[1].calibration_error) / 2)


def test_it_flatters_less_than_the_messages_fitted_to():
    logits, truth = draw(120)
    fitted = report(calibrate(EKMAN, logits, truth), logits, truth)
    macro_f1, error = crossfit(EKMAN, logits, truth)
    assert macro_f1 < fitted.macro_f1
    assert error > fitted.calibration_error


def test_earlier_calibration_does_not_matter():
    logits, truth = draw(200)
    assert crossfit(calibrate(EKMAN, logits, truth), logits, truth) == crossfit(EKMAN, logits, truth)
