"""What the lanes of a tagger share."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from emotag_service.kafka.tagging.writers import AtLeastOnce, ExactlyOnce

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from emotag_service.kafka.records.record import Source
    from emotag_service.kafka.records.rewriter import Rewriter
    from emotag_service.kafka.registry.schemas import Schemas
    from emotag_service.kafka.tagging.feed import Feed
    from emotag_service.kafka.tagging.progress import Meters
    from emotag_service.kafka.tagging.settings import LoopSettings
    from emotag_service.kafka.tagging.tag_engine import TagEngine
    from emotag_service.kafka.tagging.tracing import RecordTracing
    from emotag_service.kafka.tagging.writers import Writer


@dataclass(slots=True)
class LaneContext:
    """What the lanes of a tagger share.

    Attributes:
        settings: Of the loop.
        client: Arguments of every client of the cluster; they may hold a password.
        feed: Where records come from.
        engine: What tags them.
        rewriter: What becomes of each.
        meters: What is counted.
        roomier: Called when a lane holds less than before.
        clock: Monotonic seconds.
        tracing: Makes spans of records; None where nobody traces.
        schemas: Of the values; None where there is no schema registry.
        ready: Has what is written to for an input topic be there; None where it is.
    """

    settings: LoopSettings
    client: dict[str, Any]
    feed: Feed
    engine: TagEngine
    rewriter: Rewriter
    meters: Meters
    roomier: Callable[[], None]
    clock: Callable[[], float] = time.monotonic
    tracing: RecordTracing | None = None
    schemas: Schemas | None = None
    ready: Callable[[str], Awaitable[None]] | None = None

    @property
    def user(self) -> str | None:
        """Who we are to the cluster, for advice on ACLs."""
        return self.client.get("sasl_plain_username")

    @property
    def fenced_seconds(self) -> float:
        """How long a lane that was fenced waits to learn whether its partition is another's."""
        return 2 * self.feed.heartbeat_seconds

    def writer(self, source: Source) -> Writer:
        """Make what a partition is written with, in writes that all its topics accept, as far as is known by now."""
        write_bytes = min([self.settings.write_bytes, *self.rewriter.limits(source.topic)])
        settings = replace(self.settings, write_bytes=write_bytes)
        if settings.delivery == "exactly-once":
            outputs = self.rewriter.written(source.topic)
            return ExactlyOnce(source, settings, self.client, self.feed, outputs)
        return AtLeastOnce(source, settings, self.client, self.feed)
