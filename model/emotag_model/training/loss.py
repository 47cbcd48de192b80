"""What training minimises."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

if TYPE_CHECKING:
    from collections.abc import Sequence


class RollUpLoss(nn.Module):
    """Binary cross-entropy over the fine labels, and over coarse ones rolled up by maximum as tags are.

    Rare labels count more, by sqrt((1 - p) / p) with p their share of the training messages.
    """

    fine_weight: Tensor
    coarse_weight: Tensor

    def __init__(self, truth: Tensor, groups: Sequence[Sequence[int]], coarse: float) -> None:
        """Weigh by `truth` [N, F]; `groups` lists each coarse label's members, `coarse` is their loss's share."""
        super().__init__()
        self._groups = [list(group) for group in groups]
        self._coarse = coarse
        self.register_buffer("fine_weight", _rarity(truth))
        self.register_buffer("coarse_weight", _rarity(self._roll_up(truth)))

    def forward(self, logits: Tensor, truth: Tensor) -> Tensor:
        """Logits and truth, both [B, F] → the mean loss, a scalar."""
        fine = binary_cross_entropy_with_logits(logits, truth, pos_weight=self.fine_weight)
        coarse = binary_cross_entropy_with_logits(
            self._roll_up(logits), self._roll_up(truth), pos_weight=self.coarse_weight
        )
        return fine + self._coarse * coarse

    def _roll_up(self, fine: Tensor) -> Tensor:
        return torch.stack([fine[:, group].amax(dim=1) for group in self._groups], dim=1)


def _rarity(truth: Tensor) -> Tensor:
    share = truth.mean(dim=0).clamp(min=1 / len(truth), max=1 - 1 / (1 + len(truth)))  # finite for labels never seen
    return ((1 - share) / share).sqrt()
