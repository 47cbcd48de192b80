"""A moving average of a network's weights: it generalises better than the weights of any one step."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import nn

_EVERY = 4  # steps between updates; the average moves slowly enough not to notice


class WeightAverage:
    """Exponential moving average of `network`'s weights, itself a network."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = copy.deepcopy(network).requires_grad_(requires_grad=False)
        self._source = network
        self._decay = decay

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Move towards the weights after `step`; early on faster, so that the start is soon forgotten."""
        if step % _EVERY:
            return
        decay = min(self._decay, (1 + step) / (10 + step)) ** _EVERY
        for kept, new in zip(self.network.parameters(), self._source.parameters(), strict=True):
            kept.lerp_(new, 1 - decay)
