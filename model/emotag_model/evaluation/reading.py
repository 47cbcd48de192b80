"""Reads labelled messages with a checkpoint, by what it is served by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_model.text.errors import TextDataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from emotag_model.reader import Reader
    from emotag_model.text.examples import Example


def logits_of(reader: Reader, examples: Sequence[Example]) -> NDArray[np.float32]:
    """N messages → logits [N, F]. Raises TextDataError naming the line of one in which there is nothing to read."""
    reading = reader.read([example.text for example in examples])
    for example, length in zip(examples, reading.lengths.tolist(), strict=True):
        if not length:
            raise TextDataError(f"{example.place}: text shows nothing (only blanks, controls or zero-width characters)")
    return reading.logits
