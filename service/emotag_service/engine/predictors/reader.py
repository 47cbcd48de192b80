"""The native core on a CPU."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from emotag_service.engine.predictors.protocol import Prediction

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from emotag_model.native.network import NativeNetwork


class NativePredictor:
    """Computes on one core, without the GIL and without padding, and when collected.

    Attributes:
        label_count: Columns of the logits.
        depth: 1.
    """

    depth = 1

    def __init__(self, network: NativeNetwork) -> None:
        self.label_count = network.outputs
        self._network = network

    def launch(
        self, token_ids: NDArray[np.int64], lengths: NDArray[np.int64], *, evidence: bool
    ) -> Callable[[], Prediction]:
        """Return what computes the batch; token_ids [B, T], lengths [B]."""
        return partial(self._compute, token_ids, lengths, evidence)

    def close(self) -> None:
        """Nothing to give back: the tables are shared."""

    def _compute(self, token_ids: NDArray[np.int64], lengths: NDArray[np.int64], evidence: bool) -> Prediction:
        filled = np.arange(token_ids.shape[1]) < lengths[:, None]  # [B, T]
        ids, counts = token_ids[filled].astype(np.int32), lengths.astype(np.int32)
        if not evidence:
            return Prediction(self._network.predict(ids, counts))
        logits, found = self._network.explain(ids, counts)
        padded = np.zeros((*token_ids.shape, self.label_count), np.float32)
        padded[filled] = found
        return Prediction(logits, padded)
