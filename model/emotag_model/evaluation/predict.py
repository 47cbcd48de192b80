"""Runs a network over many messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from emotag_model.text.padding import pad
from emotag_model.text.vocabulary import UNKNOWN_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from torch import nn

_BATCH = 128


def predict_logits(
    network: nn.Module, ids: Sequence[Sequence[int]], advance: Callable[[int], None] | None = None
) -> NDArray[np.float32]:
    """Token ids of N messages → logits [N, F], computed in batches of neighbours in length.

    `network` takes ids [B, T] padded with 0 and lengths [B], and returns logits [B, F].
    `advance`, if given, is told after every batch how many messages it held.
    """
    if not ids:
        return predict_logits(network, [[UNKNOWN_ID]])[:0]
    was_training = network.training
    network.eval()
    order = sorted(range(len(ids)), key=lambda row: len(ids[row]))
    with torch.inference_mode():
        parts = []
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            parts.append(network(*pad([ids[row] for row in rows])).float().numpy())
            if advance is not None:
                advance(len(rows))
    network.train(was_training)
    logits = np.empty((len(ids), parts[0].shape[1]), dtype=np.float32)
    logits[order] = np.concatenate(parts)
    return logits
