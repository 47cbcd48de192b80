from __future__ import annotations

import numpy as np
import pytest

from emotag_service.engine.predictors.protocol import Prediction, PredictionError, check_prediction, probe
from emotag_service.testing import ScriptedPredictor, WordTokenizer


def logits(*shape, value=0.0):
    return np.full(shape, value, dtype=np.float32)


def predicted(values, evidence=None, texts=3):
    return Prediction(values, np.full(texts, 7, np.int32), np.zeros(texts, np.bool_), evidence)


def test_finite_logits_of_the_right_shape_pass():
    check_prediction(predicted(logits(3, 4)), 3, 4)
    check_prediction(predicted(logits(3, 4), [logits(7, 4)] * 3), 3, 4)


@pytest.mark.parametrize("shape", [(3,), (2, 4), (3, 5), (3, 4, 1), (0, 4)])
def test_another_shape_is_refused(shape):
    with pytest.raises(PredictionError, match=r"not \(3, 4\)"):
        check_prediction(predicted(logits(*shape)), 3, 4)


def test_as_many_lengths_as_texts_are_needed():
    with pytest.raises(PredictionError, match=r"lengths have shape \(2,\), not \(3,\)"):
        check_prediction(predicted(logits(3, 4), texts=2), 3, 4)


@pytest.mark.parametrize("evidence", [[], [logits(7, 4)] * 2, [logits(7, 5)] * 3, [logits(6, 4)] * 3, [logits(7)] * 3])
def test_evidence_of_another_shape_is_refused(evidence):
    with pytest.raises(PredictionError, match=r"evidence has shapes .*, not \(tokens, 4\)"):
        check_prediction(predicted(logits(3, 4), evidence), 3, 4)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_refused(value):
    bad = logits(3, 4)
    bad[1, 2] = value
    with pytest.raises(PredictionError, match="logits are not all finite"):
        check_prediction(predicted(bad), 3, 4)
    with pytest.raises(PredictionError, match="evidence is not all finite"):
        check_prediction(predicted(logits(3, 4), [logits(7, 4), logits(7, 4), logits(7, 4, value=value)]), 3, 4)


class Cut(ScriptedPredictor):
    """Has its own tokenizer, since no engine gives it one."""

    def __init__(self):
        super().__init__()
        self.tokenizer = WordTokenizer()


def test_a_probe_is_real_forward_passes():
    calls = []

    class Recording(Cut):
        def launch(self, texts, *, evidence):
            calls.append([len(text.split()) for text in texts])
            return super().launch(texts, evidence=evidence)

    probe(Recording())
    assert len(calls) >= 2
    assert [4] in calls


def test_a_probe_finds_a_predictor_out():
    class Broken(Cut):
        def logits_of(self, rows):
            return logits(len(rows), 4, value=np.nan)

    with pytest.raises(PredictionError):
        probe(Broken())
