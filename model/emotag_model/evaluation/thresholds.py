"""The score from which a label should be given: where F1 is best."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def best_thresholds(scores: NDArray[np.float32], truth: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return per label [K] the threshold of the highest F1 over scores and truth [N, K].

    It lies halfway between the lowest score that is given and the highest that is not, so that it does not hang on
    one message. A label that is never true gets 1.
    """
    return np.array([_best(scores[:, k], truth[:, k] > 0) for k in range(scores.shape[1])], dtype=np.float32)


def _best(scores: NDArray[np.float32], true: NDArray[np.bool_]) -> float:
    if not true.any():
        return 1.0
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order].astype(np.float64)
    f1 = 2 * true[order].cumsum() / (np.arange(1, len(true) + 1) + true.sum())
    f1[:-1][ranked[:-1] == ranked[1:]] = -1  # no threshold parts equal scores
    cut = int(f1.argmax())
    below = ranked[cut + 1] if cut + 1 < len(ranked) else 0.0
    return float((ranked[cut] + below) / 2)
