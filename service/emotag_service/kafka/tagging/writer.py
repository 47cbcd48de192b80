"""What a lane writes with: its protocol, and the writer that commits offsets once tags are acknowledged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from emotag_service.kafka.cluster.outbox import RecordOutbox
from emotag_service.kafka.cluster.producers import close_producer, idempotent_producer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emotag_service.kafka.records.record import Source, Written
    from emotag_service.kafka.tagging.feed import Feed
    from emotag_service.kafka.tagging.settings import LoopSettings


class Writer(Protocol):
    """Writes one partition's records and the offsets that go with them.

    After any error it is of no more use: close it, start a new one, and read on from what is committed.
    """

    async def start(self) -> int | None:
        """Take the partition over from whoever wrote for it before; return the offset to go on from, or None."""

    async def begin(self) -> None:
        """Begin a transaction."""

    async def send(self, written: Sequence[Written], *, alone: bool = False) -> None:
        """Hand records over, in order; waits while too much is under way.

        Args:
            written: What to write.
            alone: One write per record, so that a refusal names it.
        """

    async def commit(self, offset: int) -> None:
        """Make everything since `begin` visible, together with `offset`, the next to be read.

        Raises:
            RefusedError: A topic refused a record for what is in it.
        """

    async def abort(self) -> None:
        """Undo everything since `begin`, as far as the cluster still listens."""

    async def close(self) -> None:
        """Let go; never raises."""


class AtLeastOnce:
    """A Writer without transactions. Its producer is idempotent: order holds, and retries do not double."""

    def __init__(self, source: Source, settings: LoopSettings, client: dict[str, Any], feed: Feed) -> None:
        """Make one.

        Args:
            source: The input partition.
            settings: Of the loop.
            client: Arguments of every client of the cluster.
            feed: Knows and commits the partition's offset.
        """
        self._source = source
        self._feed = feed
        self._producer = idempotent_producer(client, batch_bytes=settings.write_bytes)
        self._outbox = RecordOutbox(self._producer, source)

    async def start(self) -> int | None:
        """See `Writer`."""
        await self._producer.start()
        return await self._feed.committed(self._source)

    async def begin(self) -> None:
        """See `Writer`."""
        self._outbox.forget()

    async def send(self, written: Sequence[Written], *, alone: bool = False) -> None:
        """See `Writer`."""
        await self._outbox.send(written, alone=alone)

    async def commit(self, offset: int) -> None:
        """See `Writer`."""
        await self._outbox.delivered()
        await self._feed.commit(self._source, offset)

    async def abort(self) -> None:
        """See `Writer`: what is written stays written."""

    async def close(self) -> None:
        """See `Writer`."""
        self._outbox.forget()
        await close_producer(self._producer)
