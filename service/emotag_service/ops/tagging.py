"""The view of `emotag tag-topic`."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from emotag_service.ops.engine_metrics import EngineMetrics
from emotag_service.ops.kafka_metrics import KafkaMetrics
from emotag_service.ops.label_window import LabelWindow
from emotag_service.ops.view import View, model, new_registry

if TYPE_CHECKING:
    from emotag_service.kafka.service import TaggerService
    from emotag_service.kafka.tagging.progress import Meters
    from emotag_service.ops.drift_reference import Reference

_STALE_SECONDS = 30.0


def tagging_view(service: TaggerService, reference: Reference) -> View:
    """Make the view of a tagger that is about to run on this event loop."""
    registry = new_registry()
    registry.register(KafkaMetrics(service.meters))
    registry.register(EngineMetrics(lambda: service.engine, expected=lambda: service.loads))
    return View(
        loop=asyncio.get_running_loop(),
        unready=lambda: _unready(service.meters),
        model=lambda: model(service.engine),
        window=LabelWindow(lambda: service.engine, reference),
        registry=registry,
    )


def _unready(meters: Meters) -> str:
    if not meters.last_progress:
        return "starting: nothing was read from the input yet"
    now = time.monotonic()
    silent = now - meters.last_progress
    if silent > _STALE_SECONDS:
        return f"stuck: nothing could be read or committed for {silent:.0f} s"
    for source, since in dict(meters.waiting).items():
        if now - since > _STALE_SECONDS:
            return f"stuck: {source} has waited for {now - since:.0f} s to be taken over; the log says what for"
    return ""
