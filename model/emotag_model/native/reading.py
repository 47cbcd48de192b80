"""One call from texts to logits: encoder and network of one checkpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from emotag_model.native.encoder import NativeEncoder, join
from emotag_model.native.library import address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emotag_model.native.network import NativeNetwork


class Reading(NamedTuple):
    """What was read of B texts.

    Attributes:
        logits: [B, outputs] float32.
        lengths: [B], tokens of each; the logits of a text without any mean nothing.
        truncated: [B], whether a text has more tokens than are read.
    """

    logits: NDArray[np.float32]
    lengths: NDArray[np.int32]
    truncated: NDArray[np.bool_]


def read(encoder: NativeEncoder, network: NativeNetwork, texts: Sequence[str]) -> Reading:
    """Read texts in one call without the GIL. Raises RefusedError if the two are of different vocabularies."""
    data, ends = join(texts)
    count = len(texts)
    logits = np.empty((count, network.outputs), np.float32)
    lengths, truncated = np.empty(count, np.int32), np.empty(count, np.bool_)
    network.library.attempt(
        "emotag_read",
        *(encoder.handle, network.handle, data, ends.buffer_info()[0], count),
        *(address(logits), address(lengths), address(truncated)),
    )
    return Reading(logits, lengths, truncated)
