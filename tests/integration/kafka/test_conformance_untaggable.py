"""On every broker: what cannot be tagged goes where the policy says, in order, and nothing waits for it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

import pytest

from emotag_service.kafka.errors import StopPolicyError
from emotag_service.kafka.records.routes import Routes
from tests.brokers.capabilities import Capability, needs
from tests.brokers.protocol import Broker
from tests.brokers.records import Seen, committed_offsets, ends, read, read_until, write
from tests.integration.kafka.checks import BEGINNING, assert_tagged, say, wait_until
from tests.integration.kafka.running import RunningTagger
from tests.integration.kafka.words import REFUSED

NewTopic = Callable[..., str]
Start = Callable[..., RunningTagger]

GOOD = [say(number, 0) for number in range(10)]
BAD = {
    2: Seen(b"\xff\xfe not JSON", b"key", (("a", b"1"), ("a", None)), 0, BEGINNING),
    5: Seen(b'{"no": "text"}', None, (), 0, BEGINNING + 1),
    8: say(8, 0, f"this is {REFUSED}"),
}
SENT = [BAD.get(number, one) for number, one in enumerate(GOOD)]
TAGGABLE = [one for number, one in enumerate(GOOD) if number not in BAD]


@pytest.fixture
def source(broker: Broker, new_topic: NewTopic) -> str:
    topic = new_topic(broker, "in", partitions=1)
    write(broker.bootstrap, topic, SENT)
    return topic


@pytest.fixture
def target(broker: Broker, new_topic: NewTopic) -> str:
    return new_topic(broker, "out", partitions=1)


@pytest.mark.parametrize("delivery", ["exactly-once", "at-least-once"])
def test_dead_letters(
    broker: Broker, new_topic: NewTopic, tagger: Start, name: str, source: str, target: str, delivery: str
) -> None:
    dead = new_topic(broker, "in.dead-letters", partitions=1)
    running = tagger(broker, Routes(output=target, inputs=(source,)), codec="json", delivery=delivery)
    letters = read_until(broker.bootstrap, dead, count=3, alive=running.check)
    found = read_until(broker.bootstrap, target, count=7, alive=running.check)
    running.stop()
    assert_tagged(TAGGABLE, found)
    assert running.meters.dead_letters.total() == 3
    assert committed_offsets(broker.bootstrap, name, source) == {0: 10}
    for (offset, sent), letter in zip(BAD.items(), letters, strict=True):
        assert (letter.key, letter.value, letter.timestamp) == (sent.key, sent.value, sent.timestamp)
        assert letter.headers[: len(sent.headers)] == sent.headers
        added = dict(letter.headers[len(sent.headers) :])
        values = [value for value in added.values() if value is not None]
        assert source.encode() in values
        assert b"%d" % offset in values


def test_a_dead_letter_and_its_offset_are_committed_together(
    broker: Broker, new_topic: NewTopic, tagger: Start, source: str, target: str, name: str
) -> None:
    dead = new_topic(broker, "in.dead-letters", partitions=1)
    running = tagger(
        broker, Routes(output=target, inputs=(source,)), codec="json", transaction_seconds=10.0, batch_records=1
    )
    wait_until(lambda: ends(broker.bootstrap, dead, committed=False) == {0: 3})
    assert read(broker.bootstrap, dead) == [], "their transaction is open"
    assert committed_offsets(broker.bootstrap, name, source) == {0: 0}, "where the group began"
    running.stop()
    assert len(read(broker.bootstrap, dead)) == 3
    assert committed_offsets(broker.bootstrap, name, source) == {0: 10}


def test_pass_through(broker: Broker, tagger: Start, source: str, target: str) -> None:
    running = tagger(broker, Routes(output=target, inputs=(source,)), codec="json", policy="pass-through")
    found = read_until(broker.bootstrap, target, count=10)
    running.stop()
    assert_tagged(TAGGABLE, [one for number, one in enumerate(found) if number not in BAD])
    for number, sent in BAD.items():
        one = found[number]
        assert (one.key, one.value, one.timestamp) == (sent.key, sent.value, sent.timestamp)
        assert one.headers_sent == sent.headers
        assert one.header("emotion-status") == b"FAILED"
    assert found[8].header("emotion-reason") == b"REFUSED"
    assert running.meters.failed == 3


def test_stop_ends_before_the_record(broker: Broker, tagger: Start, source: str, target: str, name: str) -> None:
    running = tagger(broker, Routes(output=target, inputs=(source,)), codec="json", policy="stop")
    error = running.ended_by()
    assert isinstance(error, StopPolicyError)
    assert f"{source}/0 offset 2 " in str(error)
    assert_tagged(GOOD[:2], read(broker.bootstrap, target))
    assert committed_offsets(broker.bootstrap, name, source) == {0: 2}
    # Another policy goes on from there, and doubles nothing.
    tagger(broker, Routes(output=target, inputs=(source,)), codec="json", policy="pass-through")
    assert len(read_until(broker.bootstrap, target, count=10)) == 10


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("delivery", ["exactly-once", "at-least-once"])
def test_what_the_output_does_not_accept(
    broker: Broker, new_topic: NewTopic, tagger: Start, name: str, known: bool, delivery: str
) -> None:
    source, dead = new_topic(broker, "in", partitions=1), new_topic(broker, "in.dead-letters", partitions=1)
    target = new_topic(broker, "out", partitions=1, max_message_bytes="3000")
    sent = [say(0, 0), say(1, 0, "joy " + "x" * 5000), say(2, 0)]
    write(broker.bootstrap, source, sent)
    running = tagger(
        broker, Routes(output=target, inputs=(source,)), limits={target: 3000} if known else None, delivery=delivery
    )
    (letter,) = read_until(broker.bootstrap, dead, count=1, alive=running.check)
    wait_until(lambda: 3 in committed_offsets(broker.bootstrap, name, source).values())
    running.stop()
    found = read(broker.bootstrap, target)
    if delivery == "at-least-once":  # what was written before the refusal is written again
        found = list({one.timestamp: one for one in reversed(found)}.values())[::-1]
    assert_tagged([sent[0], sent[2]], found)
    assert (letter.key, letter.value, letter.timestamp) == (sent[1].key, sent[1].value, sent[1].timestamp)
    assert letter.headers[:3] == sent[1].headers
    assert running.meters.dead_letters.total() == 1


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"cleanup_policy": "compact"}, b"REFUSED_BY_TOPIC"),
        ({"message_timestamp_before_max_ms": "60000"}, b"TIMESTAMP_REFUSED"),
    ],
)
def test_what_the_output_refuses_for_more_than_its_size(
    broker: Broker, new_topic: NewTopic, tagger: Start, config: dict[str, str], reason: bytes
) -> None:
    if reason == b"TIMESTAMP_REFUSED":
        needs(broker, Capability.TIMESTAMP_BOUNDS)
    source, target = new_topic(broker, "in", partitions=1), new_topic(broker, "out", partitions=1, **config)
    letters_config = config if reason == b"TIMESTAMP_REFUSED" else {}  # a topic of letters that is as strict
    dead = new_topic(broker, "in.dead-letters", partitions=1, **letters_config)
    now = int(time.time() * 1000)
    refused = Seen(b"words", None, (), 0, BEGINNING)
    taken = [Seen(b"more", b"key", (), 0, now), Seen(b"words", b"key", (), 0, now)]
    write(broker.bootstrap, source, [taken[0], refused, taken[1]])
    running = tagger(broker, Routes(output=target, inputs=(source,)))
    (letter,) = read_until(broker.bootstrap, dead, count=1, alive=running.check)
    assert letter.header("emotion-dead-letter-reason") == reason
    assert (letter.timestamp == BEGINNING) is (reason == b"REFUSED_BY_TOPIC")
    assert [one.value for one in read_until(broker.bootstrap, target, count=2, alive=running.check)] == [
        one.value for one in taken
    ]


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("delivery", ["exactly-once", "at-least-once"])
def test_many_records_that_the_output_refuses_cost_few_attempts(
    broker: Broker, new_topic: NewTopic, tagger: Start, late: bool, delivery: str
) -> None:
    if late:
        needs(broker, Capability.TIMESTAMP_BOUNDS)
    config = {"message_timestamp_after_max_ms": "60000"} if late else {"cleanup_policy": "compact"}
    source, target = new_topic(broker, "in", partitions=1), new_topic(broker, "out", partitions=1, **config)
    dead = new_topic(broker, "in.dead-letters", partitions=1)
    now = int(time.time() * 1000)
    good = [Seen(b"joy %d" % number, b"%d" % number, (), 0, now) for number in range(100)]
    bad = [Seen(b"joy", b"key" if late else None, (), 0, now + 3_600_000 * late) for _ in good]
    write(broker.bootstrap, source, [one for pair in zip(good, bad, strict=True) for one in pair])
    running = tagger(broker, Routes(output=target, inputs=(source,)), delivery=delivery)
    read_until(broker.bootstrap, dead, count=len(bad), alive=running.check)
    running.stop()
    assert running.meters.aborts["RefusedError"] <= 4  # the writes, then each record of them, and a poll may cut in two
    found = [one.value for one in read(broker.bootstrap, target)]
    assert list(dict.fromkeys(found)) == [one.value for one in good]
    assert max(Counter(found).values()) == 1 or delivery == "at-least-once"
    assert running.meters.dead_letters.total() == len(bad)
