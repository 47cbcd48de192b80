"""A checkpoint's reader, native or torch, on a CPU."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from emotag_service.engine.predictors.protocol import Prediction

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from emotag_model.reader import Reader


class ReaderPredictor:
    """Computes on one core, and when collected: nothing is gained by launching a second batch before.

    More cores are for more replicas, which share one reader: its tables are there once.

    Attributes:
        label_count: Columns of the logits.
        depth: 1.
    """

    depth = 1

    def __init__(self, reader: Reader, label_count: int) -> None:
        self.label_count = label_count
        self._reader = reader

    def launch(self, texts: Sequence[str], *, evidence: bool) -> Callable[[], Prediction]:
        """Return what reads B texts."""
        return partial(self._explain if evidence else self._read, texts)

    def close(self) -> None:
        """Nothing to give back: the reader is shared."""

    def _read(self, texts: Sequence[str]) -> Prediction:
        return Prediction(*self._reader.read(texts))

    def _explain(self, texts: Sequence[str]) -> Prediction:
        reading, evidence = self._reader.explain(texts)
        return Prediction(*reading, evidence)
