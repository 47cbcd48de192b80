"""A real engine over a scripted model: slow, failing or held back at a word's notice."""

from __future__ import annotations

import threading
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from emotag_model.checkpoint import Identity
from emotag_model.labels import OUTPUTS, default_labels
from emotag_model.text.tokenizer import Encoding
from emotag_model.text.vocabulary import UNKNOWN_ID
from emotag_service.engine.engine import Engine
from emotag_service.engine.limits import EngineLimits
from emotag_service.engine.pool import ReplicaPlan
from emotag_service.engine.predictors.protocol import Prediction

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

MAX_TOKENS = 64


def token(word: str) -> int:
    """The id of a word."""
    return UNKNOWN_ID + 1 + zlib.crc32(word.encode()) % 100_003


class Words:
    """A tokenizer that takes words as they stand."""

    max_tokens = MAX_TOKENS

    def encode(self, text: str) -> Encoding:
        words = text.split()
        return Encoding([token(word) for word in words[:MAX_TOKENS]], len(words) > MAX_TOKENS)

    def tokens(self, text: str) -> list[str]:
        return text.split()[:MAX_TOKENS]


@dataclass
class Script:
    """What the model does.

    Attributes:
        gate: Batches wait here until it is set; warm-ups do not.
        holds: The word whose batches wait; empty for all.
        batches: How many messages each batch had.
    """

    gate: threading.Event = field(default_factory=threading.Event)
    holds: str = ""
    batches: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gate.set()


class ScriptedPredictor:
    """Says joy of everything with `joy` in it and anger of all else; fails on `poison`."""

    label_count = len(OUTPUTS)
    depth = 1

    def __init__(self, script: Script) -> None:
        self._script = script

    def launch(
        self, token_ids: NDArray[np.int64], lengths: NDArray[np.int64], *, evidence: bool
    ) -> Callable[[], Prediction]:
        return lambda: self._predict(token_ids, lengths, evidence=evidence)

    def _predict(self, ids: NDArray[np.int64], lengths: NDArray[np.int64], *, evidence: bool) -> Prediction:
        if (ids > UNKNOWN_ID).any():
            self._script.batches.append(len(ids))
            held = not self._script.holds or (ids == token(self._script.holds)).any()
            assert not held or self._script.gate.wait(60)
        if (ids == token("poison")).any():
            raise RuntimeError("the text was: poison")
        logits = np.full((len(ids), self.label_count), -4, np.float32)
        joyful = (ids == token("joy")).any(axis=1)
        for head in ("", "basic/"):
            logits[joyful, OUTPUTS.index(f"{head}joy")] = 4
            logits[~joyful, OUTPUTS.index(f"{head}anger")] = 2
        weights = ((ids > 0) / lengths[:, None]).astype(np.float32)[..., None].repeat(self.label_count, axis=2)
        return Prediction(logits, weights if evidence else None)

    def close(self) -> None:
        self._script.gate.set()


def scripted_engine(script: Script, limits: EngineLimits | None = None, replicas: int = 1) -> Engine:
    """An engine of scripted replicas."""
    return Engine(
        model=Identity("scripted", "1.0", "0" * 64),
        tokenizer=Words(),
        taxonomies=list(default_labels().taxonomies.values()),
        replicas=[ReplicaPlan(f"cpu:{number}", lambda: ScriptedPredictor(script)) for number in range(replicas)],
        limits=limits or EngineLimits(),
    )
