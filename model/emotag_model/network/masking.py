"""Which positions of a padded batch hold tokens: masks and the pooling that honours them."""

import torch
from torch import Tensor


def token_mask(lengths: Tensor, steps: int) -> Tensor:
    """[B] lengths in tokens → [B, steps] bool, True where a token stands."""
    return torch.arange(steps, device=lengths.device) < lengths.unsqueeze(1)


def pooling_mask(lengths: Tensor, steps: int) -> Tensor:
    """As ``token_mask``, but a message without tokens keeps its first, empty position so that pooling stays finite."""
    return token_mask(lengths.clamp(min=1), steps)


def masked_max(values: Tensor, mask: Tensor) -> Tensor:
    """Maximum over the steps where ``mask`` [B, T] is True: [B, T, C] → [B, C]."""
    return values.masked_fill(~mask.unsqueeze(-1), float("-inf")).amax(dim=1)
