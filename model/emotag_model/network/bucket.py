"""How a batch crosses to a GPU: its messages one behind the other, in room of one of few sizes, in one copy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import torch

from emotag_model.network.ragged import RaggedBatch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

_LEAST_TOKENS, _LEAST_MESSAGES = 64, 16


@dataclass(frozen=True, slots=True)
class Bucket:
    """Room for so many tokens and messages; powers of two, so that few graphs serve all batches.

    Attributes:
        tokens: N.
        messages: B.
    """

    tokens: int
    messages: int

    @classmethod
    def of(cls, texts: Sequence[Sequence[int]]) -> Self:
        """Return the smallest that the ids of these texts fit in."""
        return cls(_room(sum(map(len, texts)), _LEAST_TOKENS), _room(len(texts), _LEAST_MESSAGES))

    @property
    def size(self) -> int:
        """Numbers of one batch: ids, owners, starts, ends."""
        return 2 * (self.tokens + self.messages)

    def split(self, numbers: Tensor) -> RaggedBatch:
        """Return the parts of int64 [size] as they lie."""
        sizes = [self.tokens, self.tokens, self.messages, self.messages]
        return RaggedBatch(*torch.split(numbers, sizes))

    def write(self, texts: Sequence[Sequence[int]], numbers: Tensor) -> None:
        """Lay texts out in int64 [size] on the host, and what is left of the room as no message's."""
        ids, owners, starts, ends = (part.numpy() for part in self.split(numbers))
        lengths = np.array([len(text) for text in texts], np.int64)
        behind = lengths.cumsum()
        used = int(lengths.sum())
        ids[:used] = np.concatenate([np.asarray(text, np.int64) for text in texts])
        ids[used:] = 0
        owners[:used] = np.repeat(np.arange(len(texts)), lengths)
        owners[used:] = self.messages
        starts[: len(texts)], ends[: len(texts)] = behind - lengths, behind
        starts[len(texts) :] = ends[len(texts) :] = 0


def _room(count: int, least: int) -> int:
    return max(least, 1 << (count - 1).bit_length()) if count else least
