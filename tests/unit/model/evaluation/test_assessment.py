"""An assessment has the report's figures, their intervals, and differences where there is another system."""

import json

import numpy as np
import pytest

from emotag_model.evaluation.assessment import Sampling, assess, statistics
from emotag_model.evaluation.bootstrap import difference, interval
from emotag_model.evaluation.evaluate import report_of
from emotag_model.evaluation.headline import MACRO, Headline
from emotag_model.evaluation.outcome import taxonomy_outcome
from emotag_model.labels import default_labels

EKMAN = default_labels().taxonomy("ekman")
SAMPLING = Sampling(resamples=200, seed=3)


def make(headline=MACRO, noise=1.0, seed=0):
    random = np.random.default_rng(seed)
    truth = np.eye(28, dtype=np.float32)[np.random.default_rng(9).integers(28, size=120)]
    logits = (truth * 4 - 2 + noise * random.standard_normal(truth.shape)).astype(np.float32)
    return taxonomy_outcome(EKMAN, logits, truth, headline)


def test_intervals_are_those_of_the_bootstrap():
    outcome = make()
    found = assess(outcome, SAMPLING)
    assert found.report == report_of(outcome)
    assert found.intervals == {"macro-F1": interval(outcome.tally, MACRO.statistic(EKMAN.labels), 200, 3)}
    assert found.intervals["macro-F1"].value == pytest.approx(found.report.macro_f1)
    assert found.differences == {}


def test_the_headline_has_its_own_interval():
    outcome = make(Headline("weighted"))
    assert list(statistics(outcome)) == ["macro-F1", "weighted-F1"]
    assert list(assess(outcome, SAMPLING).intervals) == ["macro-F1", "weighted-F1"]
    assert list(statistics(make())) == ["macro-F1"]


def test_differences_are_to_the_other_tally():
    ours, theirs = make(noise=0.5), make(noise=3, seed=1)
    found = assess(ours, SAMPLING, theirs.tally).differences["macro-F1"]
    assert found == difference(ours.tally, theirs.tally, MACRO.statistic(EKMAN.labels), 200, 3)
    assert found.interval.low > 0


def test_no_resamples_no_intervals():
    found = assess(make(), Sampling(resamples=0), make(seed=1).tally)
    assert (found.intervals, found.differences) == ({}, {})
    assert found.report.macro_f1 > 0


def test_json_and_text_carry_them():
    found = assess(make(Headline("micro", without="neutral")), SAMPLING, make(seed=1).tally)
    data, text = json.loads(json.dumps(found.to_dict())), found.to_text()
    assert data["headline"] == "micro-F1 without 'neutral'"
    assert data["taxonomy"] == "ekman"
    for name, each in found.intervals.items():
        assert data["intervals"][name]["low"] == each.low
        assert f"{name}, 95 % interval: {each}" in text
    for name, each in found.differences.items():
        assert data["differences"][name]["better"] == each.better
        assert f"{name}, difference: {each}" in text
    assert text.startswith(found.report.to_text())
