"""Outcomes made by hand: of two labels, each given from one half."""

import numpy as np

from emotag_model.evaluation.headline import MACRO
from emotag_model.evaluation.outcome import Outcome


def make_outcome(scores, truth, labels=("a", "b"), name="two"):
    scores = np.asarray(scores, np.float32)
    return Outcome(
        name=name,
        labels=labels,
        scores=scores,
        given=scores >= 0.5,
        columns=scores.argmax(axis=1),
        truth=np.asarray(truth, bool),
        thresholds=(0.5,) * len(labels),
        headline=MACRO,
    )
