"""Logits of one network for many readings of the same messages, most of which are equal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from emotag_model.evaluation.predict import predict_logits
from emotag_model.network.cnn_bisru import CnnBiSru


class Predictions:
    """Computes the logits of each reading once."""

    def __init__(self, network: CnnBiSru) -> None:
        self._network = network
        self._known: dict[tuple[int, ...], NDArray[np.float32]] = {}

    def logits(self, readings: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Token ids of N messages → logits [N, F]."""
        keys = [tuple(ids) for ids in readings]
        new = [key for key in dict.fromkeys(keys) if key not in self._known]
        self._known |= zip(new, predict_logits(self._network, new), strict=True) if new else ()
        return np.stack([self._known[key] for key in keys])
