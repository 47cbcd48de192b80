"""Runs a network over many messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from emotag_model.text.padding import pad

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emotag_model.network import CnnBiSru

_BATCH = 128


def predict_logits(network: CnnBiSru, ids: Sequence[Sequence[int]]) -> NDArray[np.float32]:
    """Token ids of N messages → logits [N, F], computed in batches of neighbours in length."""
    was_training = network.training
    network.eval()
    order = sorted(range(len(ids)), key=lambda row: len(ids[row]))
    logits = np.empty((len(ids), network.config.label_count), dtype=np.float32)
    with torch.inference_mode():
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            logits[rows] = network(*pad([ids[row] for row in rows])).numpy()
    network.train(was_training)
    return logits
