"""The folded network on a CPU."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import torch

from emotag_service.engine.predictors.protocol import Prediction

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from emotag_model.network.folded import FoldedCnnBiSru


class CpuPredictor:
    """Computes on one core, and when collected: nothing is gained by launching a second batch before.

    More cores are for more replicas. Two threads inside each operation took 6 % off a batch on two idle cores and
    doubled its CPU time; when something else wanted the second core, the batch took 3.5 times as long.

    Attributes:
        label_count: Columns of the logits.
        depth: 1.
    """

    depth = 1

    def __init__(self, network: FoldedCnnBiSru, label_count: int) -> None:
        """Make one on the thread that will use it: torch keeps the number of threads per thread."""
        self.label_count = label_count
        self._network = network
        torch.set_num_threads(1)

    def launch(
        self, token_ids: NDArray[np.int64], lengths: NDArray[np.int64], *, evidence: bool
    ) -> Callable[[], Prediction]:
        """Return what computes the batch; token_ids [B, T], lengths [B]."""
        return partial(self._compute, token_ids, lengths, evidence)

    def close(self) -> None:
        """Nothing to give back: the tables are shared."""

    def _compute(self, token_ids: NDArray[np.int64], lengths: NDArray[np.int64], evidence: bool) -> Prediction:
        inputs = torch.from_numpy(token_ids), torch.from_numpy(lengths)
        if not evidence:
            return Prediction(self._network.predict(*inputs).numpy())
        return Prediction(*(output.numpy() for output in self._network.explain(*inputs)))
