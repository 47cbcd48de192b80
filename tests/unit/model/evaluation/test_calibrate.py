"""Calibration makes scores probabilities and thresholds the best, and leaves the labels as they are."""

import json
from dataclasses import replace
from unittest import mock

import numpy as np
import pytest

from emotag_model.evaluation import calibrate as module
from emotag_model.evaluation.calibrate import calibrate, expect_usual
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


@pytest.mark.parametrize("name", ["ekman", "goemotions", "sentiment"])
def test_labels_and_members_stay(drawn, name):
    before = default_labels().taxonomy(name)
    after = calibrate(before, *drawn)
    assert (after.labels, after.members) == (before.labels, before.members)
    assert after.above != before.above


def test_thresholds_hold_on_the_scores_that_are_served(drawn):
    found = calibrate(default_labels().taxonomy("ekman"), *drawn)
    loaded = type(found).from_dict(json.loads(json.dumps(found.to_dict())))
    assert report(loaded, *drawn).macro_f1 == report(found, *drawn).macro_f1


def test_the_highest_score_of_a_message_weighs_most():
    scores = np.array([[0.1, 0.7, 0.2], [0.3, 0.2, 0.1]], np.float32)
    assert module._tag_weights(scores, 2.5).tolist() == [[1, 3.5, 1], [3.5, 1, 1]]


@pytest.mark.parametrize(
    ("name", "weight"), [("ekman", 10.0), ("sentiment", 10.0), ("goemotions", 2.5), ("basic", 2.5)]
)
def test_it_weighs_more_where_labels_are_groups(name, weight):
    taxonomy = default_labels().taxonomy(name)
    logits = np.random.default_rng(0).normal(size=(60, 35)).astype(np.float32)
    with mock.patch.object(module, "_tag_weights", wraps=module._tag_weights) as weigh:
        calibrate(taxonomy, logits, (logits > 1).astype(np.float32))
    assert [call.args[1] for call in weigh.call_args_list] == [weight]


def test_the_scores_that_tags_carry_are_calibrated_though_every_message_has_a_label():
    """Half of the messages are unclear: all their logits are low, and yet the highest is often right."""
    random = np.random.default_rng(1)
    logits = random.normal(-4, 1, (4000, 28)).astype(np.float32)
    logits[:2000, 5] = random.normal(2, 1, 2000)
    truth = np.zeros((4000, 28), np.float32)
    best, other = logits.argmax(axis=1), random.integers(0, 28, 4000)
    truth[np.arange(4000), np.where(random.random(4000) < 0.7, best, other)] = 1
    plain = default_labels().taxonomy("goemotions")
    as_they_are = mock.patch.object(module, "_fitted_to_tags", lambda taxonomy, *_: taxonomy)
    with mock.patch.object(module, "_TAG_WEIGHT", 0.0), as_they_are:
        without = report(calibrate(plain, logits, truth), logits, truth)
    with as_they_are:
        weighed = report(calibrate(plain, logits, truth), logits, truth)
    found = report(calibrate(plain, logits, truth), logits, truth)
    assert weighed.calibration_error < 0.8 * without.calibration_error
    assert found.calibration_error < 0.8 * weighed.calibration_error


@pytest.mark.parametrize("name", ["ekman", "goemotions", "sentiment"])
def test_fitting_the_scores_of_tags_changes_no_label_and_no_order(drawn, name):
    logits, truth = drawn
    plain = default_labels().taxonomy(name)
    with mock.patch.object(module, "_fitted_to_tags", lambda taxonomy, *_: taxonomy):
        before = calibrate(plain, logits, truth)
    after = calibrate(plain, logits, truth)
    scores = [each.scores(logits) for each in (before, after)]
    holds = [each >= taxonomy.threshold_array for each, taxonomy in zip(scores, (before, after), strict=True)]
    assert (holds[0] == holds[1]).mean() > 0.9999  # thresholds have six digits
    assert (scores[0].argsort(axis=1) == scores[1].argsort(axis=1)).mean() > 0.999
    assert after.above != before.above


def test_they_stay_as_they_are_where_neutral_is_what_is_left(drawn):
    logits, truth = (np.hstack([each, each[:, :7]]) for each in drawn)
    with mock.patch.object(module, "_fitted_to_tags", side_effect=AssertionError):
        calibrate(default_labels().taxonomy("basic"), logits, truth)


def test_tags_are_as_often_right_as_they_say(drawn):
    found = calibrate(default_labels().taxonomy("ekman"), *drawn)
    scores = found.scores(drawn[0])
    rows, chosen = np.arange(len(scores)), found.chosen(scores)
    assert scores[rows, chosen].mean() == pytest.approx(found.roll_up(drawn[1])[rows, chosen].mean(), abs=0.001)


def test_a_label_that_is_never_given_stays_so():
    plain = default_labels().taxonomy("ekman")
    never = replace(plain, thresholds=(1.0, *plain.thresholds[1:]))
    random = np.random.default_rng(4)
    logits = random.normal(size=(500, 28)).astype(np.float32)
    assert module._fitted_to_tags(never, logits, np.ones((500, 7), np.float32)).thresholds[0] == 1


def test_where_neutral_is_what_is_left_a_label_is_given_only_if_it_is_right_often_enough(drawn):
    logits, truth = drawn
    plain = default_labels().taxonomy("ekman")
    often, strict = calibrate(plain, logits, truth), calibrate(replace(plain, rest="neutral"), logits, truth)
    given, freely = (each.scores(logits) >= each.threshold_array for each in (strict, often))
    assert not (given & ~freely).any()
    assert given.sum() < freely.sum()
    right = (given * strict.roll_up(truth)).sum(axis=0) / given.sum(axis=0)
    assert right.min() > 0.57
    assert report(often, *drawn).macro_f1 > report(strict, *drawn).macro_f1


def test_nor_is_it_where_it_is_the_one_that_tags_carry():
    """The second label passes rightly beside the first, and is wrong wherever it is the highest, but for the surest."""
    random = np.random.default_rng(2)
    logits = np.full((1000, 28), -6, np.float32)
    truth = np.zeros((1000, 28), np.float32)
    logits[:400, 0], logits[:400, 1] = 3, random.normal(1, 0.1, 400)
    truth[:400, [0, 1]] = 1
    logits[400:500, 1] = np.linspace(1.5, 2, 100)
    truth[460:500, 1] = truth[400:460, 27] = truth[500:, 27] = 1
    logits[500:, 27] = 3
    plain = replace(default_labels().taxonomy("goemotions"), rest="neutral")
    with mock.patch.object(module, "_raised", return_value=None):
        before = calibrate(plain, logits, truth)
    found = calibrate(plain, logits, truth)
    carried = [np.flatnonzero(each.chosen(each.scores(logits)) == 1) for each in (before, found)]
    assert [truth[rows, 1].mean() for rows in carried] == pytest.approx([0.4, 0.6], abs=0.02)
    assert found.thresholds[1] > before.thresholds[1]
    assert found.thresholds[:1] + found.thresholds[2:] == before.thresholds[:1] + before.thresholds[2:]


@pytest.mark.parametrize("score", [0.7, 1.0])
def test_equal_scores_are_parted_from_none_and_left_in_the_end(score):
    """A network that says the same of every message: its label is given to none of them, or cannot be kept from any."""
    plain = replace(default_labels().taxonomy("ekman"), rest="neutral")
    scores = np.zeros((50, 7), np.float32)
    scores[:, 0] = score
    truth = np.zeros((50, 7), np.float32)
    truth[:, plain.labels.index("neutral")] = 1
    raised = module._raised(plain, scores, truth, 0.6)
    assert raised is not None
    assert raised[0] == 1.0
    assert module._raised(module._with_thresholds(plain, raised), scores, truth, 0.6) is None


def test_how_often_tags_give_each_label_is_kept(drawn):
    found = calibrate(default_labels().taxonomy("ekman"), *drawn)
    chosen = found.chosen(found.scores(drawn[0]))
    assert found.expected == pytest.approx(np.bincount(chosen, minlength=7) / len(chosen), abs=1e-6)


def test_labels_are_expected_as_often_as_in_the_tags_of_usual_texts(drawn):
    class Read:
        """Reads a text by its number; what is not one shows nothing."""

        def read(self, texts):
            rows = [int(text) if text.isdecimal() else 0 for text in texts]
            return mock.Mock(logits=drawn[0][rows], lengths=np.array([text.isdecimal() for text in texts], int))

    labels = default_labels()
    labels = replace(labels, default="ekman", taxonomies={"ekman": calibrate(labels.taxonomy("ekman"), *drawn)})
    [before] = labels.taxonomies.values()
    chosen = before.chosen(before.scores(drawn[0])).tolist()
    often, once = chosen[0], next(each for each in chosen if each != chosen[0])
    texts = [*["0"] * 3, str(chosen.index(once)), "nothing"]
    [after] = expect_usual(labels, Read(), texts).taxonomies.values()
    assert (after.expected[often], after.expected[once], sum(after.expected)) == (0.75, 0.25, 1.0)
    assert (after.thresholds, after.above) == (before.thresholds, before.above)
    assert expect_usual(labels, Read(), []) is labels
