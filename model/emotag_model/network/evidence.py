"""What each token adds to each logit: the pooled readings of the three parts taken apart again, without a gradient."""

from typing import NamedTuple

import torch
from torch import Tensor

# How far below the strongest a response may lie and still share its credit; all that lies near it would have taken
# its place. It also keeps the evidence continuous: among equal responses, rounding must not choose.
_SHARING = 0.3


class Readings(NamedTuple):
    """What a network pools over the tokens of B messages.

    Attributes:
        responses: [B, T, C], the last convolution behind its ReLU, 0 at padding.
        states: [B, T, 2·D] of the last BiSRU layer, forward half first.
        weights: [B, N, T], what each head of the attention reads the states with, 0 at padding.
        pooling: [B, T] bool, each row with a True.
    """

    responses: Tensor
    states: Tensor
    weights: Tensor
    pooling: Tensor


def contributions(readings: Readings, classifier: Tensor) -> Tensor:
    """Readings and a classifier of them [C + N·2D + D, L] → what each token adds to each logit [B, T, L].

    Every part of the network is linear behind its pooling, so that this is exact: over the tokens of a message and
    with the bias, it sums to the logits. The attention credits a token with its own weighted state; a maximum credits
    the tokens that reach it, or nearly. What a state or a response took in from neighbours counts for the token that
    it stands at. Padding adds 0. In float32, but under autocast in its precision.
    """
    responses, states, weights = (part.float() for part in readings[:3])
    heads, size = weights.shape[1], states.shape[2]
    sizes = [responses.shape[2], heads * size, size // 2]
    of_responses, of_reads, of_strongest = torch.split(classifier.float(), sizes)
    attended = torch.einsum("bth,nhl->btnl", states, of_reads.view(heads, size, -1))
    evidence = torch.einsum("btnl,bnt->btl", attended, weights)
    evidence += _credit(responses.unsqueeze(2), readings.pooling) @ of_responses
    evidence += _credit(states.view(*states.shape[:2], 2, -1), readings.pooling) @ of_strongest
    return evidence


def _credit(values: Tensor, pooling: Tensor) -> Tensor:
    """Values [B, T, R, C], pooled by their maximum over T and R, → the part of it that is each token's [B, T, C]."""
    values = values.masked_fill(~pooling[:, :, None, None], float("-inf"))
    strongest = values.amax(dim=(1, 2), keepdim=True)
    nearness = ((values - strongest) / _SHARING).exp()
    shares = nearness.sum(dim=2) / nearness.sum(dim=(1, 2)).unsqueeze(1)
    return shares * strongest.squeeze(2)
