"""What the lanes of a tagger share."""

from __future__ import annotations

from typing import Any

import pytest

from emotag_service.kafka.records.codecs import make_codec
from emotag_service.kafka.records.record import Source
from emotag_service.kafka.records.rewriter import Rewriter
from emotag_service.kafka.records.routes import Routes
from emotag_service.kafka.tagging import context as context_module
from emotag_service.kafka.tagging.context import LaneContext
from emotag_service.kafka.tagging.progress import Meters
from emotag_service.kafka.tagging.settings import LoopSettings

NOTHING: Any = None


@pytest.mark.parametrize(("delivery", "kind"), [("exactly-once", "ExactlyOnce"), ("at-least-once", "AtLeastOnce")])
def test_writes_are_what_every_topic_of_the_partition_accepts(
    monkeypatch: pytest.MonkeyPatch, delivery: Any, kind: str
) -> None:
    made: list[int] = []
    monkeypatch.setattr(context_module, kind, lambda _, settings, *__: made.append(settings.write_bytes))
    limits: dict[str, int] = {}
    rewriter = Rewriter(make_codec("auto"), Routes(template="{topic}.tagged", pattern="in-.$"), limits=limits)
    settings = LoopSettings(group="g", pattern="in", delivery=delivery)
    context = LaneContext(settings, {}, NOTHING, NOTHING, rewriter, Meters(), NOTHING)
    for found in ({}, {"in-1.tagged": 5_000, "in-1.dead-letters": 2_000}, {"in-2.tagged": 10**9}):
        limits |= found  # as topics are found
        context.writer(Source("in-1", 0))
        context.writer(Source("in-2", 0))
    most = settings.write_bytes
    assert made == [most, most, 2_000, most, 2_000, most]
