"""A checkpoint read by torch: the slow truth beside the native core."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emotag_model.native.reading import Reading
from emotag_model.network.folded import FoldedCnnBiSru
from emotag_model.text.padding import pad

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emotag_model.checkpoint import Checkpoint
    from emotag_model.text import Encoding


class TorchReader:
    """A `Reader` by the tokenizer and the folded network.

    Attributes:
        name: "torch".
    """

    name = "torch"

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._tokenizer = checkpoint.tokenizer
        self._network = FoldedCnnBiSru.from_network(checkpoint.network())
        self._outputs = checkpoint.config.label_count

    def read(self, texts: Sequence[str]) -> Reading:
        """As `Reader.read`."""
        found = [self._tokenizer.encode(text) for text in texts]
        if not found:
            return _reading(found, np.empty((0, self._outputs), np.float32))
        return _reading(found, self._network.predict(*pad([each.ids for each in found])).numpy())

    def explain(self, texts: Sequence[str]) -> tuple[Reading, list[NDArray[np.float32]]]:
        """As `Reader.explain`."""
        found = [self._tokenizer.encode(text) for text in texts]
        if not found:
            return self.read(texts), []
        logits, evidence = (each.numpy() for each in self._network.explain(*pad([each.ids for each in found])))
        return _reading(found, logits), [row[: len(each.ids)] for row, each in zip(evidence, found, strict=True)]


def _reading(found: Sequence[Encoding], logits: NDArray[np.float32]) -> Reading:
    lengths = np.array([len(each.ids) for each in found], np.int32)
    return Reading(logits, lengths, np.array([each.truncated for each in found], np.bool_))
