"""What is known of the brokers, measured again: the map of what they lack, and what the tagger builds on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.brokers.admin import add_partitions, partition_count
from tests.brokers.capabilities import LACKS, Capability, needs
from tests.brokers.fixtures import MAKERS
from tests.brokers.protocol import Broker
from tests.brokers.records import Seen, ends, read, write

NewTopic = Callable[..., str]


def test_every_broker_is_on_the_map() -> None:
    assert set(LACKS) == set(MAKERS)


def test_a_skip_names_what_lacks() -> None:
    class Lacking:
        name = "embedded"

    with pytest.raises(pytest.skip.Exception, match="the embedded broker lacks SECURITY: it has no listener"):
        needs(Lacking(), Capability.RESTART, Capability.SECURITY)  # type: ignore[arg-type]


def test_records_come_back_as_they_were_written(broker: Broker, new_topic: NewTopic) -> None:
    topic = new_topic(broker, "in", partitions=2)
    headers = (("a", b"1"), ("a", None), ("b", b""), ("a", b"\xff"))
    sent = [
        Seen(b'{"text": "hello"}', b"key", headers, 1, 1_700_000_000_123),
        Seen(None, b"key", (), 1, 1_700_000_000_122),
        Seen(b"", b"", (), 0, 1),
        Seen(b"\x00\xff", None, (("x" * 300, b"y" * 1000),), 0, 2),
    ]
    write(broker.bootstrap, topic, sent)
    found = {(one.partition, one.offset): one for one in read(broker.bootstrap, topic)}
    for place, one in zip([(1, 0), (1, 1), (0, 0), (0, 1)], sent, strict=True):
        seen = found.pop(place)
        assert (seen.value, seen.key, seen.headers, seen.timestamp) == (one.value, one.key, one.headers, one.timestamp)
    assert not found
    assert ends(broker.bootstrap, topic) == {0: 2, 1: 2}


def test_partitions_can_be_added(broker: Broker, new_topic: NewTopic) -> None:
    topic = new_topic(broker, "in", partitions=1)
    add_partitions(broker.bootstrap, topic, 3)
    while partition_count(broker.bootstrap, topic) != 3:
        pass
    write(broker.bootstrap, topic, [Seen(b"x", partition=2)])
    assert [one.partition for one in read(broker.bootstrap, topic)] == [2]
    assert partition_count(broker.bootstrap, "not-there") == 0


def numbers(broker: Broker, topic: str) -> set[int]:
    return {int(one.value or b"-1") for one in read(broker.bootstrap, topic)}


def test_stopping_keeps_everything(embedded_broker: Broker, new_topic: NewTopic) -> None:
    broker = embedded_broker
    topic = new_topic(broker, "in", partitions=3)
    write(broker.bootstrap, topic, [Seen(b"%d" % number) for number in range(100)])
    bootstrap, pid = broker.bootstrap, broker.pid
    broker.stop()
    assert broker.pid is None
    broker.start()
    assert broker.bootstrap == bootstrap
    assert broker.pid not in (None, pid)
    assert numbers(broker, topic) == set(range(100))


def test_a_crash_keeps_what_was_acknowledged(broker: Broker, new_topic: NewTopic) -> None:
    needs(broker, Capability.RESTART, Capability.CRASH_DURABILITY)
    topic = new_topic(broker, "in", partitions=3)
    write(broker.bootstrap, topic, [Seen(b"%d" % number) for number in range(100)])
    broker.kill()
    broker.start()
    assert numbers(broker, topic) == set(range(100))
