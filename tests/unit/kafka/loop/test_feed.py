"""The consumer, as far as no broker is needed to try it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from unittest.mock import Mock

import pytest
from aiokafka import ConsumerRebalanceListener
from aiokafka.errors import GroupAuthorizationFailedError, KafkaConnectionError
from structlog.testing import capture_logs

from emotag_service.kafka.loop import feed
from emotag_service.kafka.loop.settings import LoopSettings


class Starting:
    """A consumer whose start fails so often."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.starts = 0
        self.started = asyncio.Event()

    def subscribe(self, **_: Any) -> None:
        """Nothing to do."""

    async def start(self) -> None:
        self.starts += 1
        self.started.set()
        if self.errors:
            raise self.errors.pop(0)


Start = Callable[[Starting], Awaitable[None]]


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Start:
    async def start(consumer: Starting) -> None:
        monkeypatch.setattr(feed, "AIOKafkaConsumer", lambda **_: consumer)
        await feed.Feed(LoopSettings(group="g", topics=("t",)), {}).start(Mock(spec=ConsumerRebalanceListener))

    return start


async def test_a_broker_that_goes_away_before_the_group_is_joined_is_waited_for(start: Start) -> None:
    consumer = Starting(KafkaConnectionError("gone"), KafkaConnectionError("gone"))
    with capture_logs() as logs:
        await start(consumer)
    assert consumer.starts == 3
    assert [logged["event"] for logged in logs] == ["kafka is away"] * 2


async def test_what_no_waiting_mends_is_raised(start: Start) -> None:
    consumer = Starting(GroupAuthorizationFailedError("g"))
    with pytest.raises(GroupAuthorizationFailedError):
        await start(consumer)


async def test_the_wait_can_be_cancelled(start: Start) -> None:
    consumer = Starting(*[KafkaConnectionError("gone")] * 100)
    waiting = asyncio.create_task(start(consumer))
    await consumer.started.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
