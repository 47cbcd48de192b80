"""Multi-label metrics over scores and truth, both [N, K]. A label is given where its score reaches its threshold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

BINS = 15


@dataclass(frozen=True)
class Counts:
    """Per label [K]: messages given it rightly, given it at all, and that truly have it."""

    right: NDArray[np.int64]
    given: NDArray[np.int64]
    true: NDArray[np.int64]

    @property
    def precision(self) -> NDArray[np.float64]:
        """Share of the given that are right, 0 where none is given."""
        return _ratio(self.right, self.given)

    @property
    def recall(self) -> NDArray[np.float64]:
        """Share of the true that are given, 0 where none is true."""
        return _ratio(self.right, self.true)

    @property
    def f1(self) -> NDArray[np.float64]:
        """Harmonic mean of precision and recall, 0 where nothing is right."""
        return _ratio(2 * self.right, self.given + self.true)

    @property
    def macro_f1(self) -> float:
        """Mean F1 over the labels."""
        return float(self.f1.mean())

    @property
    def micro_f1(self) -> float:
        """F1 over all pairs of message and label."""
        return float(_ratio(2 * self.right.sum(), self.given.sum() + self.true.sum()))


def count(scores: NDArray[np.float32], truth: NDArray[np.float32], thresholds: NDArray[np.float32]) -> Counts:
    """Count what is given by `thresholds` [K] against `truth`."""
    given, true = scores >= thresholds, truth > 0
    return Counts((given & true).sum(axis=0), given.sum(axis=0), true.sum(axis=0))


def pooled_calibration_error(scores: NDArray[np.float32], truth: NDArray[Any]) -> float:
    """Return the expected calibration error over all pairs of message and label."""
    return calibration_error(scores.ravel(), truth.ravel())


def calibration_error(scores: NDArray[np.float32], truth: NDArray[Any]) -> float:
    """Return the mean of |mean score - share true| over equally wide bins [0, 1], weighted by their pairs.

    Expected calibration error as in Guo et al. 2017 (arXiv 1706.04599), on probabilities [M] and 0/1 truth [M].
    """
    bins = bins_of(scores)
    gaps = np.bincount(bins, weights=scores.astype(np.float64) - truth, minlength=BINS)
    return float(np.abs(gaps).sum() / len(scores))


def bins_of(scores: NDArray[np.float32]) -> NDArray[np.intp]:
    """Probabilities [M] → which of the equally wide bins each lies in, from 0."""
    bins: NDArray[np.intp] = np.minimum((scores * BINS).astype(np.intp), BINS - 1)
    return bins


def _ratio(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    ratio: NDArray[np.float64] = part / np.maximum(whole, 1)
    return ratio
