"""Token ids of several texts as one padded tensor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from emotag_model.text.vocabulary import PADDING_ID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


def pad(texts: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Ids of B texts → ids [B, T] int64, padded at the end to the longest, and lengths [B] int64."""
    lengths = [len(ids) for ids in texts]
    width = max(*lengths, 1)
    rows = [[*ids, *([PADDING_ID] * (width - len(ids)))] for ids in texts]
    return torch.tensor(rows), torch.tensor(lengths)
