"""Fits scores and thresholds of every taxonomy to held-out messages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from emotag_model.evaluation.platt import fit_platt
from emotag_model.evaluation.thresholds import best_thresholds

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from emotag_model.labels import Labels, Taxonomy


def calibrate_labels(labels: Labels, logits: NDArray[np.float32], truth: NDArray[np.float32]) -> Labels:
    """Fine logits and truth [N, F] of held-out messages → the same taxonomies, calibrated and with thresholds."""
    taxonomies = {name: calibrate(taxonomy, logits, truth) for name, taxonomy in labels.taxonomies.items()}
    return replace(labels, taxonomies=taxonomies)


def calibrate(taxonomy: Taxonomy, logits: NDArray[np.float32], truth: NDArray[np.float32]) -> Taxonomy:
    """Fit scale and bias per label, then the thresholds of the best F1 on the scores that result."""
    rolled = taxonomy.roll_up(truth)
    scale, bias = fit_platt(taxonomy.roll_up(logits), rolled)
    fitted = taxonomy.calibrated(scale.tolist(), bias.tolist(), taxonomy.thresholds)
    thresholds = best_thresholds(fitted.scores(logits), rolled)
    return fitted.calibrated(fitted.scale, fitted.bias, [round(float(each), 6) for each in thresholds])
