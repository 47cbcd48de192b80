"""Turns logits into probabilities that hold: a scale and a bias per label, fitted on held-out messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_STEPS = 50
_PRIOR = 1.0  # pull of scale to 1 and bias to 0, in messages: decides only for labels with next to no examples
_SMALLEST_SCALE = 0.05


def fit_platt(
    logits: NDArray[np.float32], truth: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return scale and bias per label [K] that make sigmoid(scale * logit + bias) most likely; both inputs [N, K].

    Platt 1999, by damped Newton steps. Scales are positive, so the order of scores is that of logits.
    """
    pairs = [_fit(logits[:, k].astype(np.float64), truth[:, k].astype(np.float64)) for k in range(logits.shape[1])]
    scale, bias = np.array(pairs).T
    return np.maximum(scale, _SMALLEST_SCALE), bias


def _fit(logits: NDArray[np.float64], truth: NDArray[np.float64]) -> NDArray[np.float64]:
    features = np.stack([logits, np.ones_like(logits)], axis=1)
    start = np.array([1.0, 0.0])
    weights: NDArray[np.float64] = start.copy()
    for _ in range(_STEPS):
        step = _newton_step(features, truth, weights, start)
        weights -= step
        if np.abs(step).max() < 1e-9:
            break
    return weights


def _newton_step(
    features: NDArray[np.float64], truth: NDArray[np.float64], weights: NDArray[np.float64], start: NDArray[np.float64]
) -> NDArray[np.float64]:
    scores = 1 / (1 + np.exp(-np.clip(features @ weights, -50, 50)))
    gradient = features.T @ (scores - truth) + _PRIOR * (weights - start)
    curvature = (features * (scores * (1 - scores))[:, None]).T @ features + _PRIOR * np.eye(2)
    step = np.linalg.solve(curvature, gradient).astype(np.float64)
    return step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-12))  # damped: a full step may overshoot
