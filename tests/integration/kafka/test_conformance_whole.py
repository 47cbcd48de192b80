"""On every broker: each message comes out once, in order, whole, with its tag."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from confluent_kafka import TopicPartition

from emotag.cli.demo_script import SCRIPT
from emotag_service.kafka.errors import ClusterError
from emotag_service.kafka.records.routes import Routes
from emotag_service.kafka.tagging.local_engine import LocalEngine
from tests.brokers.protocol import Broker
from tests.brokers.records import Seen, commit_offset, committed_offsets, ends, read, read_until, write
from tests.brokers.transactions import write_in_transaction
from tests.chaos.truth import Truth
from tests.integration.kafka.checks import assert_tagged, by_partition, say, talk, wait_until
from tests.integration.kafka.running import RunningTagger

NewTopic = Callable[..., str]
Start = Callable[..., RunningTagger]


@pytest.mark.parametrize("delivery", ["exactly-once", "at-least-once"])
def test_once_in_order_and_whole(broker: Broker, new_topic: NewTopic, tagger: Start, name: str, delivery: str) -> None:
    source, target = new_topic(broker, "in"), new_topic(broker, "out")
    sent = talk(600, 6)
    write(broker.bootstrap, source, sent[:300])
    running = tagger(broker, Routes(output=target, inputs=(source,)), delivery=delivery)
    write(broker.bootstrap, source, sent[300:])
    found = read_until(broker.bootstrap, target, count=600, alive=running.check)
    running.stop()
    assert_tagged(sent, found)
    assert read(broker.bootstrap, target) == found, "stopping adds nothing"
    assert committed_offsets(broker.bootstrap, name, source) == dict.fromkeys(range(6), 100)
    assert running.meters.published == running.meters.tagged.total() == 600


def test_the_tags_are_those_of_the_checkpoint_that_ships(broker: Broker, new_topic: NewTopic, tagger: Start) -> None:
    source, target = new_topic(broker, "in", partitions=3), new_topic(broker, "out", partitions=3)
    texts = [text for _, text in SCRIPT if text]
    write(broker.bootstrap, source, [say(number, number % 3, text) for number, text in enumerate(texts)])
    tagger(broker, Routes(output=target, inputs=(source,)), engine=LocalEngine.from_checkpoint(devices="cpu:1"))
    found = read_until(broker.bootstrap, target, count=len(texts))
    expected = Truth().of(texts)
    for one in found:
        value = json.loads(one.value or b"")
        emotion, wanted = value["emotion"], expected[value["text"]]
        assert emotion["category"] == wanted.label
        assert emotion["confidence"] == pytest.approx(wanted.score, abs=1e-5)
        assert one.header("emotion-label") == wanted.label.encode()


def test_a_stop_leaves_nothing_open_and_a_start_goes_on_where_it_ended(
    broker: Broker, new_topic: NewTopic, tagger: Start
) -> None:
    source, target = new_topic(broker, "in", partitions=3), new_topic(broker, "out", partitions=3)
    routes = Routes(output=target, inputs=(source,))
    # A transaction that would stay open for long, and that the cluster would end later still: the stop has to end it.
    first = tagger(broker, routes, transaction_seconds=300.0, transaction_timeout_seconds=600.0)
    write(broker.bootstrap, source, talk(60, 3))
    wait_until(lambda: sum(ends(broker.bootstrap, target, committed=False).values()) >= 60)
    first.stop()
    # A commit is acknowledged before its markers are in every partition.
    wait_until(lambda: ends(broker.bootstrap, target) == ends(broker.bootstrap, target, committed=False))
    assert len(read(broker.bootstrap, target)) == 60
    tagger(broker, routes)
    write(broker.bootstrap, source, talk(60, 3, first=60))
    found = read_until(broker.bootstrap, target, count=120)
    assert_tagged(talk(120, 3), found)


def test_tombstones_and_empty_parts_pass(broker: Broker, new_topic: NewTopic, tagger: Start) -> None:
    source, target = new_topic(broker, "in", partitions=1), new_topic(broker, "out", partitions=1)
    sent = [
        say(1, 0),
        Seen(None, b"conversation-1", (("a", None),), 0, 1_700_000_000_002),
        Seen(None, b"", (), 0, 1_700_000_000_001),
        say(4, 0),
    ]
    write(broker.bootstrap, source, sent)
    tagger(broker, Routes(output=target, inputs=(source,)))
    found = read_until(broker.bootstrap, target, count=4)
    assert [(one.key, one.timestamp, one.headers_sent) for one in found] == [
        (one.key, one.timestamp, one.headers) for one in sent
    ]
    assert [one.value is None for one in found] == [False, True, True, False]
    assert [one.header("emotion-status") for one in found] == [b"OK", b"SKIPPED", b"SKIPPED", b"OK"]
    assert found[1].header("emotion-reason") == b"TOMBSTONE"


def test_a_record_without_key_and_value_passes(broker: Broker, new_topic: NewTopic, tagger: Start) -> None:
    source, target = new_topic(broker, "in", partitions=1), new_topic(broker, "out", partitions=1)
    write(broker.bootstrap, source, [Seen(None, None, (), 0, 5), say(1, 0)])
    tagger(broker, Routes(output=target, inputs=(source,)))
    found = read_until(broker.bootstrap, target, count=2)
    assert (found[0].key, found[0].value, found[0].timestamp) == (None, None, 5)


def test_values_stay_byte_for_byte_where_the_tag_does_not_go(
    broker: Broker, new_topic: NewTopic, tagger: Start
) -> None:
    source, target = new_topic(broker, "in", partitions=1), new_topic(broker, "out", partitions=1)
    values = [
        b'{ "text" : "joy \\u00e4\\ud83d\\ude00" ,\t"n":1.0e+2, "big": 123456789012345678901234567890, "a":[] }',
        '{"text": "fear 😀", "dup": 1, "dup": 2}'.encode(),
    ]
    write(broker.bootstrap, source, [Seen(value, None, (), 0) for value in values])
    tagger(broker, Routes(output=target, inputs=(source,)), codec="json")
    for value, one in zip(values, read_until(broker.bootstrap, target, count=2), strict=True):
        assert one.value is not None
        common = next(at for at, (a, b) in enumerate(zip(value, one.value, strict=False)) if a != b)
        assert value[common:] == one.value[len(one.value) - (len(value) - common) :], "one insertion, nothing else"
        assert "emotion" in json.loads(one.value)


def test_an_output_with_fewer_partitions_keeps_the_order_of_keys(
    broker: Broker, new_topic: NewTopic, tagger: Start
) -> None:
    source, target = new_topic(broker, "in", partitions=6), new_topic(broker, "out", partitions=2)
    sent = [say(number, number % 7 % 6) for number in range(140)]
    write(broker.bootstrap, source, sent)
    tagger(broker, Routes(output=target, inputs=(source,)))
    found = read_until(broker.bootstrap, target, count=140)
    assert set(by_partition(found, lambda one: None)) == {0, 1}
    for key in {one.key for one in sent} - {None}:
        ours = [one for one in found if one.key == key]
        assert len({one.partition for one in ours}) == 1
        expected = [one.timestamp for one in sorted(sent, key=lambda one: one.partition) if one.key == key]
        assert [one.timestamp for one in ours] == expected


def test_what_was_aborted_before_is_not_tagged(broker: Broker, new_topic: NewTopic, tagger: Start, name: str) -> None:
    source, target = new_topic(broker, "in", partitions=1), new_topic(broker, "out", partitions=1)
    write_in_transaction(broker.bootstrap, source, [say(1, 0)], transactional_id=name)
    write_in_transaction(broker.bootstrap, source, [say(2, 0)], transactional_id=name, commit=False)
    write_in_transaction(broker.bootstrap, source, [say(3, 0)], transactional_id=name)
    running = tagger(broker, Routes(output=target, inputs=(source,)))
    found = read_until(broker.bootstrap, target, count=2)
    running.stop()
    assert_tagged([say(1, 0), say(3, 0)], found)
    assert running.meters.consumed == 2


@pytest.mark.parametrize("delivery", ["exactly-once", "at-least-once"])
def test_an_offset_behind_the_end_is_not_taken_for_expired(
    broker: Broker, new_topic: NewTopic, tagger: Start, name: str, delivery: str
) -> None:
    source, target = new_topic(broker, "in", partitions=1), new_topic(broker, "out", partitions=1)
    sent = talk(10, 1)
    write(broker.bootstrap, source, sent)
    commit_offset(broker.bootstrap, name, TopicPartition(source, 0, 1000))
    error = tagger(broker, Routes(output=target, inputs=(source,)), delivery=delivery).ended_by()
    assert isinstance(error, ClusterError)
    assert f"{source}/0: group {name} is to go on at offset 1000, but the partition ends at 10" in str(error)
    assert committed_offsets(broker.bootstrap, name, source) == {0: 1000}
    commit_offset(broker.bootstrap, name, TopicPartition(source, 0, 10))
    running = tagger(broker, Routes(output=target, inputs=(source,)), delivery=delivery)
    more = talk(5, 1, first=10)
    write(broker.bootstrap, source, more)
    assert_tagged(more, read_until(broker.bootstrap, target, count=5, alive=running.check))
