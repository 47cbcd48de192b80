"""Ragged token ids to padded arrays."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def collate(rows: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (token_ids [B, T] padded with 0, lengths [B]) with T the longest row's length."""
    lengths = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
    token_ids = np.zeros((len(rows), int(lengths.max())), dtype=np.int64)
    filled = np.arange(token_ids.shape[1]) < lengths[:, None]  # [B, T], in the order that the ids are chained in
    token_ids[filled] = np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=int(lengths.sum()))
    return token_ids, lengths
