"""The bidirectional SRU as its formula reads, step by step: slow, and the truth that the fast path is tested by."""

import torch
from torch import Tensor

from emotag_model.sru.weights import SruWeights


def naive_bisru(inputs: Tensor, mask: Tensor, weights: SruWeights) -> Tensor:
    """Inputs [T, B, E] and mask [T, B], True at tokens → states [T, B, 2·D], forward half first, zero at padding.

    A masked step leaves the state as it is, so the backward direction starts at a message's own last token.
    """
    halves = [_one_direction(inputs, mask, weights, direction) for direction in range(2)]
    return torch.cat(halves, dim=-1)


def _one_direction(inputs: Tensor, mask: Tensor, weights: SruWeights, direction: int) -> Tensor:
    steps = range(len(inputs)) if direction == 0 else range(len(inputs) - 1, -1, -1)
    size = weights.bias.shape[-1]
    state = inputs.new_zeros(inputs.shape[1], size)  # [B, D]
    outputs: list[Tensor] = [state] * len(inputs)
    for step in steps:
        keep = mask[step].unsqueeze(-1)
        moved, output = _one_step(inputs[step], state, weights, direction)
        state = torch.where(keep, moved, state)
        outputs[step] = torch.where(keep, output, torch.zeros_like(output))
    return torch.stack(outputs)


def _one_step(token: Tensor, state: Tensor, weights: SruWeights, direction: int) -> tuple[Tensor, Tensor]:
    projected = [token @ matrix.t() for matrix in weights.projection[:, direction]]
    (v_f, v_r), (b_f, b_r) = weights.recurrent[:, direction], weights.bias[:, direction]
    forget = torch.sigmoid(projected[1] + v_f * state + b_f)
    reset = torch.sigmoid(projected[2] + v_r * state + b_r)
    moved = forget * state + (1 - forget) * projected[0]
    size = state.shape[-1]
    highway = (
        projected[3] if len(projected) == 4 else weights.scale * token[:, direction * size : (direction + 1) * size]
    )
    return moved, reset * moved + (1 - reset) * highway
