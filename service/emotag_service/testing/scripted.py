"""A predictor that does as a test tells it, slow, failing, hanging or returning nonsense; and a tokenizer for it."""

from __future__ import annotations

from functools import partial
from threading import Condition
from typing import TYPE_CHECKING

import numpy as np

from emotag_model.text.tokenizer import Encoding
from emotag_service.engine.predictors.protocol import WARM_UP_WORD, Prediction

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

_PATIENCE = 60.0  # seconds until a held predictor whose test forgot it lets go
_FIRST_ID = 2  # 0 is padding, 1 the unknown word that warm-ups are made of


class ScriptedPredictor:
    """Its logits depend on the token ids alone: label `sum(ids) % L` stands out. Warm-ups follow no script.

    Attributes:
        label_count: Columns of the logits.
        depth: Batches in flight that the replica may have.
        tokenizer: Cuts its texts; that of the engine which it is given to, unless one is set before.
        batches: The token ids of every batch collected, warm-ups left out.
        on_batch: Called with such lists before each is computed, on the replica's thread; may raise, may block.
        garble: Applied to the logits of every batch.
        closed: `close` was called.
    """

    def __init__(self, label_count: int = 4, depth: int = 1) -> None:
        self.label_count = label_count
        self.depth = depth
        self.tokenizer: WordTokenizer | None = None
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

    def launch(self, texts: Sequence[str], *, evidence: bool) -> Callable[[], Prediction]:
        """Return what plays the script."""
        return partial(self._play, texts, evidence)

    def close(self) -> None:
        """Take note."""
        self.closed = True

    def _play(self, texts: Sequence[str], evidence: bool) -> Prediction:
        assert self.tokenizer is not None  # noqa: S101, narrows for mypy; `in_memory_engine` sets it
        found = [self.tokenizer.encode(text) for text in texts]
        rows = [each.ids for each in found]
        warm_up = all(word == WARM_UP_WORD for text in texts for word in text.split())
        if not warm_up:
            self._follow_script(rows)
        logits = self.logits_of(rows)
        if self.garble is not None and not warm_up:
            logits = self.garble(logits)
        shares = [np.full((len(row), self.label_count), 1 / max(len(row), 1), np.float32) for row in rows]
        lengths, truncated = [len(row) for row in rows], [each.truncated for each in found]
        return Prediction(
            logits, np.array(lengths, np.int32), np.array(truncated, np.bool_), shares if evidence else None
        )

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


class WordTokenizer:
    """Splits at blanks, and remembers every word, so that a script may name the words it reacts to."""

    def __init__(self, max_tokens: int = 128) -> None:
        self.max_tokens = max_tokens
        self._ids: dict[str, int] = {}

    def encode(self, text: str) -> Encoding:
        """Return the ids of the first `max_tokens` words, and whether there were more."""
        words = text.split()
        return Encoding([self.id_of(word) for word in words[: self.max_tokens]], len(words) > self.max_tokens)

    def tokens(self, text: str) -> list[str]:
        """Return the words that the ids stand for."""
        return text.split()[: self.max_tokens]

    def id_of(self, word: str) -> int:
        """Return the id of a word, a new one if need be."""
        return self._ids.setdefault(word, len(self._ids) + _FIRST_ID)
