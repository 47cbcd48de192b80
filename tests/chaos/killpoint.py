"""Runs `emotag` until it passes a point for the N-th time, and kills it there as `kill -9` does.

`python -m tests.chaos.killpoint POINT N tag-topic …`. The points are in the client library that the tagger calls, so that
the tagger needs no hooks for it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener

from emotag.cli.main import main


class Point(StrEnum):
    """Where a tagger dies."""

    SENT = "sent"  # its records are acknowledged, their offsets are not in the transaction
    OFFSETS_ADDED = "offsets-added"  # and now they are
    COMMITTING = "committing"  # the coordinator was asked to commit, and may have heard it
    COMMITTED = "committed"  # and has answered
    ASSIGNED = "assigned"  # at the begin of the callback
    TAKEN_OVER = "taken-over"  # at its end
    REVOKED = "revoked"
    GIVEN_BACK = "given-back"


class Passing:
    """Counts how often the process passes its point."""

    def __init__(self, point: Point, last: int) -> None:
        self._point, self._left = point, last

    def at(self, point: Point) -> bool:
        """Count it, and say whether this is the end."""
        if point is self._point:
            self._left -= 1
        return self._left == 0

    def by(self, point: Point) -> None:
        """Die if this is the end."""
        if self.at(point):
            die()


def die() -> None:
    """End as by `kill -9`."""
    os.kill(os.getpid(), signal.SIGKILL)


def install(passing: Passing) -> None:
    """Let the process die at its point."""
    _around(AIOKafkaProducer, "send_offsets_to_transaction", passing, Point.SENT, Point.OFFSETS_ADDED)
    _while_committing(passing)
    subscribe = AIOKafkaConsumer.subscribe

    def subscribe_with_points(consumer: AIOKafkaConsumer, *args: Any, listener: Any = None, **options: Any) -> None:
        listener = _Listener(listener, passing) if listener is not None else None
        subscribe(consumer, *args, listener=listener, **options)

    AIOKafkaConsumer.subscribe = subscribe_with_points


class _Listener(ConsumerRebalanceListener):
    def __init__(self, inner: Any, passing: Passing) -> None:
        self._inner, self._passing = inner, passing

    async def on_partitions_revoked(self, revoked: Any) -> None:
        if revoked:
            self._passing.by(Point.REVOKED)
        await _maybe(self._inner.on_partitions_revoked(revoked))
        if revoked:
            self._passing.by(Point.GIVEN_BACK)

    async def on_partitions_assigned(self, assigned: Any) -> None:
        if assigned:
            self._passing.by(Point.ASSIGNED)
        await _maybe(self._inner.on_partitions_assigned(assigned))
        if assigned:
            self._passing.by(Point.TAKEN_OVER)


async def _maybe(result: Awaitable[None] | None) -> None:
    if result is not None:
        await result


def _around(owner: type, name: str, passing: Passing, before: Point, after: Point) -> None:
    original: Callable[..., Awaitable[None]] = getattr(owner, name)

    async def wrapped(*args: Any) -> None:
        passing.by(before)
        await original(*args)
        passing.by(after)

    setattr(owner, name, wrapped)


def _while_committing(passing: Passing) -> None:
    commit = AIOKafkaProducer.commit_transaction

    async def commit_or_die(producer: AIOKafkaProducer) -> None:
        committing = asyncio.ensure_future(commit(producer))
        if passing.at(Point.COMMITTING):
            await asyncio.sleep(0.002)  # enough for the request to leave; whether it is heard is left to chance
            die()
        await committing
        passing.by(Point.COMMITTED)

    AIOKafkaProducer.commit_transaction = commit_or_die


if __name__ == "__main__":
    install(Passing(Point(sys.argv[1]), int(sys.argv[2])))
    sys.exit(main(sys.argv[3:]))
