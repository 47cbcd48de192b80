"""The order in which a run sees its messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_WINDOW = 50  # batches whose messages are sorted by length together: little padding, still random


def epoch_batches(lengths: Sequence[int], size: int, seed: int, epoch: int) -> list[NDArray[np.intp]]:
    """Return the rows of each batch of one epoch: every row once, neighbours in length, in an order of chance.

    Depends on nothing but its arguments, so that a resumed run sees what an uninterrupted one does.
    """
    random = np.random.default_rng([seed, epoch])
    shuffled, long = random.permutation(len(lengths)), np.asarray(lengths)
    batches: list[NDArray[np.intp]] = []
    for start in range(0, len(shuffled), size * _WINDOW):
        window = shuffled[start : start + size * _WINDOW]
        window = window[np.argsort(long[window], kind="stable")]
        batches.extend(window[first : first + size] for first in range(0, len(window), size))
    return [batches[place] for place in random.permutation(len(batches))]
