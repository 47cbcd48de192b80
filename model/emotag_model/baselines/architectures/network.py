"""Any of the architectures as a network, put together from the parts of the CNN-BiSRU."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from emotag_model.baselines.architectures.readings import Attention, Converter, Mean
from emotag_model.baselines.architectures.sequences import SruStates, TorchStates
from emotag_model.network.cnn_bisru import PADDING_ID, UNKNOWN_ID
from emotag_model.network.conv_channel import ConvChannel
from emotag_model.network.masking import pooling_mask, token_mask

if TYPE_CHECKING:
    from emotag_model.baselines.architectures.architecture import Architecture
    from emotag_model.network.config import CnnBiSruConfig


class ArchitectureNetwork(nn.Module):
    """Token ids → logits, by the channels and readings of an architecture; the same contract as `CnnBiSru`.

    Widths, dropout and their places are those of `CnnBiSru`, whatever the channels are.
    """

    def __init__(self, architecture: Architecture, config: CnnBiSruConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocabulary_size, config.embedding_size, padding_idx=PADDING_ID)
        self.conv = ConvChannel(config) if architecture.conv else None
        self.sequence = _sequence(architecture, config)
        readings = _readings(architecture, config)
        self.readings = nn.ModuleList(readings)
        self.dropout = nn.Dropout(config.dropout)
        self.embedding_dropout = nn.Dropout(config.embedding_dropout)
        fusion_size = (config.conv_channels[-1] if architecture.conv else 0) + sum(each.size for each in readings)
        self.classifier = nn.Linear(fusion_size, config.label_count)

    def forward(self, token_ids: Tensor, lengths: Tensor) -> Tensor:
        """Token ids [B, T] int64, padded with 0, and lengths [B] int64 in tokens → logits [B, label_count]."""
        mask, pooling = token_mask(lengths, token_ids.shape[1]), pooling_mask(lengths, token_ids.shape[1])
        embedded = self._embed(token_ids, mask)
        # In the order of `CnnBiSru`, so that the same seed draws the same dropout.
        states = None if self.sequence is None else self.dropout(self.sequence(embedded, mask))
        parts = [] if self.conv is None else [self.conv(embedded, mask)]
        if states is not None:
            parts += [read(states, pooling) for read in self.readings]
        logits: Tensor = self.classifier(self.dropout(torch.cat(parts, dim=1)))
        return logits

    def sizes(self) -> tuple[int, int]:
        """Return the numbers of its parameters, with those of the embedding and without."""
        total = sum(each.numel() for each in self.parameters())
        return total, total - self.embedding.weight.numel()

    def _embed(self, token_ids: Tensor, mask: Tensor) -> Tensor:
        if self.training and self.config.word_dropout:
            dropped = torch.rand(token_ids.shape, device=token_ids.device) < self.config.word_dropout
            token_ids = token_ids.masked_fill(dropped, UNKNOWN_ID)
        embedded: Tensor = self.embedding_dropout(self.embedding(token_ids))
        return embedded * mask.unsqueeze(-1)


def _sequence(architecture: Architecture, config: CnnBiSruConfig) -> nn.Module | None:
    match architecture.recurrence:
        case None:
            return None
        case "sru":
            return SruStates(config.embedding_size, config.sru_size)
        case "lstm":
            return TorchStates(nn.LSTM, config.embedding_size, config.sru_size)
        case "gru":
            return TorchStates(nn.GRU, config.embedding_size, config.sru_size)
    raise ValueError(f"recurrence is {architecture.recurrence!r}; it must be sru, lstm, gru or None")


def _readings(architecture: Architecture, config: CnnBiSruConfig) -> list[Attention | Mean | Converter]:
    if architecture.recurrence is None:
        return []
    whole = Attention(config) if architecture.attention else Mean(config)
    return [whole, Converter(config)] if architecture.converter else [whole]
