"""Figures of a system are those that an evaluation of it gives."""

import json

import numpy as np
import pytest

from emotag_model.baselines.figures import measure
from emotag_model.baselines.subjects import calibrated
from emotag_model.evaluation.assessment import Sampling, assess
from emotag_model.evaluation.crossfit import crossfit
from emotag_model.evaluation.evaluate import report
from emotag_model.evaluation.label_sets import LABEL_SETS
from emotag_model.evaluation.selection import Selection
from emotag_model.evaluation.system import outcomes
from emotag_model.text.examples import Example

SAMPLING = Sampling(resamples=50, seed=1)
MELD = Selection(LABEL_SETS[0], [Example("sad", (4,), "f:1"), Example("yay", (3,), "f:2")], {})


@pytest.fixture
def system(data):
    def logits(texts):
        rows = [np.random.default_rng(len(text)).standard_normal(35) for text in texts]
        return np.array(rows, np.float32)

    return calibrated("any", logits, data)


def test_on_dev(system, data):
    found = measure(system, data.dev, {}, 123.0, SAMPLING)
    logits, truth = system.logits(data.dev), np.eye(35, dtype=np.float32)[[each.labels[0] for each in data.dev]]
    for name in ("goemotions", "ekman"):
        taxonomy = system.labels.taxonomy(name)
        assert found.macro_f1[name].value == pytest.approx(report(taxonomy, logits, truth).macro_f1)
        assert found.macro_f1[name].low <= found.macro_f1[name].high
        assert found.held_out[name] == crossfit(taxonomy, logits, truth)[0]
    ekman = report(system.labels.taxonomy("ekman"), logits, truth)
    assert found.calibration_error == pytest.approx(ekman.calibration_error)
    assert (found.system, found.messages_per_second, found.transfer) == ("any", 123.0, {})


def test_zero_shot(system, data):
    found = measure(system, data.dev, {"meld/dev": MELD}, 1.0, SAMPLING).transfer["meld/dev"]
    expected = assess(outcomes(system, MELD)[0], SAMPLING)
    assert found.macro_f1 == expected.intervals["macro-F1"]
    assert (found.headline, found.headline_value) == ("weighted-F1", expected.intervals["weighted-F1"])


def test_they_go_into_json(system, data):
    found = json.loads(json.dumps(measure(system, data.dev, {"meld/dev": MELD}, 1.0, SAMPLING).to_dict()))
    assert found["transfer"]["meld/dev"]["headline"] == "weighted-F1"
    assert set(found["macro_f1"]) == {"goemotions", "ekman"}
