"""The pooled attention at inference: queries and keys in one product, and a softmax that is never written out."""

import math
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from emotag_model.network.attention import PooledAttention
from emotag_model.network.token_batch import TokenBatch

# Sums of exponentials between these bounds came from scores that neither overflowed nor vanished.
_SMALLEST_SUM, _LARGEST_SUM = 1e-25, 1e30


@dataclass(frozen=True, eq=False, slots=True)
class FoldedAttention:
    """Query and key projections of N heads over states of width H.

    Attributes:
        projection: [H, 2·H]; columns ordered (head, query or key, H / N). The queries carry the factor
            ``log2(e) / sqrt(H / N)``: 2 to the power of a score is then what softmax needs, and cheaper than e.
        bias: [2·H], zero for the keys.
        heads: N.
    """

    projection: Tensor
    bias: Tensor
    heads: int

    @classmethod
    def fold(cls, attention: PooledAttention) -> Self:
        """Merge the projections of ``attention``."""
        heads, size = attention.heads, attention.query.in_features
        factor = math.log2(math.e) / math.sqrt(size // heads)
        query, key = (linear.weight.view(heads, 1, -1, size) for linear in (attention.query, attention.key))
        projection = torch.cat([query * factor, key], dim=1).flatten(0, 2).t().contiguous()
        bias = (attention.query.bias * factor).view(heads, 1, -1)
        return cls(projection, torch.cat([bias, torch.zeros_like(bias)], dim=1).flatten(), heads)

    def __call__(self, states: Tensor, batch: TokenBatch) -> tuple[Tensor, Tensor]:
        """States [T, B, H] → what each head reads [B, N·H] and the weights that it reads with [B, N, T]."""
        steps, size = batch.ids.shape
        weights = self._mean_weights(states, batch).view(size, self.heads, steps)
        return torch.bmm(weights, states.transpose(0, 1)).flatten(1), weights

    def _mean_weights(self, states: Tensor, batch: TokenBatch) -> Tensor:
        """Softmax over the keys, averaged over the queries: [B·N, 1, T]."""
        shares = batch.shares.t().repeat_interleave(self.heads, dim=0)  # [B·N, T]
        exponentials = self._scores(states, batch).exp2_()
        sums = exponentials.sum(dim=-1)  # [B·N, T]
        low, high = sums.aminmax()
        if low > _SMALLEST_SUM and high < _LARGEST_SUM:
            return torch.bmm((shares / sums).unsqueeze(1), exponentials)
        attention = self._scores(states, batch).mul_(math.log(2)).softmax(dim=-1)
        return torch.bmm(shares.unsqueeze(1), attention)

    def _scores(self, states: Tensor, batch: TokenBatch) -> Tensor:
        """Every query against every key [B·N, T, T], base-2 logarithms, -inf where the key is padding."""
        steps, size = batch.ids.shape
        projected = torch.addmm(self.bias, states.flatten(0, 1), self.projection)
        query, key = projected.view(steps, size * self.heads, 2, -1).permute(2, 1, 0, 3).unbind(0)
        if batch.penalty is None:
            return torch.bmm(query, key.transpose(1, 2))
        penalty = batch.penalty.squeeze(-1).t().repeat_interleave(self.heads, dim=0).unsqueeze(1)  # [B·N, 1, T]
        return torch.baddbmm(penalty, query, key.transpose(1, 2))
