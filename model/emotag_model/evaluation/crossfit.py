"""What figures are worth when thresholds and calibration were fitted to the very messages they are taken on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emotag_model.evaluation.calibrate import calibrate
from emotag_model.evaluation.evaluate import report

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emotag_model.labels import Taxonomy


def crossfit(taxonomy: Taxonomy, logits: NDArray[np.float32], truth: NDArray[np.float32]) -> tuple[float, float]:
    """Fine logits and truth [N, F] → macro-F1 and calibration error on messages that nothing was fitted to.

    Fits to the even messages and reports on the odd, and the other way round; returns the means.
    """
    even = np.arange(len(logits)) % 2 == 0
    reports = [
        report(calibrate(taxonomy, logits[fold], truth[fold]), logits[~fold], truth[~fold]) for fold in (even, ~even)
    ]
    macro_f1 = np.mean([each.macro_f1 for each in reports])
    return float(macro_f1), float(np.mean([each.calibration_error for each in reports]))
