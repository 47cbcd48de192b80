"""What the lanes of a tagger share."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from emotag_service.kafka.loop.at_least_once import AtLeastOnce
from emotag_service.kafka.loop.exactly_once import ExactlyOnce

if TYPE_CHECKING:
    from collections.abc import Callable

    from emotag_service.kafka.engines.protocol import TagEngine
    from emotag_service.kafka.loop.feed import Feed
    from emotag_service.kafka.loop.settings import LoopSettings
    from emotag_service.kafka.loop.writer import Writer
    from emotag_service.kafka.meters import Meters
    from emotag_service.kafka.records.record import Source
    from emotag_service.kafka.records.rewriter import Rewriter


@dataclass(slots=True)
class Workshop:
    """What the lanes of a tagger share.

    Attributes:
        settings: Of the loop.
        client: Arguments of every client of the cluster; they may hold a password.
        feed: Where records come from.
        engine: What tags them.
        rewriter: What becomes of each.
        meters: What is counted.
        clock: Monotonic seconds.
        roomier: Called when a lane holds less than before.
    """

    settings: LoopSettings
    client: dict[str, Any]
    feed: Feed
    engine: TagEngine
    rewriter: Rewriter
    meters: Meters
    roomier: Callable[[], None]
    clock: Callable[[], float] = time.monotonic

    @property
    def user(self) -> str | None:
        """Who we are to the cluster, for advice on ACLs."""
        return self.client.get("sasl_plain_username")

    @property
    def fenced_seconds(self) -> float:
        """How long a lane that was fenced waits to learn whether its partition is another's."""
        return 2 * self.feed.heartbeat_seconds

    def writer(self, source: Source) -> Writer:
        """Make what a partition is written with."""

        async def committed() -> int | None:
            return await self.feed.committed(source)

        async def commit(offset: int) -> None:
            await self.feed.commit(source, offset)

        if self.settings.delivery == "exactly-once":
            return ExactlyOnce(source, self.settings, self.client, committed, self.rewriter.written(source.topic))
        return AtLeastOnce(source, self.settings, self.client, committed, commit)
