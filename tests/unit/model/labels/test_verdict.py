"""What is said of scores: labels that hold come highest first, and doubt is said."""

import numpy as np
import pytest

from emotag_model.labels import Taxonomy
from emotag_model.labels.verdict import token_shares, verdicts

SCALE = Taxonomy.plain("plain", {"joy": [0], "anger": [1, 3], "fear": [2]})


def say(*rows, most=0):
    return verdicts(SCALE, np.array(rows, np.float32), most)


def test_labels_that_hold_come_highest_first():
    one, two, none = say([0.75, 0.125, 0.25], [0.5, 0.875, 0.625], [0.25, 0.375, 0.125])
    assert one == ("joy", 0.75, ("joy",), False)
    assert two == ("anger", 0.875, ("anger", "fear", "joy"), False)
    assert none == ("anger", 0.375, (), True)


def test_no_more_labels_than_asked_for():
    assert say([0.5, 0.875, 0.625], most=2)[0].labels == ("anger", "fear")
    assert say([0.5, 0.25, 0.25], most=2)[0].labels == ("joy",)


def test_no_scores_no_verdicts():
    assert verdicts(SCALE, np.empty((0, 3), np.float32)) == []


def test_the_shares_are_of_the_member_that_decides():
    evidence = np.array([[0, 9, 0, 1], [0, 9, 0, 3], [0, 9, 0, -5]], np.float32)
    shares = token_shares(SCALE, "anger", ["a", "b", "c"], np.array([0, 1, 0, 2], np.float32), evidence)
    assert shares == (("a", 0.25), ("b", 0.75), ("c", 0.0))


def test_without_evidence_the_shares_are_equal():
    shares = token_shares(SCALE, "joy", ["a", "b"], np.zeros(4, np.float32), np.full((2, 4), -1, np.float32))
    assert [share for _, share in shares] == pytest.approx([0.5, 0.5])
