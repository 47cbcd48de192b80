"""Topics are asked about, and made, on real brokers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from emotag_service.kafka.cluster.client import ClientSettings
from emotag_service.kafka.cluster.topics import open_topics
from emotag_service.kafka.errors import SettingsError
from tests.brokers.admin import partition_count
from tests.brokers.protocol import Broker

NewTopic = Callable[..., str]


def _client(broker: Broker) -> ClientSettings:
    return ClientSettings(bootstrap=tuple(broker.bootstrap.split(",")))


async def test_what_is_not_there_is_left_out_and_not_made(broker: Broker, new_topic: NewTopic, name: str) -> None:
    topic = new_topic(broker, "in", partitions=3)
    async with open_topics(_client(broker)) as topics:
        assert await topics.find([topic]) == {topic: 3}
        assert await topics.find([topic, f"{name}.missing"], seconds=0.2) == {topic: 3}
        assert await topics.describe([]) == {}
        assert topic in await topics.names()
        assert not [one for one in await topics.names() if one.startswith("__")]
    assert partition_count(broker.bootstrap, f"{name}.missing") == 0


async def test_missing_topics_are_made_and_usable(broker: Broker, name: str) -> None:
    wanted = {f"{name}.a": 2, f"{name}.b": 5}
    async with open_topics(_client(broker)) as topics:
        assert await topics.create_missing(wanted, 2_000_000) == sorted(wanted)
        assert await topics.create_missing(wanted) == []
        assert await topics.describe(wanted) == wanted
        assert await topics.max_message_bytes(wanted) == dict.fromkeys(wanted, 2_000_000)


async def test_two_taggers_that_start_at_once_make_them_once(broker: Broker, name: str) -> None:
    wanted = {f"{name}.a": 2}

    async def make() -> None:
        async with open_topics(_client(broker)) as topics:
            await topics.create_missing(wanted)

    await asyncio.gather(*(make() for _ in range(4)))
    assert partition_count(broker.bootstrap, f"{name}.a") == 2


async def test_a_name_that_no_topic_can_have(broker: Broker) -> None:
    async with open_topics(_client(broker)) as topics:
        with pytest.raises(SettingsError, match="cannot be the name of a topic"):
            await topics.create_missing({"not a name": 1})
