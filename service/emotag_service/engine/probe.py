"""Looks at what a predictor returns: at warm-up, and for every batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from emotag_service.engine.predictors.protocol import Prediction, Predictor

WARM_UP_WORD = "emotag"
_SAMPLES = ([4], [24] * 16, [1, 3, 8, 32])  # words of the texts of each warm-up batch


class PredictionError(ValueError):
    """A predictor returned something that is no prediction of its batch."""


def probe(predictor: Predictor) -> None:
    """Warm a predictor up with real forward passes. Raises what it raises, or PredictionError."""
    for sizes in _SAMPLES:
        texts = [" ".join([WARM_UP_WORD] * size) for size in sizes]
        check(predictor.launch(texts, evidence=True)(), len(texts), predictor.label_count)


def check(prediction: Prediction, texts: int, labels: int) -> None:
    """Raise PredictionError unless there is a row of finite logits, and a length, for every text."""
    if prediction.logits.shape != (texts, labels):
        raise PredictionError(f"logits have shape {prediction.logits.shape}, not {(texts, labels)}")
    if prediction.lengths.shape != (texts,) or prediction.truncated.shape != (texts,):
        raise PredictionError(f"lengths have shape {prediction.lengths.shape}, not {(texts,)}, or truncated has not")
    if not np.isfinite(prediction.logits).all():
        raise PredictionError("logits are not all finite")
    if prediction.evidence is not None:
        _check_evidence(prediction, labels)


def _check_evidence(prediction: Prediction, labels: int) -> None:
    shapes = [each.shape for each in prediction.evidence or ()]
    if shapes != [(length, labels) for length in prediction.lengths.tolist()]:
        raise PredictionError(f"evidence has shapes {shapes}, not (tokens, {labels}) for each text")
    if not all(np.isfinite(each).all() for each in prediction.evidence or ()):
        raise PredictionError("evidence is not all finite")
