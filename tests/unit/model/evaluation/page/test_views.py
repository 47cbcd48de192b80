"""Views hold every message once, in the cell, bin or class where it belongs."""

import numpy as np
import pytest

from emotag_model.evaluation.metrics import calibration_error
from emotag_model.evaluation.page.views import by_length, confusion, mistakes, reliability
from tests.unit.model.evaluation.page.outcomes import make_outcome


@pytest.fixture
def outcome():
    return make_outcome(
        scores=[[0.9, 0.1], [0.8, 0.3], [0.2, 0.6], [0.1, 0.95], [0.7, 0.2]],
        truth=[[1, 0], [0, 1], [0, 1], [1, 1], [0, 0]],
    )


def test_confusion_is_over_messages_with_one_label(outcome):
    found = confusion(outcome)
    assert found.counts.tolist() == [[1, 0], [1, 1]]
    assert found.shares.tolist() == [[1, 0], [0.5, 0.5]]
    assert found.left_out == 2


def test_confusion_without_messages_of_a_label():
    found = confusion(make_outcome(scores=[[0.9, 0.1]], truth=[[1, 0]]))
    assert found.shares.tolist() == [[1, 0], [0, 0]]


def test_reliability_gives_back_the_calibration_error():
    random = np.random.default_rng(0)
    outcome = make_outcome(scores=random.random((400, 2)), truth=random.random((400, 2)) < 0.5)
    bins = reliability(outcome)
    assert sum(each.messages for each in bins) == 400
    error = sum(each.messages / 400 * abs(each.score - each.right) for each in bins)
    assert error == pytest.approx(calibration_error(outcome.tag_scores, outcome.tag_right), abs=1e-6)


def test_reliability_leaves_empty_bins_out(outcome):
    assert [each.messages for each in reliability(outcome)] == [1, 1, 1, 1, 1]
    assert [each.right for each in reliability(outcome)] == [1, 0, 0, 1, 1]


def test_lengths_are_words_between_blanks(outcome):
    texts = ["one", "one two  three", "one two three four", " ".join("w" * 47), " ".join("w" * 99)]
    found = by_length(outcome, texts)
    assert [(each.words, each.messages) for each in found] == [
        ("1 to 3", 2),
        ("4 to 7", 1),
        ("24 to 47", 1),
        ("48 or more", 1),
    ]
    assert found[0].accuracy == 0.5
    assert found[1].calibration_error == pytest.approx(0.4)


def test_mistakes_are_the_most_confident_wrong_tags(outcome):
    first, second = mistakes(outcome, 9)
    assert (first.row, first.label, first.truth) == (1, "a", ("b",))
    assert first.score == pytest.approx(0.8)
    assert (second.row, second.truth) == (4, ())
    assert mistakes(outcome, 1) == [first]
