"""Each kind of F1 equals its definition, alone and over many tallies at once."""

import numpy as np
import pytest

from emotag_model.evaluation.headline import MACRO, Headline, f1

LABELS = ("happy", "sad", "others")
TALLY = np.array([[3, 1, 80], [5, 1, 90], [4, 3, 85]])  # right, given, true
EACH = [2 * 3 / 9, 2 * 1 / 4, 2 * 80 / 175]


@pytest.mark.parametrize(
    ("headline", "name", "value"),
    [
        (MACRO, "macro-F1", np.mean(EACH)),
        (Headline("weighted"), "weighted-F1", np.average(EACH, weights=[4, 3, 85])),
        (Headline("micro"), "micro-F1", 2 * 84 / (96 + 92)),
        (Headline("micro", without="others"), "micro-F1 without 'others'", 2 * 4 / (6 + 7)),
        (Headline("macro", without="happy"), "macro-F1 without 'happy'", np.mean(EACH[1:])),
    ],
)
def test_by_hand(headline, name, value):
    assert headline.name == name
    assert headline.statistic(LABELS)(TALLY) == pytest.approx(value)


@pytest.mark.parametrize("kind", ["macro", "weighted", "micro"])
def test_many_tallies_at_once(kind):
    tallies = np.stack([TALLY, TALLY[:, ::-1], 2 * TALLY])
    statistic = Headline(kind).statistic(LABELS)
    np.testing.assert_allclose(statistic(tallies), [statistic(each) for each in tallies])


@pytest.mark.parametrize("kind", ["macro", "weighted", "micro"])
def test_nothing_given_or_true_is_0(kind):
    assert Headline(kind).statistic(LABELS)(np.zeros((3, 3))) == 0


def test_f1_of_one_label():
    assert f1(np.array(1.0), np.array(2.0), np.array(3.0)) == pytest.approx(0.4)
