"""On every broker: several topics, patterns, routes, new partitions, and where a group begins."""

from __future__ import annotations

from collections.abc import Callable

from emotag_service.kafka.records.policy import Selection
from emotag_service.kafka.records.routes import Routes
from tests.brokers.admin import add_partitions
from tests.brokers.protocol import Broker
from tests.brokers.records import read, read_until, write
from tests.integration.kafka.checks import assert_tagged, say, talk, wait_until
from tests.integration.kafka.running import RunningTagger
from tests.integration.kafka.words import LABELS

NewTopic = Callable[..., str]
Start = Callable[..., RunningTagger]


def test_a_topic_for_each_input(broker: Broker, new_topic: NewTopic, tagger: Start) -> None:
    sources = [new_topic(broker, role, partitions=2) for role in ("a", "b")]
    targets = [new_topic(broker, f"{role}.tagged", partitions=2) for role in ("a", "b")]
    talks = [talk(20, 2), talk(20, 2, first=20)]
    for source, sent in zip(sources, talks, strict=True):
        write(broker.bootstrap, source, sent)
    tagger(broker, Routes(template="{topic}.tagged", inputs=tuple(sources)))
    for target, sent in zip(targets, talks, strict=True):
        assert_tagged(sent, read_until(broker.bootstrap, target, count=20))


def test_a_topic_for_each_label(broker: Broker, new_topic: NewTopic, tagger: Start) -> None:
    source, other = new_topic(broker, "in", partitions=1), new_topic(broker, "out", partitions=1)
    joy, anger = new_topic(broker, "joy", partitions=1), new_topic(broker, "anger", partitions=1)
    sent = [say(number, 0, f"{LABELS[number % len(LABELS)]} indeed") for number in range(25)]
    write(broker.bootstrap, source, sent)
    tagger(broker, Routes(output=other, by_label={"joy": joy, "anger": anger}, inputs=(source,)))
    assert_tagged(sent[0::5], read_until(broker.bootstrap, joy, count=5))
    assert_tagged(sent[1::5], read_until(broker.bootstrap, anger, count=5))
    rest = [one for number, one in enumerate(sent) if number % 5 > 1]
    assert_tagged(rest, read_until(broker.bootstrap, other, count=15))


def test_only_some_senders(broker: Broker, new_topic: NewTopic, tagger: Start) -> None:
    source, target = new_topic(broker, "in", partitions=1), new_topic(broker, "out", partitions=1)
    sent = [say(number, 0, sender="coder" if number % 2 else "tester") for number in range(10)]
    write(broker.bootstrap, source, sent)
    tagger(broker, Routes(output=target, inputs=(source,)), selection=Selection(senders=frozenset({"coder"})))
    found = read_until(broker.bootstrap, target, count=10)
    assert_tagged(sent[1::2], found[1::2])
    for one, skipped in zip(sent[::2], found[::2], strict=True):
        assert skipped.value == one.value
        assert skipped.headers == (*one.headers, ("emotion-status", b"SKIPPED"), ("emotion-reason", b"OTHER_SENDER"))


def test_a_pattern_finds_topics_that_come_later(broker: Broker, new_topic: NewTopic, tagger: Start, name: str) -> None:
    first = new_topic(broker, "in.first", partitions=1)
    for role in ("in.first.tagged", "in.second.tagged"):
        new_topic(broker, role, partitions=1)
    write(broker.bootstrap, first, [say(0, 0)])
    running = tagger(broker, Routes(template="{topic}.tagged", pattern=rf"{name}\.in\.[a-z]+$"))
    assert_tagged([say(0, 0)], read_until(broker.bootstrap, f"{first}.tagged", count=1, alive=running.check))
    second = new_topic(broker, "in.second", partitions=1)
    write(broker.bootstrap, second, [say(1, 0)])
    assert_tagged([say(1, 0)], read_until(broker.bootstrap, f"{second}.tagged", count=1, alive=running.check))
    assert len(read(broker.bootstrap, f"{first}.tagged")) == 1


def test_partitions_that_come_later(broker: Broker, new_topic: NewTopic, tagger: Start) -> None:
    source, target = new_topic(broker, "in", partitions=1), new_topic(broker, "out", partitions=3)
    write(broker.bootstrap, source, talk(10, 1))
    running = tagger(broker, Routes(output=target, inputs=(source,)))
    read_until(broker.bootstrap, target, count=10, alive=running.check)
    add_partitions(broker.bootstrap, source, 3)
    later = talk(30, 3, first=10)
    write(broker.bootstrap, source, later)
    assert_tagged([*talk(10, 1), *later], read_until(broker.bootstrap, target, count=40, alive=running.check))


def test_where_a_group_begins(broker: Broker, new_topic: NewTopic, tagger: Start, name: str) -> None:
    source = new_topic(broker, "in", partitions=2)
    early, late = new_topic(broker, "early", partitions=2), new_topic(broker, "late", partitions=2)
    write(broker.bootstrap, source, talk(10, 2))
    tagger(broker, Routes(output=early, inputs=(source,)), group=f"{name}-early", start="earliest")
    running = tagger(broker, Routes(output=late, inputs=(source,)), group=f"{name}-late", start="latest")
    assert_tagged(talk(10, 2), read_until(broker.bootstrap, early, count=10))
    # Its lag is known once it has been told where to begin.
    wait_until(lambda: len(running.meters.lag) == 2)
    write(broker.bootstrap, source, talk(10, 2, first=10))
    assert_tagged(talk(10, 2, first=10), read_until(broker.bootstrap, late, count=10))
    assert_tagged(talk(20, 2), read_until(broker.bootstrap, early, count=20))
