"""Self-attention that is read only through its mean over the tokens, and therefore costs less than it looks."""

import torch
from torch import Tensor, nn


class PooledAttention(nn.Module):
    """The masked mean over tokens of a multi-head self-attention (Vaswani et al., 2017).

    Averaging over the queries is linear, so ``mean_q(softmax(QKᵀ) V) W_o = ((mean_q softmax(QKᵀ)) X W_v) W_o``: values
    and output projection act once per message instead of once per token, with the same result. Keys have no bias: it
    would add the same to every score of a query, which softmax ignores.
    """

    def __init__(self, size: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(size, size)
        self.key = nn.Linear(size, size, bias=False)
        self.value = nn.Linear(size, size)
        self.output = nn.Linear(size, size)

    def forward(self, states: Tensor, pooling: Tensor) -> tuple[Tensor, Tensor]:
        """States [B, T, H] and mask [B, T], each row with a True → pooled [B, H] and weights [B, heads, T].

        A token's weight is the attention that it gets from that head, averaged over the queries; they sum to 1.
        """
        weights = self._mean_weights(states, pooling)  # [B, heads, T]
        read = torch.matmul(weights, states)  # [B, heads, H]
        values = self.value.weight.view(self.heads, -1, states.shape[-1])  # [heads, H / heads, H]
        pooled = torch.einsum("bnc,ndc->bnd", read, values).flatten(1) + self.value.bias
        output: Tensor = self.output(pooled)
        return output, weights

    def _mean_weights(self, states: Tensor, pooling: Tensor) -> Tensor:
        query = self._split(self.query(states))
        scores = torch.matmul(query, self._split(self.key(states)).transpose(2, 3)) * query.shape[-1] ** -0.5
        attention = scores.masked_fill(~pooling[:, None, None, :], float("-inf")).softmax(dim=-1)  # [B, heads, T, T]
        share = pooling / pooling.sum(dim=1, keepdim=True)
        return torch.matmul(share[:, None, None, :].to(attention.dtype), attention).squeeze(2)

    def _split(self, projected: Tensor) -> Tensor:
        return projected.view(*projected.shape[:2], self.heads, -1).transpose(1, 2)  # [B, heads, T, H / heads]
