"""Topics are asked about, and made, on real brokers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from emotag_service.kafka.client import ClientSettings
from emotag_service.kafka.destinations import Destinations
from emotag_service.kafka.errors import ClusterError, SettingsError
from emotag_service.kafka.reach import answers, reach
from emotag_service.kafka.topics import open_topics
from emotag_service.kafka.treatments.routes import Routes
from tests.brokers.admin import make_topic, partition_count
from tests.brokers.ports import stable_port
from tests.brokers.protocol import Broker

NewTopic = Callable[..., str]


def _client(broker: Broker) -> ClientSettings:
    return ClientSettings(bootstrap=tuple(broker.bootstrap.split(",")))


def _destinations(broker: Broker, routes: Routes, *, create: bool = True) -> Destinations:
    return Destinations(_client(broker), routes, create=create)


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


async def test_outputs_are_as_wide_as_their_widest_input_and_have_room(broker: Broker, new_topic: NewTopic) -> None:
    narrow = new_topic(broker, "narrow", partitions=2, max_message_bytes="5000")
    wide = new_topic(broker, "wide", partitions=4, max_message_bytes="9000")
    out = f"{wide}.out"
    destinations = _destinations(broker, Routes(output=out, inputs=(narrow, wide)))
    await destinations.prepare([narrow, wide])
    assert partition_count(broker.bootstrap, out) == 4
    assert partition_count(broker.bootstrap, f"{narrow}.dead-letters") == 2
    assert set(destinations.limits) == {out, f"{narrow}.dead-letters", f"{wide}.dead-letters"}
    assert set(destinations.limits.values()) == {9_000 + 64 * 1024}


async def test_an_input_that_is_not_there(broker: Broker, new_topic: NewTopic, name: str) -> None:
    topic = new_topic(broker, "in", partitions=1)
    destinations = _destinations(broker, Routes(output=f"{name}.out"))
    with pytest.raises(SettingsError, match=rf"--input: topic {name}.missing does not exist"):
        await destinations.prepare([topic, f"{name}.missing"])
    assert partition_count(broker.bootstrap, f"{name}.missing") == 0
    assert partition_count(broker.bootstrap, f"{name}.out") == 0


async def test_outputs_that_must_not_be_made(broker: Broker, new_topic: NewTopic, name: str) -> None:
    topic = new_topic(broker, "in", partitions=1)
    destinations = _destinations(broker, Routes(output=f"{name}.out", inputs=(topic,)), create=False)
    with pytest.raises(SettingsError, match="do not exist; create it, or leave --no-create-topics out") as caught:
        await destinations.prepare([topic])
    assert f"{name}.out" in str(caught.value)
    assert partition_count(broker.bootstrap, f"{name}.out") == 0
    for missing in (f"{name}.out", f"{topic}.dead-letters"):
        make_topic(broker.bootstrap, missing, partitions=1)
    await destinations.prepare([topic])


async def test_a_pattern_waits_and_finds_what_appears(broker: Broker, new_topic: NewTopic, name: str) -> None:
    pattern = rf"{name}\.in\.\w$"
    destinations = _destinations(broker, Routes(template="{topic}.tagged", pattern=pattern))
    structlog.reset_defaults()
    with capture_logs() as events:
        waiting = asyncio.ensure_future(destinations.wait_for(pattern))
        await _until(lambda: "waiting for topics" in [event["event"] for event in events])
        first = new_topic(broker, "in.a", partitions=2)
        assert await asyncio.wait_for(waiting, 60) == [first]
    watching = asyncio.ensure_future(destinations.watch(pattern, 0.05))
    second = new_topic(broker, "in.b", partitions=3)
    await _until(lambda: f"{second}.tagged" in destinations.limits)
    watching.cancel()
    assert partition_count(broker.bootstrap, f"{first}.tagged") == 2
    assert partition_count(broker.bootstrap, f"{second}.tagged") == 3
    assert await destinations.discover(pattern) == []


async def test_timestamps_that_will_not_survive_are_warned_of(broker: Broker, new_topic: NewTopic) -> None:
    topic = new_topic(broker, "in", partitions=1)
    out = new_topic(broker, "out", partitions=1, message_timestamp_type="LogAppendTime")
    structlog.reset_defaults()
    with capture_logs() as events:
        await _destinations(broker, Routes(output=out, inputs=(topic,))).prepare([topic])
    [warning] = [event for event in events if event["event"] == "topic replaces timestamps"]
    assert warning["topics"] == [out]


async def test_a_broker_that_is_there_answers(broker: Broker) -> None:
    await reach(_client(broker))
    assert await answers(_client(broker))


async def test_one_of_several_addresses_is_enough(broker: Broker) -> None:
    nobody = f"127.0.0.1:{stable_port()}"
    await reach(ClientSettings(bootstrap=(nobody, *_client(broker).bootstrap)), patience=0)


async def test_a_broker_that_is_not_there() -> None:
    settings = ClientSettings(bootstrap=(f"127.0.0.1:{stable_port()}",))
    structlog.reset_defaults()
    with capture_logs() as events, pytest.raises(ClusterError) as caught:
        await reach(settings, patience=0.3)
    assert f"no broker answers at {settings.bootstrap[0]}: connection refused; is Kafka running there?" in str(
        caught.value
    )
    assert [event["event"] for event in events] == ["waiting for kafka"]
    assert not await answers(settings)


async def test_a_broker_that_comes_late(broker: Broker) -> None:
    port = stable_port()
    reaching = asyncio.ensure_future(reach(ClientSettings(bootstrap=(f"127.0.0.1:{port}",)), patience=60))
    await asyncio.sleep(0)
    host, _, target = broker.bootstrap.split(",")[0].rpartition(":")

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection(host, int(target))
        await asyncio.gather(_pump(reader, there[1]), _pump(there[0], writer))

    async with await asyncio.start_server(forward, "127.0.0.1", port):
        await asyncio.wait_for(reaching, 60)


async def test_who_speaks_something_else(unused_server: int) -> None:
    with pytest.raises(ClusterError, match="it hangs up"):
        await reach(ClientSettings(bootstrap=(f"127.0.0.1:{unused_server}",)), patience=0)


@pytest.fixture
async def unused_server() -> Any:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while content := await source.read(65_536):
        target.write(content)
        await target.drain()
    target.close()


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - a broker changes it, without an event
            await asyncio.sleep(0.02)
