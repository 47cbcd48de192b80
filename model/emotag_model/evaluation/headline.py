"""The one figure that a data set is usually judged by, computed from tallies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Headline:
    """An F1 over labels: their mean, their mean weighted by support, or one over all pairs of some labels.

    A tally [..., 3, K] holds, per label, how many messages were given it rightly, given it at all, and truly have it.
    """

    kind: Literal["macro", "weighted", "micro"]
    without: str = ""  # a label that does not count, such as "others"

    @property
    def name(self) -> str:
        """What the figure is called."""
        return f"{self.kind}-F1 without {self.without!r}" if self.without else f"{self.kind}-F1"

    def statistic(self, labels: Sequence[str]) -> Callable[[NDArray[Any]], NDArray[np.float64]]:
        """Return what turns tallies [..., 3, K] of `labels` into the figure of each, [...]."""
        kept = [k for k, label in enumerate(labels) if label != self.without]
        return lambda tally: _KINDS[self.kind](np.asarray(tally, dtype=np.float64)[..., kept])


def f1(right: NDArray[np.float64], given: NDArray[np.float64], true: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 2·right / (given + true), 0 where nothing is given or true."""
    result: NDArray[np.float64] = 2 * right / np.maximum(given + true, 1)
    return result


def macro_f1(tally: NDArray[np.float64]) -> NDArray[np.float64]:
    """Tallies [..., 3, K] → mean F1 over the labels."""
    result: NDArray[np.float64] = _per_label(tally).mean(axis=-1)
    return result


def weighted_f1(tally: NDArray[np.float64]) -> NDArray[np.float64]:
    """Tallies [..., 3, K] → mean F1 over the labels, weighted by how many messages truly have them."""
    true = tally[..., 2, :]
    result: NDArray[np.float64] = (_per_label(tally) * true).sum(axis=-1) / np.maximum(true.sum(axis=-1), 1)
    return result


def micro_f1(tally: NDArray[np.float64]) -> NDArray[np.float64]:
    """Tallies [..., 3, K] → F1 over all pairs of message and label."""
    total = tally.sum(axis=-1)
    return f1(total[..., 0], total[..., 1], total[..., 2])


def _per_label(tally: NDArray[np.float64]) -> NDArray[np.float64]:
    return f1(tally[..., 0, :], tally[..., 1, :], tally[..., 2, :])


_KINDS = {"macro": macro_f1, "weighted": weighted_f1, "micro": micro_f1}
MACRO = Headline("macro")
