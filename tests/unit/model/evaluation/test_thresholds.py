"""No threshold beats the one that is found."""

from unittest import mock

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from emotag_model.evaluation import thresholds
from emotag_model.evaluation.metrics import count
from emotag_model.evaluation.thresholds import best_thresholds


def f1_at(scores, truth, threshold):
    return count(scores, truth, np.array([threshold], np.float32)).f1[0]


def test_it_lies_halfway_between_given_and_not():
    scores = np.array([[0.9], [0.7], [0.3], [0.1]], np.float32)
    truth = np.array([[1], [1], [0], [0]], np.float32)
    np.testing.assert_allclose(best_thresholds(scores, truth), [0.5])


def test_labels_are_independent():
    scores = np.array([[0.9, 0.2], [0.1, 0.8]], np.float32)
    truth = np.array([[1, 1], [0, 0]], np.float32)
    np.testing.assert_allclose(best_thresholds(scores, truth), [0.5, 0.1])


def test_a_label_that_is_never_true_is_given_only_for_certain():
    assert best_thresholds(np.array([[0.9], [0.1]], np.float32), np.zeros((2, 1), np.float32)).tolist() == [1.0]


def test_a_label_is_given_only_where_it_is_right_often_enough():
    scores = np.linspace(0.9, 0.1, 9, dtype=np.float32)[:, None]
    truth = np.array([[1], [1], [0], [1], [0], [0], [0], [0], [0]], np.float32)
    plain, strict = (best_thresholds(scores, truth, least)[0] for least in (0.0, 0.8))
    assert plain < strict
    share = 0.75 * scores[scores >= strict] + 0.25 * truth[scores >= strict]
    assert share.mean() >= 0.8


def test_scores_that_promise_too_much_do_not_count_for_precision():
    scores = np.array([[0.99], [0.98], [0.97], [0.96], [0.95]], np.float32)
    truth = np.array([[1], [1], [0], [0], [0]], np.float32)
    np.testing.assert_allclose(best_thresholds(scores, truth, 0.7), [0.975])


def test_a_label_that_is_never_right_often_enough_is_given_where_it_is_most_often():
    scores, truth = np.array([[0.5], [0.4], [0.3]], np.float32), np.array([[1], [0], [0]], np.float32)
    np.testing.assert_allclose(best_thresholds(scores, truth, 0.99), [0.45])


def test_equal_scores_are_not_parted():
    scores = np.array([[0.5], [0.5], [0.5], [0.2]], np.float32)
    truth = np.array([[1], [0], [0], [0]], np.float32)
    np.testing.assert_allclose(best_thresholds(scores, truth), [0.35])


def test_a_lucky_message_does_not_set_the_threshold():
    scores = np.array([[0.9]] * 9 + [[0.8]] * 10 + [[0.01]], np.float32)
    truth = np.array([[1]] * 9 + [[1], [0], [1], [1], [0], [1], [1], [1], [1], [1]] + [[1]], np.float32)
    assert 0.1 < best_thresholds(scores, truth)[0] < 0.8


def test_thresholds_fitted_to_few_messages_hold_on_many():
    random = np.random.default_rng(0)
    chance = random.beta(0.3, 6, size=(40_000, 1)).astype(np.float32)
    truth = (random.random(chance.shape) < chance).astype(np.float32)
    best = f1_at(chance, truth, best_thresholds(chance, truth)[0])
    found = [
        f1_at(chance, truth, best_thresholds(chance[k : k + 400], truth[k : k + 400])[0]) for k in range(0, 8000, 400)
    ]
    assert np.mean(found) > 0.95 * best


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=30))
def test_trusting_only_truth_no_other_threshold_is_better(pairs):
    scores = np.array([[value / 20] for value, _ in pairs], np.float32)
    truth = np.array([[true] for _, true in pairs], np.float32)
    if not truth.any():
        return
    with mock.patch.object(thresholds, "_TRUST_IN_SCORES", 0.0):
        found = f1_at(scores, truth, best_thresholds(scores, truth)[0])
    assert found >= max(f1_at(scores, truth, value / 40 - 0.0125) for value in range(42)) - 1e-12
