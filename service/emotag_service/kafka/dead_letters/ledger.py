"""Remembers which letters were replayed, in one consumer group for each reason: one reason can be replayed alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_service.kafka.cluster.consumers import committed_offset, lone_consumer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiokafka import TopicPartition

    from emotag_service.kafka.cluster.client import ClientSettings
    from emotag_service.kafka.records.dead_letter import DeadLetter


class Ledger:
    """Of one partition of letters."""

    def __init__(self, client: ClientSettings, group: str, partition: TopicPartition) -> None:
        """Make one; `group` is the part that the names of all its consumer groups have in common."""
        self._client = client
        self._group = group
        self._partition = partition
        self._next: dict[str, int] = {}

    async def next_offset(self, reason: str) -> int:
        """The letters of this reason are replayed up to this offset."""
        if reason not in self._next:
            self._next[reason] = await self._committed(reason)
        return self._next[reason]

    def offsets(self, letters: Iterable[DeadLetter]) -> dict[str, int]:
        """What to commit for these, by consumer group."""
        return {self._name(letter.reason): letter.record.offset + 1 for letter in letters}

    def done(self, letters: Iterable[DeadLetter]) -> None:
        """They are replayed."""
        self._next |= {letter.reason: letter.record.offset + 1 for letter in letters}

    def _name(self, reason: str) -> str:
        return f"{self._group}.{reason}"

    async def _committed(self, reason: str) -> int:
        consumer = lone_consumer(self._client.kwargs(), group=self._name(reason))
        try:
            await consumer.start()
            return await committed_offset(consumer, self._partition) or 0
        finally:
            await consumer.stop()
