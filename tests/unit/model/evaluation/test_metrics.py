"""Metrics equal their definitions, computed slowly by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotag_model.evaluation.metrics import (
    bins_of,
    calibration_error,
    count,
    pooled_calibration_error,
)

SCORES = np.array([[0.9, 0.2], [0.6, 0.6], [0.1, 0.3], [0.4, 0.8]], np.float32)
TRUTH = np.array([[1, 0], [0, 1], [1, 0], [1, 1]], np.float32)
THRESHOLDS = np.array([0.5, 0.6], np.float32)


def test_counts_by_hand():
    counts = count(SCORES, TRUTH, THRESHOLDS)
    assert counts.right.tolist() == [1, 2]
    assert counts.given.tolist() == [2, 2]
    assert counts.true.tolist() == [3, 2]
    assert counts.precision.tolist() == [0.5, 1.0]
    assert counts.recall.tolist() == pytest.approx([1 / 3, 1.0])
    assert counts.f1.tolist() == pytest.approx([0.4, 1.0])
    assert counts.macro_f1 == pytest.approx(0.7)
    assert counts.micro_f1 == pytest.approx(6 / 9)


def test_a_score_at_its_threshold_is_given():
    counts = count(np.array([[0.5]], np.float32), np.ones((1, 1), np.float32), np.array([0.5], np.float32))
    assert counts.right.tolist() == [1]


def test_labels_never_given_or_true_count_as_zero():
    nothing = np.zeros((3, 2), np.float32)
    counts = count(nothing, nothing, THRESHOLDS)
    assert (counts.macro_f1, counts.micro_f1) == (0.0, 0.0)
    assert counts.precision.tolist() == counts.recall.tolist() == [0.0, 0.0]


def slow_calibration_error(scores, truth):
    total = 0.0
    for low in range(15):
        inside = [k for k, score in enumerate(scores) if min(int(np.float32(score * 15)), 14) == low]
        if inside:
            gap = np.mean([scores[k] for k in inside]) - np.mean([truth[k] for k in inside])
            total += len(inside) / len(scores) * abs(gap)
    return total


def test_calibration_error_equals_its_definition():
    random = np.random.default_rng(0)
    scores = random.random(500).astype(np.float32)
    truth = (random.random(500) < scores**2).astype(np.float32)
    assert calibration_error(scores, truth) == pytest.approx(slow_calibration_error(scores, truth), abs=1e-6)
    assert calibration_error(scores, truth) > 0.05


def test_perfect_and_worst_calibration():
    ones = np.ones(10, np.float32)
    assert calibration_error(ones, ones) == 0
    assert calibration_error(ones, 1 - ones) == 1
    assert calibration_error(np.full(10, 0.5, np.float32), np.array([0, 1] * 5, np.float32)) == pytest.approx(0)


def test_pooled_is_of_all_scores():
    assert pooled_calibration_error(SCORES, TRUTH) == calibration_error(SCORES.ravel(), TRUTH.ravel())


def test_bins_are_equally_wide_and_one_lies_in_the_last():
    assert bins_of(np.array([0, 0.06, 0.07, 0.5, 0.99, 1], np.float32)).tolist() == [0, 0, 1, 7, 14, 14]


@given(st.lists(st.tuples(st.floats(0, 1, width=32), st.booleans()), min_size=1, max_size=40))
def test_calibration_error_lies_between_0_and_1(pairs):
    scores = np.array([score for score, _ in pairs], np.float32)
    truth = np.array([true for _, true in pairs], np.float32)
    assert 0 <= calibration_error(scores, truth) <= 1 + 1e-6
