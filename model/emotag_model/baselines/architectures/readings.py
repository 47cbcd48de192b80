"""Ways to read the states of a recurrent channel as one vector per message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor, nn

from emotag_model.network.attention import PooledAttention
from emotag_model.network.masking import masked_max

if TYPE_CHECKING:
    from emotag_model.network.config import CnnBiSruConfig


class Attention(nn.Module):
    """The mean over tokens of multi-head self-attention: as wide as the states."""

    def __init__(self, config: CnnBiSruConfig) -> None:
        super().__init__()
        self.size = 2 * config.sru_size
        self.attention = PooledAttention(self.size, config.attention_heads)

    def forward(self, states: Tensor, pooling: Tensor) -> Tensor:
        """States [B, T, 2·D] and mask [B, T], each row with a True → [B, size]."""
        attended: Tensor = self.attention(states, pooling)[0]
        return attended


class Mean(nn.Module):
    """The mean of the states: what stands in for attention, as wide, where there is none."""

    def __init__(self, config: CnnBiSruConfig) -> None:
        super().__init__()
        self.size = 2 * config.sru_size

    def forward(self, states: Tensor, pooling: Tensor) -> Tensor:
        """As `Attention`."""
        return (states * pooling.unsqueeze(-1)).sum(dim=1) / pooling.sum(dim=1, keepdim=True)


class Converter(nn.Module):
    """The maximum over tokens, then of both directions: half as wide as the states."""

    def __init__(self, config: CnnBiSruConfig) -> None:
        super().__init__()
        self.size = config.sru_size

    def forward(self, states: Tensor, pooling: Tensor) -> Tensor:
        """As `Attention`."""
        return masked_max(states, pooling).view(len(states), 2, -1).amax(dim=1)
