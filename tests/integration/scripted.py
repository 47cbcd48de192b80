"""A real engine over a scripted model: slow, failing or held back at a word's notice."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from emotag_model.checkpoint import Identity
from emotag_model.labels import OUTPUTS, default_labels
from emotag_model.text.tokenizer import Encoding
from emotag_model.text.vocabulary import UNKNOWN_ID
from emotag_service.engine.engine import Engine
from emotag_service.engine.limits import EngineLimits
from emotag_service.engine.model import Model, ReplicaPlan
from emotag_service.engine.predictors.protocol import WARM_UP_WORD, Prediction

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MAX_TOKENS = 64


class Words:
    """A tokenizer that takes words as they stand; its ids mean nothing, since the script goes by the words."""

    max_tokens = MAX_TOKENS

    def encode(self, text: str) -> Encoding:
        words = text.split()
        return Encoding([UNKNOWN_ID] * len(words[:MAX_TOKENS]), len(words) > MAX_TOKENS)

    def tokens(self, text: str) -> list[str]:
        return text.split()[:MAX_TOKENS]


@dataclass
class Script:
    """What the model does.

    Attributes:
        gate: Batches wait here until it is set; warm-ups do not.
        builds: Replicas are not built before it is set.
        fails: None can be built.
        holds: The word whose batches wait; empty for all.
        batches: How many messages each batch had.
    """

    gate: threading.Event = field(default_factory=threading.Event)
    builds: threading.Event = field(default_factory=threading.Event)
    fails: bool = False
    holds: str = ""
    batches: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gate.set()
        self.builds.set()


class ScriptedPredictor:
    """Says joy of everything with `joy` in it and anger of all else; fails on `poison`."""

    label_count = len(OUTPUTS)
    depth = 1

    def __init__(self, script: Script) -> None:
        self._script = script
        assert script.builds.wait(60)
        if script.fails:
            raise RuntimeError("no such device")

    def launch(self, texts: Sequence[str], *, evidence: bool) -> Callable[[], Prediction]:
        return lambda: self._predict([text.split() for text in texts], evidence=evidence)

    def _predict(self, texts: list[list[str]], *, evidence: bool) -> Prediction:
        read = [words[:MAX_TOKENS] for words in texts]
        if any(word != WARM_UP_WORD for words in read for word in words):
            self._script.batches.append(len(read))
            held = not self._script.holds or any(self._script.holds in words for words in read)
            assert not held or self._script.gate.wait(60)
        if any("poison" in words for words in read):
            raise RuntimeError("the text was: poison")
        logits = np.full((len(read), self.label_count), -4, np.float32)
        joyful = np.array(["joy" in words for words in read])
        for head in ("", "basic/"):
            logits[joyful, OUTPUTS.index(f"{head}joy")] = 4
            logits[~joyful, OUTPUTS.index(f"{head}anger")] = 2
        shares = [np.full((len(words), self.label_count), 1 / max(len(words), 1), np.float32) for words in read]
        lengths = np.array([len(words) for words in read], np.int32)
        truncated = np.array([len(words) > MAX_TOKENS for words in texts])
        return Prediction(logits, lengths, truncated, shares if evidence else None)

    def close(self) -> None:
        self._script.gate.set()


def scripted_engine(
    script: Script, limits: EngineLimits | None = None, replicas: int = 1, *, instant: bool = False
) -> Engine:
    """An engine of scripted replicas; with `instant` it computes few words on the event loop, as the shipped one."""
    plans = [ReplicaPlan(f"cpu:{number}", lambda: ScriptedPredictor(script)) for number in range(replicas)]
    model = Model(
        Identity("scripted", "1.0", "0" * 64),
        tuple(default_labels().taxonomies.values()),
        Words(),
        tuple(plans),
        instant=(lambda: ScriptedPredictor(script)) if instant else None,
    )
    return Engine(model, limits=limits or EngineLimits())
