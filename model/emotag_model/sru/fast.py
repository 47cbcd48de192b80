"""The bidirectional SRU with both directions in one tensor: one matrix product, one scan, one output for all steps."""

import torch
from torch import Tensor
from torch.nn import functional

from emotag_model.sru.scan import scan
from emotag_model.sru.weights import SruWeights


def bisru(inputs: Tensor, mask: Tensor, weights: SruWeights) -> Tensor:
    """Same contract as ``naive_bisru``: inputs [T, B, E], mask [T, B] → states [T, B, 2·D], zero at padding.

    Differentiable once. The recurrence is computed in float32, also under autocast.
    """
    keep = mask.unsqueeze(-1)
    # Zero inputs have zero candidates, and a zero state mixed with a zero candidate stays zero: so the reversed
    # direction may simply start in the padding, and its state is still zero at the message's last token.
    inputs = inputs * keep
    projected = _full(functional.linear(inputs, weights.projection.flatten(0, 2)))
    projected = projected.view(*mask.shape, len(weights.projection), weights.bias[0].numel())
    gates = [_flip(gate) for gate in projected.unbind(2)]  # [T, B, 2·D] each
    bias, recurrent = weights.bias.flatten(1), weights.recurrent.flatten(1)  # [2, 2·D] each
    states = scan(gates[0], gates[1] + bias[0], recurrent[0])
    reset = torch.addcmul(gates[2] + bias[1], states[:-1], recurrent[1]).sigmoid()
    highway = gates[3] if len(gates) == 4 else _flip(_full(inputs) * weights.scale)
    return _flip(torch.lerp(highway, states[1:], reset)) * keep


def _full(values: Tensor) -> Tensor:
    """Widen what autocast has narrowed."""
    return values.float() if values.dtype in (torch.bfloat16, torch.float16) else values


def _flip(values: Tensor) -> Tensor:
    """Reverse the second half of [T, B, 2·D] in time: from the order of the scan to that of the message, or back."""
    forward, backward = values.chunk(2, dim=-1)
    return torch.cat([forward, backward.flip(0)], dim=-1)
