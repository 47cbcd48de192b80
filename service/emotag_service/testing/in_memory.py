"""An engine that needs no checkpoint and computes nothing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from emotag_model.checkpoint.identity import Identity
from emotag_service.engine.engine import Engine
from emotag_service.engine.limits import EngineLimits
from emotag_service.engine.model import Model, ReplicaPlan
from emotag_service.testing.labels import plain_taxonomies
from emotag_service.testing.scripted import ScriptedPredictor
from emotag_service.testing.tokenizer import WordTokenizer

if TYPE_CHECKING:
    from collections.abc import Callable

    from emotag_service.engine.predictors.protocol import Predictor

IDENTITY = Identity(name="in-memory", version="0", digest="0" * 64)


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
