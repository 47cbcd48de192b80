"""Writes tags, and commits offsets once they are acknowledged: after a failure some records are tagged twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emotag_service.kafka.cluster.outbox import RecordOutbox
from emotag_service.kafka.cluster.producers import close_producer, idempotent_producer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from emotag_service.kafka.loop.settings import LoopSettings
    from emotag_service.kafka.records.record import Source, Written


class AtLeastOnce:
    """A Writer without transactions. Its producer is idempotent: order holds, and retries do not double."""

    def __init__(
        self,
        source: Source,
        settings: LoopSettings,
        client: dict[str, Any],
        committed: Callable[[], Awaitable[int | None]],
        commit: Callable[[int], Awaitable[None]],
    ) -> None:
        """Make one; `commit` commits the partition's offset for the group, the rest is as for `ExactlyOnce`."""
        self._committed = committed
        self._commit = commit
        self._producer = idempotent_producer(client, batch_bytes=settings.write_bytes)
        self._outbox = RecordOutbox(self._producer, source)

    async def start(self) -> int | None:
        """See `Writer`."""
        await self._producer.start()
        return await self._committed()

    async def begin(self) -> None:
        """See `Writer`."""
        self._outbox.forget()

    async def send(self, written: Sequence[Written], *, alone: bool = False) -> None:
        """See `Writer`."""
        await self._outbox.send(written, alone=alone)

    async def commit(self, offset: int) -> None:
        """See `Writer`."""
        await self._outbox.delivered()
        await self._commit(offset)

    async def abort(self) -> None:
        """See `Writer`: what is written stays written."""

    async def close(self) -> None:
        """See `Writer`."""
        self._outbox.forget()
        await close_producer(self._producer)
