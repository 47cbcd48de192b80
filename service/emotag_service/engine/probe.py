"""Looks at what a predictor returns: at warm-up, and for every batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emotag_service.engine.predictors.collate import collate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emotag_service.engine.predictors.protocol import Prediction, Predictor

UNKNOWN_ID = 1  # every vocabulary has it
_SAMPLES = ([4], [24] * 16, [1, 3, 8, 32])  # lengths of the messages of each warm-up batch


class PredictionError(ValueError):
    """A predictor returned something that is no prediction of its batch."""


def probe(predictor: Predictor) -> None:
    """Warm a predictor up with real forward passes. Raises what it raises, or PredictionError."""
    for lengths in _SAMPLES:
        token_ids, sizes = collate([[UNKNOWN_ID] * length for length in lengths])
        check(predictor.launch(token_ids, sizes, evidence=True)(), len(lengths), predictor.label_count)


def check(prediction: Prediction, messages: int, labels: int) -> None:
    """Raise PredictionError unless there is a row of finite logits for every message."""
    if prediction.logits.shape != (messages, labels):
        raise PredictionError(f"logits have shape {prediction.logits.shape}, not {(messages, labels)}")
    if not np.isfinite(prediction.logits).all():
        raise PredictionError("logits are not all finite")
    if prediction.evidence is not None:
        _check_evidence(prediction.evidence, messages, labels)


def _check_evidence(evidence: NDArray[np.float32], messages: int, labels: int) -> None:
    if evidence.ndim != 3 or evidence.shape[::2] != (messages, labels):
        raise PredictionError(f"evidence has shape {evidence.shape}, not ({messages}, tokens, {labels})")
    if not np.isfinite(evidence).all():
        raise PredictionError("evidence is not all finite")
