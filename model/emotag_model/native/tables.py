"""What the native core reads, from the cache where it is there: tables of characters and the folded table of words."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from emotag_model.native.cache import Contents, cached, cached_bytes
from emotag_model.native.characters import BUILT, STAMP, character_tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    from numpy.typing import NDArray

    from emotag_model.native.folding import Folding

LAYOUT = 1
"""Of a row of the folded table; raised with every change to how it is folded."""

_LARGEST_HALF = 65_504.0


def word_table(folding: Folding, key: str, kind: Literal["float32", "float16"]) -> NDArray[Any]:
    """Return the folded table of a checkpoint, in single or in half precision.

    It is kept under `key`, which tells the checkpoint from all others; without one it is made each time.
    """

    def blocks() -> Iterator[NDArray[Any]]:
        for block in folding.table():
            yield np.clip(block, -_LARGEST_HALF, _LARGEST_HALF) if kind == "float16" else block

    shape = (folding.config.vocabulary_size, folding.row)
    contents = Contents(kind, shape, blocks)
    return cached(f"words {LAYOUT} {key} {kind}", contents) if key else contents.made()


@cache
def character_table() -> NDArray[np.uint32]:
    """Return the tables of characters of this Python."""
    if BUILT.exists():  # made with the library, by a Python like this one
        return np.fromfile(BUILT, np.uint32)
    return np.frombuffer(cached_bytes(f"characters {STAMP}", lambda: character_tables().tobytes()), np.uint32)
