"""Every topic that may be written to is made ready, on real brokers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
import structlog
from structlog.testing import capture_logs

from emotag_service.kafka.cluster.client import ClientSettings
from emotag_service.kafka.cluster.destinations import Destinations
from emotag_service.kafka.cluster.topics import FOREVER, open_topics
from emotag_service.kafka.errors import SettingsError
from emotag_service.kafka.records.routes import Routes
from tests.brokers.admin import make_topic, partition_count
from tests.brokers.protocol import Broker
from tests.brokers.records import read_until, write
from tests.integration.kafka.checks import assert_tagged, say, talk
from tests.integration.kafka.running import RunningTagger

NewTopic = Callable[..., str]
Start = Callable[..., RunningTagger]


def _client(broker: Broker) -> ClientSettings:
    return ClientSettings(bootstrap=tuple(broker.bootstrap.split(",")))


def _destinations(broker: Broker, routes: Routes, *, create: bool = True) -> Destinations:
    return Destinations(_client(broker), routes, create=create)


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


async def test_outputs_of_an_input_that_accepts_all_have_as_much_room(broker: Broker, new_topic: NewTopic) -> None:
    topic = new_topic(broker, "in", partitions=1, max_message_bytes=str(2**31 - 1))
    destinations = _destinations(broker, Routes(output=f"{topic}.out", inputs=(topic,)))
    await destinations.prepare([topic])
    assert set(destinations.limits.values()) == {2**31 - 1}


@pytest.mark.parametrize(("kept", "expected"), [((60_000_000, 90_000_000), 90_000_000), ((60_000_000, -1), FOREVER)])
async def test_outputs_keep_records_as_long_as_the_input_that_keeps_them_longest(
    broker: Broker, new_topic: NewTopic, kept: tuple[int, int], expected: int
) -> None:
    first, second = (new_topic(broker, f"in-{one}", partitions=1, retention_ms=str(one)) for one in kept)
    out = f"{second}.out"
    await _destinations(broker, Routes(output=out, inputs=(first, second))).prepare([first, second])
    async with open_topics(_client(broker)) as topics:
        assert await topics.retention([out, f"{first}.dead-letters"]) == {
            out: expected,
            f"{first}.dead-letters": expected,
        }


async def test_an_output_that_keeps_less_than_its_input_is_warned_of(broker: Broker, new_topic: NewTopic) -> None:
    topic = new_topic(broker, "in", partitions=1, retention_ms="-1")
    out = new_topic(broker, "out", partitions=1, retention_ms="1000000")
    structlog.reset_defaults()
    with capture_logs() as events:
        await _destinations(broker, Routes(output=out, inputs=(topic,))).prepare([topic])
    assert [event["topics"] for event in events if event["event"].startswith("topic keeps")] == [[out]]


async def test_an_input_that_is_only_compacted_keeps_for_ever(broker: Broker, new_topic: NewTopic) -> None:
    topic = new_topic(broker, "in", partitions=1, retention_ms="604800000", cleanup_policy="compact")
    out = new_topic(broker, "out", partitions=1, retention_ms="604800000")
    letters = f"{topic}.dead-letters"
    structlog.reset_defaults()
    with capture_logs() as events:
        await _destinations(broker, Routes(output=out, inputs=(topic,))).prepare([topic])
    assert [event["topics"] for event in events if event["event"].startswith("topic keeps")] == [[out]]
    async with open_topics(_client(broker)) as topics:
        assert await topics.retention([letters]) == {letters: FOREVER}


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


def test_what_a_pattern_finds_is_as_wide_though_it_is_read_at_once(
    broker: Broker, new_topic: NewTopic, tagger: Start, name: str
) -> None:
    routes = Routes(template="{topic}.tagged", pattern=rf"{name}\.in\.\w$")
    new_topic(broker, "in.a", partitions=1)
    running = tagger(broker, routes, destinations=_destinations(broker, routes))
    second = new_topic(broker, "in.b", partitions=3)
    sent = talk(30, 3)
    write(broker.bootstrap, second, sent)
    assert_tagged(sent, read_until(broker.bootstrap, f"{second}.tagged", count=30, alive=running.check))
    assert partition_count(broker.bootstrap, f"{second}.tagged") == 3
    assert partition_count(broker.bootstrap, f"{second}.dead-letters") == 3


def test_writes_to_what_a_pattern_finds_are_no_larger_than_it_accepts(
    broker: Broker, new_topic: NewTopic, tagger: Start, name: str
) -> None:
    routes = Routes(template="{topic}.tagged", pattern=rf"{name}\.in\.\w$")
    new_topic(broker, "in.a", partitions=1)
    destinations = _destinations(broker, routes)
    second = new_topic(broker, "in.b", partitions=1, max_message_bytes="50000")
    sent = [say(number, 0, f"{number} " + "x" * 1_000) for number in range(300)]
    write(broker.bootstrap, second, sent, batch_size=40_000)
    running = tagger(broker, routes, destinations=destinations, limits=destinations.limits)
    assert_tagged(sent, read_until(broker.bootstrap, f"{second}.tagged", count=300, alive=running.check))
    assert running.meters.aborts["RefusedError"] == 0


def test_what_a_pattern_finds_ends_the_tagger_where_its_output_must_not_be_made(
    broker: Broker, new_topic: NewTopic, tagger: Start, name: str
) -> None:
    routes = Routes(template="{topic}.tagged", pattern=rf"{name}\.in\.\w$")
    found = new_topic(broker, "in.a", partitions=1)
    error = tagger(broker, routes, destinations=_destinations(broker, routes, create=False)).ended_by()
    assert isinstance(error, SettingsError)
    assert f"{found}.tagged" in str(error)
    assert partition_count(broker.bootstrap, f"{found}.tagged") == 0


async def test_an_output_that_is_narrower_than_its_input_is_warned_of(broker: Broker, new_topic: NewTopic) -> None:
    topic, out = new_topic(broker, "in", partitions=3), new_topic(broker, "out", partitions=2)
    structlog.reset_defaults()
    with capture_logs() as events:
        await _destinations(broker, Routes(output=out, inputs=(topic,))).prepare([topic])
    assert [event["topics"] for event in events if event["event"].startswith("topic has fewer")] == [{out: 2}]


async def test_timestamps_that_will_not_survive_are_warned_of(broker: Broker, new_topic: NewTopic) -> None:
    topic = new_topic(broker, "in", partitions=1)
    out = new_topic(broker, "out", partitions=1, message_timestamp_type="LogAppendTime")
    structlog.reset_defaults()
    with capture_logs() as events:
        await _destinations(broker, Routes(output=out, inputs=(topic,))).prepare([topic])
    [warning] = [event for event in events if event["event"] == "topic replaces timestamps"]
    assert warning["topics"] == [out]


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - a broker changes it, without an event
            await asyncio.sleep(0.02)
