"""Fits scores and thresholds of every taxonomy to held-out messages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from emotag_model.evaluation.slopes import fit_slopes
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
    """Fit slopes and bias per label, then the thresholds on the scores that result."""
    rolled = taxonomy.roll_up(truth)
    above, below, bias = fit_slopes(taxonomy.roll_up(logits), rolled).tolist()
    fitted = taxonomy.calibrated(above, bias, taxonomy.thresholds, below=below)
    thresholds = best_thresholds(fitted.scores(logits), rolled)
    return fitted.calibrated(above, bias, [round(float(each), 6) for each in thresholds], below=below)
