"""Intervals are as wide as chance is, differences are paired, and a seed gives the same draws."""

import numpy as np
import pytest

from emotag_model.evaluation import bootstrap
from emotag_model.evaluation.bootstrap import Difference, Interval, difference, interval, resample
from emotag_model.evaluation.headline import MACRO

STATISTIC = MACRO.statistic(("a", "b"))


def tally_of(given, truth):
    return np.stack([given & truth, given, truth], axis=1)


def draw(count, right=0.8, seed=0):
    """Messages with one of two labels, of which a share is given the right one."""
    random = np.random.default_rng(seed)
    truth = np.eye(2, dtype=bool)[random.integers(2, size=count)]
    return np.where((random.random(count) < right)[:, None], truth, ~truth), truth


def test_a_resample_is_as_many_messages_with_repeats():
    given, truth = draw(300)
    found = resample(tally_of(given, truth), 50, 1)
    assert found.shape == (50, 3, 2)
    assert (found[:, 2].sum(axis=1) == 300).all()
    assert len(np.unique(found[:, 2, 0])) > 10


def test_resamples_equal_drawing_one_by_one():
    tally = tally_of(*draw(40))
    draws = np.random.default_rng(7).integers(40, size=(6, 40))
    slow = np.stack([tally[rows].sum(axis=0) for rows in draws])
    np.testing.assert_array_equal(resample(tally, 6, 7), slow)


def test_blocks_change_nothing_but_memory(monkeypatch):
    tally = tally_of(*draw(40))
    whole = resample(tally, 25, 3)
    monkeypatch.setattr(bootstrap, "_COUNTS_AT_ONCE", 90)
    np.testing.assert_array_equal(resample(tally, 25, 3), whole)


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    hits = 0
    for seed in range(100):
        found = interval(tally_of(*draw(200, seed=seed)), STATISTIC, 300, seed)
        hits += found.low <= 0.8 <= found.high
    assert 88 <= hits <= 100


def test_more_messages_make_it_narrower():
    few, many = (interval(tally_of(*draw(count)), STATISTIC) for count in (100, 1600))
    assert few.low < few.value < few.high
    assert 3 < (few.high - few.low) / (many.high - many.low) < 5


def test_the_value_is_that_of_all_messages():
    tally = tally_of(*draw(77))
    assert interval(tally, STATISTIC, 10).value == STATISTIC(tally.sum(axis=0))


def test_the_same_seed_gives_the_same_interval():
    tally = tally_of(*draw(90))
    assert interval(tally, STATISTIC, 100, 5) == interval(tally, STATISTIC, 100, 5)
    assert interval(tally, STATISTIC, 100, 5) != interval(tally, STATISTIC, 100, 6)


def test_a_small_steady_gain_is_beyond_chance_only_when_paired():
    given, truth = draw(1000, right=0.7)
    wrong = np.flatnonzero((given != truth).any(axis=1))
    better = given.copy()
    better[wrong[:15]] = truth[wrong[:15]]
    ours, theirs = tally_of(better, truth), tally_of(given, truth)
    found = difference(ours, theirs, STATISTIC)
    assert found.interval.low > 0
    assert found.better > 0.99
    assert "beyond chance" in str(found)
    apart, other = interval(ours, STATISTIC), interval(theirs, STATISTIC)
    assert apart.low < other.high, "unpaired, the intervals overlap"


def test_the_difference_to_oneself_is_nothing():
    tally = tally_of(*draw(100))
    found = difference(tally, tally, STATISTIC)
    assert found == Difference(Interval(0.0, 0.0, 0.0), 0.0)
    assert "within chance" in str(found)


def test_they_read_well():
    assert str(Interval(0.5, 0.41, 0.59)) == "0.5000 [0.4100, 0.5900]"
    text = str(Difference(Interval(-0.01, -0.03, 0.02), 0.25))
    assert text == "-0.0100 [-0.0300, +0.0200], within chance; above 0 in 25.0% of resamples"


def test_one_message():
    found = interval(tally_of(*draw(1)), STATISTIC, 20)
    assert found.low == found.high == pytest.approx(found.value)
