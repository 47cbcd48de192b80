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
        """Logits and truth, both [B, F] → the loss of each row, [B]."""
        return self._rows(logits, truth, self.fine_weight, self.coarse_weight)

    def soft(self, logits: Tensor, scores: Tensor) -> Tensor:
        """Logits and a teacher's scores, both [B, F] → the loss of each row, [B]; rarity is in the scores."""
        return self._rows(logits, scores, None, None)

    def _rows(self, logits: Tensor, truth: Tensor, fine_weight: Tensor | None, coarse_weight: Tensor | None) -> Tensor:
        fine = _cross_entropy(logits, truth, fine_weight)
        return fine + self._coarse * _cross_entropy(self._roll_up(logits), self._roll_up(truth), coarse_weight)

    def _roll_up(self, fine: Tensor) -> Tensor:
        return torch.stack([fine[:, group].amax(dim=1) for group in self._groups], dim=1)


class RowLoss(nn.Module):
    """The loss of rows by their numbers: against their labels, a teacher's scores, or a mixture of both.

    The first rows are labelled; those beyond `truth` have scores alone.
    """

    truth: Tensor
    scores: Tensor | None

    def __init__(self, labels: RollUpLoss, truth: Tensor, scores: Tensor | None = None, weight: float = 0.0) -> None:
        """Truth [L, F] and, where there is a teacher, its scores [N, F] with N ≥ L; `weight` is the scores' share."""
        super().__init__()
        self._labels = labels
        self._weight = weight
        self.register_buffer("truth", truth)
        self.register_buffer("scores", scores)

    def forward(self, logits: Tensor, rows: Tensor) -> Tensor:
        """Logits [B, F] of rows [B] → the mean loss, a scalar."""
        if self.scores is None:
            loss: Tensor = self._labels(logits, self.truth[rows])
            return loss.mean()
        labelled = rows < len(self.truth)
        hard = self._labels(logits, self.truth[rows.clamp(max=len(self.truth) - 1)])
        soft = self._labels.soft(logits, self.scores[rows])
        share = labelled * (1 - self._weight)
        mixed: Tensor = share * hard + (1 - share) * soft
        return mixed.mean()


def _cross_entropy(logits: Tensor, truth: Tensor, weight: Tensor | None) -> Tensor:
    return binary_cross_entropy_with_logits(logits, truth, pos_weight=weight, reduction="none").mean(dim=1)


def _rarity(truth: Tensor) -> Tensor:
    share = truth.mean(dim=0).clamp(min=1 / len(truth), max=1 - 1 / (1 + len(truth)))  # finite for labels never seen
    return ((1 - share) / share).sqrt()
