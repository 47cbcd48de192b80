"""Coarse labels are the maximum of their members, and scores are calibrated probabilities."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from emotag_model.labels import LabelsError, Taxonomy
from emotag_model.labels.taxonomy import softplus
from emotag_model.labels.verdict import verdicts

GROUPS = {"good": (0, 3), "bad": (1,), "odd": (2, 4)}


@pytest.fixture
def taxonomy():
    return Taxonomy.plain("mood", GROUPS).calibrated(
        [1.0, 2.0, 0.5], [0.0, -1.0, 1.0], [0.5, 0.25, 0.75], below=[1.0, 0.5, 2.0]
    )


def slow_scores(taxonomy, logits):
    rows = []
    for row in logits:
        best = [max(row[member] for member in group) for group in taxonomy.members]
        terms = zip(taxonomy.above, taxonomy.below, best, taxonomy.bias, strict=True)
        lines = [
            above * np.log1p(np.exp(logit)) - below * np.log1p(np.exp(-logit)) + bias
            for above, below, logit, bias in terms
        ]
        rows.append([1 / (1 + np.exp(-line)) for line in lines])
    return rows


def test_a_plain_taxonomy_is_a_sigmoid_at_one_half():
    plain = Taxonomy.plain("mood", GROUPS)
    np.testing.assert_allclose(plain.scores(np.zeros((1, 5), np.float32)), [[0.5, 0.5, 0.5]])
    assert plain.thresholds == (0.5, 0.5, 0.5)
    assert plain.labels == ("good", "bad", "odd")


def test_scores_follow_the_formula(taxonomy):
    logits = np.random.default_rng(0).standard_normal((7, 5)).astype(np.float32) * 4
    scores = taxonomy.scores(logits)
    np.testing.assert_allclose(scores, slow_scores(taxonomy, logits), rtol=1e-5)
    assert scores.dtype == np.float32
    assert scores.shape == (7, 3)


@given(arrays(np.float32, (3, 5), elements=st.floats(-(2.0**100), 2.0**100, width=32)))
def test_scores_are_probabilities_for_any_logits(logits):
    scores = Taxonomy.plain("mood", GROUPS).scores(logits)
    assert np.isfinite(scores).all()
    assert ((scores >= 0) & (scores <= 1)).all()


def test_scores_of_a_message_do_not_depend_on_its_neighbours(taxonomy):
    logits = np.random.default_rng(1).standard_normal((9, 5)).astype(np.float32)
    alone = np.concatenate([taxonomy.scores(row[None]) for row in logits])
    np.testing.assert_array_equal(taxonomy.scores(logits), alone)


def test_one_slope_is_a_scaled_sigmoid():
    scaled = Taxonomy.plain("mood", {"good": (0,)}).calibrated([3.0], [-1.0], [0.5])
    logits = np.array([[-2.0], [0.5], [4.0]], np.float32)
    np.testing.assert_allclose(scaled.scores(logits), 1 / (1 + np.exp(-(3 * logits - 1))), rtol=1e-5)


@given(st.lists(st.floats(-50, 50, width=32), min_size=2, max_size=20))
def test_a_higher_logit_never_scores_lower(logits):
    bent = Taxonomy.plain("mood", {"good": (0,)}).calibrated([0.2], [0.3], [0.5], below=[4.0])
    scores = bent.scores(np.sort(np.array(logits, np.float32))[:, None])
    assert (np.diff(scores[:, 0]) >= -1e-6).all()


def test_softplus_equals_its_formula_without_overflow():
    values = np.array([-1e4, -3, 0, 3, 1e4])
    np.testing.assert_allclose(softplus(values), [0, np.log1p(np.exp(-3)), np.log(2), np.log1p(np.exp(3)), 1e4])


def test_no_messages_have_no_scores(taxonomy):
    assert taxonomy.scores(np.zeros((0, 5), np.float32)).shape == (0, 3)


def test_truth_rolls_up_as_logits_do(taxonomy):
    truth = np.array([[0, 0, 0, 1, 0], [1, 1, 0, 1, 0], [0, 0, 0, 0, 0]], np.float32)
    assert taxonomy.roll_up(truth).tolist() == [[1, 0, 0], [1, 1, 0], [0, 0, 0]]


def test_thresholds_as_an_array(taxonomy):
    assert taxonomy.threshold_array.tolist() == [0.5, 0.25, 0.75]
    assert taxonomy.threshold_array.dtype == np.float32


def test_a_taxonomy_survives_json(taxonomy):
    assert Taxonomy.from_dict(json.loads(json.dumps(taxonomy.to_dict()))) == taxonomy


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"labels": ("a", "a", "b")}, "labels must be distinct"),
        ({"labels": (), "members": (), "above": (), "below": (), "bias": (), "thresholds": ()}, "at least one"),
        ({"members": ((0,), (1,))}, "members has 2 entries for 3 labels"),
        ({"above": (1.0,)}, "above has 1 entries for 3 labels"),
        ({"below": (1.0,) * 4}, "below has 4 entries for 3 labels"),
        ({"bias": ()}, "bias has 0 entries"),
        ({"thresholds": (0.5,) * 4}, "thresholds has 4 entries"),
        ({"members": ((0,), (), (1,))}, "members of 'bad' must be places of outputs"),
        ({"members": ((0,), (-1,), (1,))}, "members of 'bad'"),
        ({"members": ((0,), (True,), (1,))}, "members of 'bad'"),
        ({"above": (1.0, 0.0, 1.0)}, "slopes .* must be positive"),
        ({"below": (1.0, -1.0, 1.0)}, "slopes .* must be positive"),
        ({"above": (1.0, float("inf"), 1.0)}, "finite"),
        ({"bias": (0.0, float("nan"), 0.0)}, "finite"),
        ({"thresholds": (0.5, 1.5, 0.5)}, r"thresholds must lie in \[0, 1\]"),
        ({"thresholds": (0.5, float("nan"), 0.5)}, "thresholds must lie in"),
        ({"expected": (0.5, 0.5)}, "expected must be given for each label, or for none"),
        ({"expected": (0.5, 1.5, 0.5)}, r"expected must lie in \[0, 1\]"),
    ],
)
def test_contradictions_are_refused(changes, message):
    plain = Taxonomy.plain("mood", GROUPS)
    values = {
        name: getattr(plain, name) for name in ("name", "labels", "members", "above", "below", "bias", "thresholds")
    }
    with pytest.raises(LabelsError, match=message):
        Taxonomy(**(values | changes))


def test_the_tag_carries_the_highest_that_holds_and_else_the_highest():
    scale = Taxonomy.plain("plain", {"joy": [0], "anger": [1], "neutral": [2]})
    scores = np.array([[0.6, 0.9, 0.2], [0.1, 0.2, 0.4], [0.5, 0.5, 0.8]], np.float32)
    assert scale.chosen(scores).tolist() == [1, 2, 2]


def test_what_is_left_comes_after_all_others_and_where_nothing_holds():
    scale = Taxonomy.plain("plain", {"joy": [0], "anger": [1], "neutral": [2]}, rest="neutral")
    scores = np.array([[0.6, 0.9, 0.2], [0.4, 0.2, 0.1], [0.5, 0.7, 0.8], [0.1, 0.1, 0.9]], np.float32)
    assert scale.chosen(scores).tolist() == [1, 2, 1, 2]
    said = verdicts(scale, scores)
    assert [each.label for each in said] == ["anger", "neutral", "anger", "neutral"]
    assert [each.labels for each in said] == [("anger", "joy"), (), ("anger", "joy", "neutral"), ("neutral",)]
    assert [each.uncertain for each in said] == [False, True, False, False]
    assert Taxonomy.from_dict(scale.to_dict()) == scale
    with pytest.raises(LabelsError, match="rest is 'none', which is none of its labels"):
        Taxonomy.plain("plain", {"joy": [0]}, rest="none")


def test_what_tags_are_expected_to_say_is_how_often_they_gave_each_label(taxonomy):
    scores = np.array([[0.9, 0.1, 0.1], [0.8, 0.1, 0.1], [0.1, 0.1, 0.9], [0.7, 0.1, 0.1]], np.float32)
    expecting = taxonomy.expecting(scores)
    assert len(expecting.expected) == len(taxonomy.labels)
    assert expecting.expected == tuple(np.bincount(taxonomy.chosen(scores), minlength=3) / 4)
    assert Taxonomy.from_dict(json.loads(json.dumps(expecting.to_dict()))) == expecting
    assert expecting.calibrated(taxonomy.above, taxonomy.bias, taxonomy.thresholds).expected == ()
    assert "expected" not in taxonomy.to_dict()["labels"][0]
