"""A predictor that does as a test tells it: slow, failing, hanging, or returning nonsense."""

from __future__ import annotations

from functools import partial
from threading import Condition
from typing import TYPE_CHECKING

import numpy as np

from emotag_service.engine.predictors.protocol import Prediction

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_WARM_UP_ID = 1
_PATIENCE = 60.0  # seconds until a held predictor whose test forgot it lets go


class ScriptedPredictor:
    """Its logits depend on the token ids alone: label `sum(ids) % L` stands out. Warm-ups follow no script.

    Attributes:
        label_count: Columns of the logits.
        depth: Batches in flight that the replica may have.
        batches: The token ids of every batch collected, warm-ups left out, as lists without padding.
        on_batch: Called with such lists before each is computed, on the replica's thread; may raise, may block.
        garble: Applied to the logits of every batch.
        closed: `close` was called.
    """

    def __init__(self, label_count: int = 4, depth: int = 1) -> None:
        self.label_count = label_count
        self.depth = depth
        self.batches: list[list[list[int]]] = []
        self.on_batch: Callable[[list[list[int]]], None] | None = None
        self.garble: Callable[[NDArray[np.float32]], NDArray[np.float32]] | None = None
        self.closed = False
        self._changed = Condition()
        self._held = False
        self._waiting = 0

    def hold(self) -> None:
        """Let every further batch hang until `release`."""
        with self._changed:
            self._held = True

    def release(self) -> None:
        """Let what hangs go on."""
        with self._changed:
            self._held = False
            self._changed.notify_all()

    def wait_until_hanging(self, batches: int = 1) -> bool:
        """Block until that many batches hang; False after a minute."""
        with self._changed:
            return self._changed.wait_for(lambda: self._waiting >= batches, _PATIENCE)

    def launch(
        self, token_ids: NDArray[np.int64], lengths: NDArray[np.int64], *, evidence: bool
    ) -> Callable[[], Prediction]:
        """Return what plays the script. token_ids [B, T], lengths [B]."""
        return partial(self._play, token_ids, lengths, evidence)

    def close(self) -> None:
        """Take note."""
        self.closed = True

    def _play(self, token_ids: NDArray[np.int64], lengths: NDArray[np.int64], evidence: bool) -> Prediction:
        rows = [row[:length].tolist() for row, length in zip(token_ids, lengths, strict=True)]
        warm_up = all(token == _WARM_UP_ID for row in rows for token in row)
        if not warm_up:
            self._follow_script(rows)
        logits = self.logits_of(rows)
        if self.garble is not None and not warm_up:
            logits = self.garble(logits)
        shares = ((token_ids != 0) / lengths[:, None]).astype(np.float32)[..., None]  # [B, T, 1], alike for every label
        return Prediction(logits, shares.repeat(self.label_count, axis=2) if evidence else None)

    def logits_of(self, rows: list[list[int]]) -> NDArray[np.float32]:
        """Return the logits [B, L] that it answers token ids with."""
        logits = np.full((len(rows), self.label_count), -4.0, dtype=np.float32)
        logits[np.arange(len(rows)), [sum(row) % self.label_count for row in rows]] = 4.0
        return logits

    def _follow_script(self, rows: list[list[int]]) -> None:
        self.batches.append(rows)
        if self.on_batch is not None:
            self.on_batch(rows)
        with self._changed:
            if self._held:
                self._waiting += 1
                self._changed.notify_all()
                self._changed.wait_for(lambda: not self._held, _PATIENCE)
                self._waiting -= 1
