"""An outcome says of every message what was given, what its tag carries and whether that is right."""

import numpy as np
import pytest

from emotag_model.evaluation.headline import MACRO
from emotag_model.evaluation.metrics import count
from emotag_model.evaluation.outcome import taxonomy_outcome
from emotag_model.labels import FINE_LABELS, default_labels

EKMAN = default_labels().taxonomy("ekman")


def logits_for(*rows):
    logits = np.full((len(rows), 28), -9.0, np.float32)
    for row, labels in enumerate(rows):
        for rank, label in enumerate(labels):
            logits[row, FINE_LABELS.index(label)] = 3 - rank
    return logits


def truth_for(*rows):
    return (logits_for(*rows) > -9).astype(np.float32)


@pytest.fixture
def outcome():
    logits = logits_for(["love", "fear"], ["anger"], [])
    return taxonomy_outcome(EKMAN, logits, truth_for(["joy"], ["grief"], ["neutral"]), MACRO)


def test_fine_labels_are_rolled_up(outcome):
    assert [outcome.names(row) for row in range(3)] == [["fear", "joy"], ["anger"], []]
    assert [outcome.true_names(row) for row in range(3)] == [["joy"], ["sadness"], ["neutral"]]
    assert len(outcome) == 3
    assert (outcome.name, outcome.thresholds) == ("ekman", EKMAN.thresholds)


def test_the_tag_carries_the_highest(outcome):
    assert [outcome.labels[column] for column in outcome.columns[:2]] == ["joy", "anger"]
    assert outcome.tag_right[:2].tolist() == [True, False]
    np.testing.assert_array_equal(outcome.tag_scores, outcome.scores.max(axis=1))


def test_the_tally_adds_up_to_the_counts():
    random = np.random.default_rng(0)
    logits = random.standard_normal((50, 28)).astype(np.float32)
    truth = (random.random((50, 28)) < 0.1).astype(np.float32)
    found = taxonomy_outcome(EKMAN, logits, truth, MACRO).tally.sum(axis=0)
    expected = count(EKMAN.scores(logits), EKMAN.roll_up(truth), EKMAN.threshold_array)
    np.testing.assert_array_equal(found, [expected.right, expected.given, expected.true])
