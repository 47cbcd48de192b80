"""Calibration makes scores probabilities and thresholds the best, and leaves the labels as they are."""

from unittest import mock

import numpy as np
import pytest

from emotag_model.evaluation import calibrate as module
from emotag_model.evaluation.calibrate import calibrate, calibrate_labels
from emotag_model.evaluation.evaluate import report
from emotag_model.labels import default_labels


@pytest.fixture
def drawn():
    """Overconfident logits [4000, 28] with the truth that they half know."""
    random = np.random.default_rng(0)
    logits = (random.standard_normal((4000, 28)) * 3 - 2).astype(np.float32)
    truth = random.random((4000, 28)) < 1 / (1 + np.exp(-(0.5 * logits - 1)))
    return logits, truth.astype(np.float32)


@pytest.mark.parametrize("name", ["ekman", "goemotions", "sentiment"])
def test_every_taxonomy_is_calibrated(drawn, name):
    plain = default_labels().taxonomy(name)
    before, after = report(plain, *drawn), report(calibrate(plain, *drawn), *drawn)
    assert after.pooled_calibration_error < 0.02 < before.pooled_calibration_error
    assert after.macro_f1 > before.macro_f1


def test_labels_and_members_stay(drawn):
    before, after = default_labels(), calibrate_labels(default_labels(), *drawn)
    assert after.default == before.default
    assert after.fine == before.fine
    for name, taxonomy in after.taxonomies.items():
        assert taxonomy.labels == before.taxonomies[name].labels
        assert taxonomy.members == before.taxonomies[name].members
        assert taxonomy.above != before.taxonomies[name].above


def test_thresholds_hold_on_the_scores_that_are_served(drawn, tmp_path):
    labels = calibrate_labels(default_labels(), *drawn)
    labels.save(tmp_path / "labels.json")
    loaded = type(labels).load(tmp_path / "labels.json")
    for name, taxonomy in labels.taxonomies.items():
        assert report(loaded.taxonomies[name], *drawn).macro_f1 == report(taxonomy, *drawn).macro_f1


def test_the_scores_that_tags_carry_are_calibrated_though_every_message_has_a_label():
    random = np.random.default_rng(1)
    logits = (random.standard_normal((6000, 28)) - 1).astype(np.float32)
    truth = np.zeros((6000, 28), np.float32)
    chance = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    truth[np.arange(6000), (chance.cumsum(axis=1) > random.random((6000, 1))).argmax(axis=1)] = 1
    plain = default_labels().taxonomy("goemotions")
    half = slice(3000), slice(3000, None)
    with mock.patch.object(module, "_TAG_WEIGHT", 0.0):
        without = report(calibrate(plain, logits[half[0]], truth[half[0]]), logits[half[1]], truth[half[1]])
    found = report(calibrate(plain, logits[half[0]], truth[half[0]]), logits[half[1]], truth[half[1]])
    assert found.calibration_error < without.calibration_error
    assert found.macro_f1 == pytest.approx(without.macro_f1, abs=0.02)
