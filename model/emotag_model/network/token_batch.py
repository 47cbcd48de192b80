"""A padded batch as the folded path reads it: time-major, cut to its longest message, padding told by id 0 alone."""

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from emotag_model.network.masking import pooling_mask, token_mask


@dataclass(frozen=True, eq=False, slots=True)
class TokenBatch:
    """Token ids of B messages over T steps.

    Attributes:
        ids: [T, B] int64, 0 wherever no token stands.
        shares: [T, B] float; 1 / length at a message's tokens, 0 at padding.
        penalty: [T, B, 1] float; 0 at tokens, -inf at padding, or None where there is no padding at all.
    """

    ids: Tensor
    shares: Tensor
    penalty: Tensor | None

    @classmethod
    def of(cls, token_ids: Tensor, lengths: Tensor) -> Self:
        """Build one from ids [B, T] and lengths [B]; a message of length 0 counts as one position of padding."""
        steps = max(1, int(lengths.max()))
        ids = token_ids[:, :steps]
        if int(lengths.min()) == steps:
            return cls(ids.t().contiguous(), torch.full((steps, len(ids)), 1 / steps), None)
        mask = token_mask(lengths, steps)
        pooled = pooling_mask(lengths, steps).t().float()
        return cls((ids * mask).t().contiguous(), pooled / pooled.sum(dim=0), pooled.log().unsqueeze(-1))

    def pool(self, values: Tensor) -> Tensor:
        """Maximum over a message's own steps: [T, B, C] → [B, C]. May write into ``values``."""
        return (values if self.penalty is None else values.add_(self.penalty)).amax(dim=0)


def check_batch(token_ids: Tensor, lengths: Tensor, vocabulary_size: int) -> None:
    """Refuse what would be computed wrongly instead of failing.

    Raises:
        ValueError: the shapes do not match, the batch is empty, or a length or an id is out of range.
    """
    if token_ids.dim() != 2 or lengths.shape != token_ids.shape[:1] or not token_ids.numel():
        raise ValueError(
            "token_ids must be [B, T] and lengths [B] with B and T at least 1, "
            f"got {list(token_ids.shape)} and {list(lengths.shape)}",
        )
    _check_range("lengths", lengths, token_ids.shape[1])
    _check_range("token_ids", token_ids, vocabulary_size - 1)


def _check_range(name: str, values: Tensor, highest: int) -> None:
    low, high = (int(bound) for bound in values.aminmax())
    if low < 0 or high > highest:
        raise ValueError(f"{name} must lie between 0 and {highest}, got values from {low} to {high}")
