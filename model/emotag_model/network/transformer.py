"""A transformer of DistilRoBERTa's size, with random weights: what people tag emotions with today."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORDS, _PLACES, _WIDTH, _HEADS, _LAYERS, _LABELS = 50_265, 514, 768, 12, 6, 28


class SizedTransformer:
    """82 million weights on a device: in half precision on a GPU, in float32 by one thread on a CPU."""

    def __init__(self, device: str) -> None:
        self._device = torch.device(device)
        on_cpu = self._device.type == "cpu"
        if on_cpu:
            torch.set_num_threads(1)  # as a replica has
        self._kind = torch.float32 if on_cpu else torch.float16
        self._words, self._places = nn.Embedding(_WORDS, _WIDTH), nn.Embedding(_PLACES, _WIDTH)
        layer = nn.TransformerEncoderLayer(
            _WIDTH, _HEADS, 4 * _WIDTH, activation="gelu", batch_first=True, device=self._device, dtype=self._kind
        )
        self._encoder = nn.TransformerEncoder(layer, _LAYERS, enable_nested_tensor=False).eval()
        self._head = nn.Linear(_WIDTH, _LABELS)
        for module in (self._words, self._places, self._head):
            module.to(self._device, self._kind)

    def compute(self, lengths: Sequence[int]) -> torch.Tensor:
        """Messages of so many word pieces → logits [B, L] on the host; their ids are any, padded to the longest."""
        with torch.inference_mode():
            counts = torch.tensor(lengths, device=self._device)
            places = torch.arange(max(lengths), device=self._device)
            ids = torch.full((len(lengths), max(lengths)), 7, device=self._device)
            states = self._encoder(
                self._words(ids) + self._places(places), src_key_padding_mask=places >= counts.unsqueeze(1)
            )
            logits: torch.Tensor = self._head(states[:, 0])
            return logits.float().cpu()
