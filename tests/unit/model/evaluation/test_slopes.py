"""The slopes and bias that truth was drawn with are found, and nothing runs away where there is little to fit."""

import numpy as np
import pytest

from emotag_model.evaluation.metrics import calibration_error
from emotag_model.evaluation.slopes import fit_line, fit_slopes
from emotag_model.labels.taxonomy import softplus


def sigmoid(values):
    return 1 / (1 + np.exp(-values))


def line(logits, above, below, bias):
    return above * softplus(logits) - below * softplus(-logits) + bias


def draw(above, below, bias, count=20_000, seed=0):
    random = np.random.default_rng(seed)
    logits = (random.standard_normal(count) * 2).astype(np.float32)
    truth = (random.random(count) < sigmoid(line(logits, above, below, bias))).astype(np.float32)
    return logits[:, None], truth[:, None]


@pytest.mark.parametrize(
    ("above", "below", "bias"), [(1.0, 1.0, 0.0), (0.4, 0.4, -1.5), (2.5, 0.8, 0.7), (0.5, 2.0, -1.0)]
)
def test_the_true_parameters_are_found(above, below, bias):
    found = fit_slopes(*draw(above, below, bias))[:, 0]
    np.testing.assert_allclose(found, [above, below, bias], rtol=0.15, atol=0.15)


def test_fitted_scores_are_calibrated():
    logits, truth = draw(0.3, 0.6, -2.0)
    before = calibration_error(sigmoid(logits[:, 0]), truth[:, 0])
    fitted = sigmoid(line(logits[:, 0], *fit_slopes(logits, truth)[:, 0])).astype(np.float32)
    assert before > 0.2
    assert calibration_error(fitted, truth[:, 0]) < 0.02


def test_labels_are_fitted_apart():
    first, second = draw(0.5, 0.5, 1.0, seed=1), draw(2.0, 1.0, -1.0, seed=2)
    both = fit_slopes(np.hstack([first[0], second[0]]), np.hstack([first[1], second[1]]))
    np.testing.assert_allclose(both, np.hstack([fit_slopes(*first), fit_slopes(*second)]))


@pytest.mark.parametrize("truth", [0.0, 1.0])
def test_one_kind_of_truth_stays_finite(truth):
    logits, _ = draw(1.0, 1.0, 0.0, count=100)
    found = fit_slopes(logits, np.full_like(logits, truth))
    assert np.isfinite(found).all()
    assert (found[:2] > 0).all()
    assert (sigmoid(line(0.0, *found[:, 0])) > 0.5) == bool(truth)


def test_separable_and_huge_logits_stay_finite():
    logits = np.array([[-1e4], [1e4], [-2e4], [2e4]], np.float32)
    assert np.isfinite(fit_slopes(logits, (logits > 0).astype(np.float32))).all()


def test_logits_that_point_the_wrong_way_keep_their_order():
    logits, truth = draw(1.0, 1.0, 0.0)
    assert (fit_slopes(-logits, truth)[:2] > 0).all()


def test_one_slope_serves_both_sides_where_two_would_not_rise():
    logits, truth = draw(2.0, -0.8, 0.0)
    above, below, _ = fit_slopes(logits, truth)[:, 0]
    assert above == below > 0


def test_a_line_has_one_slope_for_both_sides():
    logits, truth = draw(0.5, 0.5, -1.0)
    np.testing.assert_allclose(fit_line(logits[:, 0].astype(float), truth[:, 0]), [0.5, -1.0], rtol=0.1)
    assert fit_line(-logits[:, 0].astype(float), truth[:, 0])[0] > 0


def test_a_pair_that_counts_twice_is_two_pairs():
    logits, truth = draw(1.0, 2.0, 0.5, count=200)
    weights = np.ones(logits.shape)
    weights[:50] = 2
    twice = fit_slopes(np.vstack([logits, logits[:50]]), np.vstack([truth, truth[:50]]))
    np.testing.assert_allclose(fit_slopes(logits, truth, weights), twice, rtol=1e-6)


def test_pairs_that_do_not_count_change_nothing():
    logits, truth = draw(1.0, 2.0, 0.5, count=200)
    weights = np.ones(logits.shape)
    weights[150:] = 0
    np.testing.assert_allclose(fit_slopes(logits, truth, weights), fit_slopes(logits[:150], truth[:150]), rtol=1e-6)
