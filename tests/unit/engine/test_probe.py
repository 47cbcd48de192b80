from __future__ import annotations

import numpy as np
import pytest

from emotag_service.engine.predictors.protocol import Prediction
from emotag_service.engine.probe import PredictionError, check, probe
from emotag_service.testing import ScriptedPredictor


def logits(*shape, value=0.0):
    return np.full(shape, value, dtype=np.float32)


def test_finite_logits_of_the_right_shape_pass():
    check(Prediction(logits(3, 4)), 3, 4)
    check(Prediction(logits(3, 4), logits(3, 7, 4)), 3, 4)


@pytest.mark.parametrize("shape", [(3,), (2, 4), (3, 5), (3, 4, 1), (0, 4)])
def test_another_shape_is_refused(shape):
    with pytest.raises(PredictionError, match=r"not \(3, 4\)"):
        check(Prediction(logits(*shape)), 3, 4)


@pytest.mark.parametrize("shape", [(3, 7), (2, 7, 4), (3, 7, 5), (3, 7, 4, 1)])
def test_evidence_of_another_shape_is_refused(shape):
    with pytest.raises(PredictionError, match=r"evidence has shape .*, not \(3, tokens, 4\)"):
        check(Prediction(logits(3, 4), logits(*shape)), 3, 4)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_refused(value):
    bad = logits(3, 4)
    bad[1, 2] = value
    with pytest.raises(PredictionError, match="logits are not all finite"):
        check(Prediction(bad), 3, 4)
    with pytest.raises(PredictionError, match="evidence is not all finite"):
        check(Prediction(logits(3, 4), bad[:, None]), 3, 4)


def test_a_probe_is_real_forward_passes():
    calls = []

    class Recording(ScriptedPredictor):
        def launch(self, token_ids, lengths, *, evidence):
            calls.append(token_ids.shape)
            return super().launch(token_ids, lengths, evidence=evidence)

    probe(Recording())
    assert len(calls) >= 2
    assert (1, 4) in calls


def test_a_probe_finds_a_predictor_out():
    class Broken(ScriptedPredictor):
        def logits_of(self, rows):
            return logits(len(rows), 4, value=np.nan)

    with pytest.raises(PredictionError):
        probe(Broken())
