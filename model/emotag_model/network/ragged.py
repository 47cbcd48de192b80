"""The trained network over messages one behind the other: no padding, and nothing that waits for the device.

Its shapes follow from the room for tokens and for messages alone: a CUDA graph of it serves every batch that fits.
"""

from typing import TYPE_CHECKING, NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from emotag_model.network.cnn_bisru import CnnBiSru
from emotag_model.network.fused_classifier import fuse_classifier

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

    from emotag_model.sru.layer import BiSru


class RaggedBatch(NamedTuple):
    """Messages in room for N tokens and B messages; all int64.

    Attributes:
        ids: [N]; behind the last message 0.
        owners: [N]; which message each token is of, behind the last message B.
        starts: [B]; the first token of each message, 0 where there is none.
        ends: [B]; the one behind its last, 0 where there is none.
    """

    ids: Tensor
    owners: Tensor
    starts: Tensor
    ends: Tensor


class RaggedCnnBiSru:
    """The same function as `CnnBiSru`, which it shares its weights with."""

    def __init__(self, network: CnnBiSru, spans: "ModuleType") -> None:
        """Make one of a network in evaluation mode; `spans` is `emotag_model.spans.naive` or `fast`."""
        self._network = network
        self._spans = spans
        self._convs = [
            (conv.weight.permute(0, 2, 1).flatten(1).contiguous(), conv.bias)  # [C_out, K · C_in]
            for conv in cast("Iterable[nn.Conv1d]", network.conv.convs)
        ]
        fused, self._bias = fuse_classifier(network)
        config, heads = network.config, network.config.attention_heads
        size = 2 * config.sru_size
        self._before, read, self._after = torch.split(fused, [config.conv_channels[-1], heads * size, config.sru_size])
        self._read = read.view(heads, size, -1).transpose(0, 1).flatten(1).contiguous()  # [2·D, heads · L]

    def __call__(self, batch: RaggedBatch) -> Tensor:
        """Logits [B, L] float32; those of a message without tokens are finite and mean nothing."""
        spans = batch.starts, batch.ends
        embedded = self._network.embedding(batch.ids)
        states = self._states(embedded, batch)
        strongest = self._spans.span_max(states, *spans).view(len(batch.starts), 2, -1).amax(dim=1)
        responses = self._spans.span_max(self._responses(embedded, batch.owners), *spans)
        read = self._spans.span_sum(self._attended(states, batch), *spans)
        with torch.autocast(read.device.type, enabled=False):  # what is left is little, and logits want all their bits
            logits: Tensor = responses @ self._before + read + strongest @ self._after + self._bias
        return logits

    def _states(self, embedded: Tensor, batch: RaggedBatch) -> Tensor:
        states = embedded
        for layer in cast("Iterable[BiSru]", self._network.sru):
            states = self._spans.span_bisru(states, batch.starts, batch.ends, layer.weights)
        return states

    def _responses(self, embedded: Tensor, owners: Tensor) -> Tensor:
        """The convolutions [N, C], whose windows end where a message does."""
        taps = self._network.config.kernel_size
        half, rows = taps // 2, len(owners)
        around = functional.pad(owners, (half, half), value=-1)
        same = [(around[tap : tap + rows] == owners).unsqueeze(1) for tap in range(taps)]
        hidden = embedded
        for weight, bias in self._convs:
            padded = functional.pad(hidden, (0, 0, half, half))
            windows = [padded[tap : tap + rows] * keep for tap, keep in enumerate(same)]
            hidden = functional.linear(torch.cat(windows, dim=1), weight, bias).relu()
        return hidden

    def _attended(self, states: Tensor, batch: RaggedBatch) -> Tensor:
        """What the attention reads of each token for each label [N, L]: the classifier is linear, and read first."""
        attention = self._network.attention
        query, key = (each(states).view(len(states), attention.heads, -1) for each in (attention.query, attention.key))
        weights = self._spans.span_attention(query, key, batch.starts, batch.ends)  # [N, heads]
        values = (states @ self._read).view(*weights.shape, -1)  # [N, heads, L]
        return torch.einsum("nh,nhl->nl", weights, values.float())
