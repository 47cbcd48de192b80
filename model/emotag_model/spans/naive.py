"""What is computed of spans, message by message as it reads: the slow truth that the kernels are tested by.

Everywhere message b is the rows ``starts[b]`` to ``ends[b]`` of N, and may have none; rows may be of no message.
"""

import torch
from torch import Tensor

from emotag_model.sru.naive import naive_bisru
from emotag_model.sru.weights import SruWeights


def span_max(values: Tensor, starts: Tensor, ends: Tensor) -> Tensor:
    """Values [N, C] → the greatest of each message [B, C], 0 where it has no row."""
    return torch.stack([_at_least_one(values[span]).amax(dim=0) for span in _spans(starts, ends)]).float()


def span_sum(values: Tensor, starts: Tensor, ends: Tensor) -> Tensor:
    """Values [N, C] → the sum of each message [B, C]."""
    return torch.stack([values[span].float().sum(dim=0) for span in _spans(starts, ends)])


def span_attention(query: Tensor, key: Tensor, starts: Tensor, ends: Tensor) -> Tensor:
    """Query and key [N, heads, W] → the attention that each row gets in its message [N, heads], averaged over queries.

    The rows of a message sum to 1; rows of none have 0.
    """
    weights = query.new_zeros(query.shape[:2], dtype=torch.float32)
    for span in _spans(starts, ends):
        if span.start < span.stop:
            scores = torch.einsum("qhw,khw->hqk", query[span].float(), key[span].float()) * query.shape[-1] ** -0.5
            weights[span] = scores.softmax(dim=-1).mean(dim=1).t()
    return weights


def span_bisru(inputs: Tensor, starts: Tensor, ends: Tensor, weights: SruWeights) -> Tensor:
    """Inputs [N, E] → states [N, 2·D] of a bidirectional SRU that begins anew with each message; 0 for other rows."""
    states = inputs.new_zeros(len(inputs), 2 * weights.bias.shape[-1])
    for span in _spans(starts, ends):
        if span.start < span.stop:
            message = inputs[span].unsqueeze(1)  # [T, 1, E]
            mask = torch.ones(message.shape[:2], dtype=torch.bool, device=inputs.device)
            states[span] = naive_bisru(message, mask, weights)[:, 0]
    return states


def _spans(starts: Tensor, ends: Tensor) -> list[slice]:
    return [slice(start, end) for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]


def _at_least_one(rows: Tensor) -> Tensor:
    return rows if len(rows) else rows.new_zeros(1, rows.shape[1])
