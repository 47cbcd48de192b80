"""Recurrent layers of each kind behind one seam: states of both directions, which padding has no part in."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from emotag_model.sru.layer import BiSru


class SruStates(nn.Module):
    """The project's bidirectional SRU, batch first."""

    def __init__(self, input_size: int, size: int) -> None:
        super().__init__()
        self.layer = BiSru(input_size, size)

    def forward(self, embedded: Tensor, mask: Tensor) -> Tensor:
        """Word vectors [B, T, E] and mask [B, T], True at tokens → states [B, T, 2·D], zero at padding."""
        states: Tensor = self.layer(embedded.transpose(0, 1), mask.t())
        return states.transpose(0, 1)


class TorchStates(nn.Module):
    """PyTorch's LSTM or GRU in both directions.

    The backward one reads each message reversed within its own length, so that padding comes after the tokens in both
    and reaches no state that is read. Packing gives the same states, but packed sequences leave PyTorch's fast kernels:
    a GRU layer trains half as long again then, an LSTM layer twice as long.
    """

    def __init__(self, kind: type[nn.LSTM | nn.GRU], input_size: int, size: int) -> None:
        super().__init__()
        self.directions = nn.ModuleList(kind(input_size, size) for _ in range(2))

    def forward(self, embedded: Tensor, mask: Tensor) -> Tensor:
        """Word vectors [B, T, E] and mask [B, T], True at tokens → states [B, T, 2·D], zero at padding."""
        forward, backward = self.directions
        words, turned = embedded.transpose(0, 1), _turned(mask)
        states = [forward(words)[0], _take(backward(_take(words, turned))[0], turned)]
        return (torch.cat(states, dim=-1) * mask.t().unsqueeze(-1)).transpose(0, 1)


def _turned(mask: Tensor) -> Tensor:
    """Mask [B, T] → for each step the one that it changes places with, [T, B]; padding stays where it is."""
    steps = torch.arange(mask.shape[1], device=mask.device)
    return torch.where(mask, mask.sum(dim=1, keepdim=True) - 1 - steps, steps).t()


def _take(values: Tensor, steps: Tensor) -> Tensor:
    """Values [T, B, C] at the steps [T, B] of each message."""
    return values.gather(0, steps.unsqueeze(-1).expand(-1, -1, values.shape[-1]))
