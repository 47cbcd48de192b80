"""An engine that needs no checkpoint and computes nothing, with taxonomies and a clock for it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from emotag_model.checkpoint.identity import Identity
from emotag_model.labels import Taxonomy
from emotag_service.engine.engine import Engine
from emotag_service.engine.limits import EngineLimits
from emotag_service.engine.model import Model, ReplicaPlan
from emotag_service.testing.scripted import ScriptedPredictor, WordTokenizer

if TYPE_CHECKING:
    from collections.abc import Callable

    from emotag_service.engine.predictors.protocol import Predictor

IDENTITY = Identity(name="in-memory", version="0", digest="0" * 64)
FINE = ("joy", "anger", "fear", "neutral")


def in_memory_engine(
    *builds: Callable[[], Predictor] | Predictor,
    limits: EngineLimits | None = None,
    clock: Callable[[], float] = time.monotonic,
    tokenizer: WordTokenizer | None = None,
) -> Engine:
    """Return an engine, not started, over scripted predictors.

    Args:
        builds: One per replica: a predictor, or what builds one; one ScriptedPredictor when there are none.
        limits: The engine's.
        clock: The engine's.
        tokenizer: The model's, and that of the predictors that were given none.
    """
    encoder = tokenizer or WordTokenizer()
    plans = [
        ReplicaPlan(f"fake:{index}", _builder(build, encoder))
        for index, build in enumerate(builds or (ScriptedPredictor(),))
    ]
    model = Model(IDENTITY, plain_taxonomies(), encoder, tuple(plans))
    return Engine(model, limits=limits or EngineLimits(), clock=clock)


def _builder(build: Callable[[], Predictor] | Predictor, encoder: WordTokenizer) -> Callable[[], Predictor]:
    def make() -> Predictor:
        predictor = build() if callable(build) else build
        if isinstance(predictor, ScriptedPredictor) and predictor.tokenizer is None:
            predictor.tokenizer = encoder
        return predictor

    return make


def plain_taxonomies() -> tuple[Taxonomy, ...]:
    """Return a fine taxonomy of four labels, the default, and a coarse one of two over them."""
    fine = Taxonomy.plain("fine", {label: [index] for index, label in enumerate(FINE)})
    return fine, Taxonomy.plain("coarse", {"pleasant": [0, 3], "unpleasant": [1, 2]})


class FakeClock:
    """Called like `time.monotonic`."""

    def __init__(self, now: float = 1_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        """Return the seconds it shows."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Go on."""
        self.now += seconds
