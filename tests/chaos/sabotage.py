"""Runs `emotag` with one of the things undone that make it exactly-once: `python -m tests.chaos.sabotage WHAT tag-topic …`.

The verifier has to find it out; a verifier that does not proves nothing about the tagger that ships.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from emotag.cli.main import main

COMMIT_SECONDS = 1.0
WHAT = ("commit-outside", "private-ids")


class Aside:
    """Commits offsets by the consumer every second, as consumers do by default, and not in the transaction."""

    def __init__(self) -> None:
        self._pending: dict[Any, int] = {}
        self._started: list[AIOKafkaConsumer] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def install(self) -> None:
        start = AIOKafkaConsumer.start

        async def start_and_commit(consumer: AIOKafkaConsumer) -> None:
            await start(consumer)
            self._tasks.add(asyncio.create_task(self._commit_for_ever(consumer)))

        async def put_aside(_: AIOKafkaProducer, offsets: dict[Any, int], group_id: str) -> None:
            self._pending.update(offsets)

        AIOKafkaConsumer.start = start_and_commit
        AIOKafkaProducer.send_offsets_to_transaction = put_aside

    async def _commit_for_ever(self, consumer: AIOKafkaConsumer) -> None:
        while True:
            await asyncio.sleep(COMMIT_SECONDS)
            mine = {place: offset for place, offset in self._pending.items() if place in consumer.assignment()}
            if mine:
                await consumer.commit(mine)


def private_ids() -> None:
    """Give every process transactional ids of its own: nobody is fenced."""
    make = AIOKafkaProducer.__init__

    def make_private(
        producer: AIOKafkaProducer, *args: Any, transactional_id: str | None = None, **options: Any
    ) -> None:
        identity = f"{transactional_id}:{os.getpid()}" if transactional_id else None
        make(producer, *args, transactional_id=identity, **options)

    AIOKafkaProducer.__init__ = make_private


INSTALL: dict[str, Callable[[], None]] = {"commit-outside": Aside().install, "private-ids": private_ids}

if __name__ == "__main__":
    INSTALL[sys.argv[1]]()
    sys.exit(main(sys.argv[2:]))
