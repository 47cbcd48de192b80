"""What training minimises."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from emotag_model.labels import BASIC, EKMAN, GOEMOTIONS, default_labels

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


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


class PlainLoss(nn.Module):
    """Binary cross-entropy over labels that nothing is rolled up from; rare ones count more, as in `RollUpLoss`."""

    weight: Tensor

    def __init__(self, truth: Tensor) -> None:
        """Weigh by `truth` [N, K]."""
        super().__init__()
        self.register_buffer("weight", _rarity(truth))

    def forward(self, logits: Tensor, truth: Tensor) -> Tensor:
        """Logits and truth, both [B, K] → the loss of each row, [B]."""
        return _cross_entropy(logits, truth, self.weight)

    def soft(self, logits: Tensor, scores: Tensor) -> Tensor:
        """Logits and a teacher's scores, both [B, K] → the loss of each row, [B]."""
        return _cross_entropy(logits, scores, None)


HeadLoss: TypeAlias = RollUpLoss | PlainLoss
"""What the outputs of one head are trained by."""


class RowLoss(nn.Module):
    """The loss of rows by their numbers, summed over the heads: against labels, a teacher's scores, or a mixture.

    The first rows are labelled, each in the words of one head or of several; what of a row has neither labels nor
    scores costs nothing. Rows beyond `truth` have scores alone.
    """

    truth: Tensor
    known: Tensor
    scores: Tensor | None

    def __init__(
        self,
        heads: Mapping[str, slice],
        truth: Tensor,
        coarse: float,
        scores: Tensor | None = None,
        weight: float = 0.0,
        basic: float = 1.0,
    ) -> None:
        """Truth [L, F] over all heads' outputs and, where there is a teacher, its scores [N, F] with N ≥ L.

        `coarse` is as in `RollUpLoss`, `weight` the scores' share of the loss of what has labels too, `basic` the
        weight of the head of that name, that of others being 1.
        """
        super().__init__()
        self._heads = dict(heads)
        self._shares = [basic if name == BASIC else 1.0 for name in heads]
        known = torch.stack([truth[:, outputs].amax(dim=1) > 0 for outputs in heads.values()], dim=1)  # [L, H]
        self._losses = nn.ModuleList(
            _head_loss(name, truth[known[:, place]][:, heads[name]], coarse) for place, name in enumerate(heads)
        )
        self._weight = weight
        self.register_buffer("truth", truth)
        self.register_buffer("known", known)
        self.register_buffer("scores", scores)

    def forward(self, logits: Tensor, rows: Tensor) -> Tensor:
        """Logits [B, F] of rows [B] → the mean loss, a scalar."""
        places = rows.clamp(max=len(self.truth) - 1)
        known = self.known[places] & (rows < len(self.truth))[:, None]
        truth = self.truth[places]
        scores = None if self.scores is None else self.scores[rows]
        total = logits.new_zeros(())
        for place, outputs in enumerate(self._heads.values()):
            loss, held = cast("HeadLoss", self._losses[place]), known[:, place]
            rows_loss = held * loss(logits[:, outputs], truth[:, outputs])
            if scores is not None:
                share = held * (1 - self._weight)
                soft = loss.soft(logits[:, outputs], scores[:, outputs])
                rows_loss = (1 - self._weight) * rows_loss + (1 - share) * soft
            total = total + self._shares[place] * rows_loss.mean()
        return total


def _head_loss(name: str, truth: Tensor, coarse: float) -> HeadLoss:
    if name != GOEMOTIONS:
        return PlainLoss(truth)
    return RollUpLoss(truth, default_labels().taxonomy(EKMAN).members, coarse)


def _cross_entropy(logits: Tensor, truth: Tensor, weight: Tensor | None) -> Tensor:
    return binary_cross_entropy_with_logits(logits, truth, pos_weight=weight, reduction="none").mean(dim=1)


def _rarity(truth: Tensor) -> Tensor:
    if not len(truth):
        return torch.ones(truth.shape[1])
    share = truth.mean(dim=0).clamp(min=1 / len(truth), max=1 - 1 / (1 + len(truth)))  # finite for labels never seen
    return ((1 - share) / share).sqrt()
