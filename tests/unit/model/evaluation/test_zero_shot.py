"""In a label set of others, evidence is the highest calibrated probability among members."""

import numpy as np
import pytest

from emotag_model.evaluation.label_set import LabelSet
from emotag_model.evaluation.zero_shot import zero_shot_outcome
from emotag_model.labels import FINE_LABELS, LabelsError, default_labels

SINGLE = LabelSet(name="two", title="Two", members={"glad": ("joy", "love"), "mad": ("anger", "annoyance")})
SEVERAL = LabelSet(name="many", title="Many", members=SINGLE.members, single=False)
LABELS = default_labels()
TRUTH = np.array([[1, 0], [0, 1]], np.float32)


def logits_for(*rows):
    logits = np.full((len(rows), 35), -9.0, np.float32)
    for row, values in enumerate(rows):
        for label, value in values.items():
            logits[row, FINE_LABELS.index(label)] = value
    return logits


def sigmoid(value):
    return 1 / (1 + np.exp(-value))


def test_one_label_is_given_the_one_with_most_evidence():
    logits = logits_for({"love": 1, "anger": 0, "annoyance": 0}, {"joy": -2, "annoyance": -1})
    found = zero_shot_outcome(SINGLE, LABELS, logits, TRUTH)
    assert found.given.tolist() == [[True, False], [False, True]]
    assert found.columns.tolist() == [0, 1]
    assert found.thresholds is None
    assert (found.name, found.labels) == ("two", ("glad", "mad"))


def test_scores_are_shares_of_the_evidence():
    found = zero_shot_outcome(SINGLE, LABELS, logits_for({"love": 1, "anger": 0}, {"neutral": 9}), TRUTH)
    share = sigmoid(1) / (sigmoid(1) + sigmoid(0))
    np.testing.assert_allclose(found.scores, [[share, 1 - share], [0.5, 0.5]], rtol=1e-6)


def test_members_do_not_add_up():
    found = zero_shot_outcome(SINGLE, LABELS, logits_for({"joy": 1, "love": 1, "anger": 1.1}, {}), TRUTH)
    assert found.columns[0] == 1


def test_evidence_is_calibrated():
    fine = LABELS.taxonomies["goemotions"]
    bias = [5.0 if label == "annoyance" else 0.0 for label in FINE_LABELS]
    changed = fine.calibrated(fine.above, bias, fine.thresholds)
    labels = type(LABELS)(outputs=LABELS.outputs, taxonomies={"goemotions": changed}, default="goemotions")
    logits = logits_for({"love": 1, "annoyance": 0}, {})
    assert zero_shot_outcome(SINGLE, LABELS, logits, TRUTH).columns[0] == 0
    assert zero_shot_outcome(SINGLE, labels, logits, TRUTH).columns[0] == 1


def test_a_model_without_fine_scores_gives_plain_sigmoids():
    labels = type(LABELS)(outputs=LABELS.outputs, taxonomies={"ekman": LABELS.taxonomies["ekman"]}, default="ekman")
    logits = logits_for({"love": 1, "anger": 0}, {})
    plain, found = (zero_shot_outcome(SINGLE, each, logits, TRUTH) for each in (LABELS, labels))
    np.testing.assert_array_equal(found.scores, plain.scores)


def test_several_labels_are_given_where_a_member_reaches_its_threshold():
    logits = logits_for({"love": 1, "annoyance": 0.5}, {"joy": -0.1, "anger": -1})
    found = zero_shot_outcome(SEVERAL, LABELS, logits, TRUTH)
    assert found.given.tolist() == [[True, True], [False, False]]
    np.testing.assert_allclose(found.scores[0], [sigmoid(1), sigmoid(0.5)], rtol=1e-6)
    assert found.columns.tolist() == [0, 0]


def test_labels_that_the_model_lacks():
    strange = LabelSet(name="odd", title="Odd", members={"glad": ("mirth",)})
    with pytest.raises(LabelsError, match="mirth"):
        zero_shot_outcome(strange, LABELS, logits_for({}), TRUTH[:1, :1])
