"""On every broker: a small batch that unpacks to very much ends the tagger in order, and nothing is passed over."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aiokafka import codec

from emotag_service.kafka.cluster import aiokafka_private
from emotag_service.kafka.cluster.aiokafka_private import bound_batches
from emotag_service.kafka.errors import UnreadableBatchError
from emotag_service.kafka.records.routes import Routes
from tests.brokers.protocol import Broker
from tests.brokers.records import Seen, committed_offsets, read, read_until, write
from tests.e2e.tagging import SECONDS, TagTopic
from tests.integration.kafka.checks import BEGINNING, assert_tagged, say
from tests.integration.kafka.running import RunningTagger
from tests.integration.process import save_checkpoint

NewTopic = Callable[..., str]
Start = Callable[..., RunningTagger]
BOMB_BYTES, ALLOWED_BYTES = 96 << 20, 128 << 20  # without a bound a tagger grows by twice the first, and by more
KINDS = ["gzip", "snappy", "lz4", "zstd"]


@pytest.fixture
def low_bound() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aiokafka_private, "_UNPACKED_BYTES", 1 << 20)
        yield
    bound_batches()


def bomb(size: int) -> Seen:
    return Seen(bytes(size), b"key", (), 0, BEGINNING)


@pytest.mark.parametrize(("kind", "delivery"), [*((kind, "exactly-once") for kind in KINDS), ("zstd", "at-least-once")])
def test_all_before_it_is_committed_and_nothing_after(
    broker: Broker, new_topic: NewTopic, tagger: Start, name: str, low_bound: None, kind: str, delivery: str
) -> None:
    source, target = new_topic(broker, "in", partitions=2), new_topic(broker, "out", partitions=2)
    before, after = [say(number, 0) for number in range(50)], [say(number, 0) for number in range(51, 60)]
    write(broker.bootstrap, source, before, compression_type="gzip")
    write(broker.bootstrap, source, [bomb(3 << 20)], compression_type=kind, message_max_bytes=8 << 20)
    write(broker.bootstrap, source, after)
    # Few at once, so that it is met while those before it are still on their way.
    ended = [tagger(broker, Routes(output=target, inputs=(source,)), delivery=delivery, batch_records=4)]
    error = ended[0].ended_by()
    assert isinstance(error, UnreadableBatchError)
    assert f"{source}/0: the batch of offsets 50 to 50" in str(error)
    readable = getattr(codec, f"has_{kind}")()
    assert ("more than 1 MiB" if readable else "pip install cramjam") in str(error)
    assert_tagged(before, read(broker.bootstrap, target))
    assert committed_offsets(broker.bootstrap, name, source)[0] == 50
    again = tagger(broker, Routes(output=target, inputs=(source,)), delivery=delivery).ended_by()
    assert str(again) == str(error)
    assert_tagged(before, read(broker.bootstrap, target))


def test_what_unpacks_to_much_together_is_read_in_parts(
    broker: Broker, new_topic: NewTopic, tagger: Start, low_bound: None
) -> None:
    source, target = new_topic(broker, "in", partitions=1), new_topic(broker, "out", partitions=1)
    sent = [say(number, 0, f"{number} " + "x" * 300_000) for number in range(30)]  # three to a batch, all in one fetch
    write(broker.bootstrap, source, sent, compression_type="gzip")
    running = tagger(broker, Routes(output=target, inputs=(source,)))
    assert_tagged(sent, read_until(broker.bootstrap, target, count=30, alive=running.check))


@pytest.mark.parametrize("kind", ["none", "gzip"])
def test_a_record_of_too_many_headers_ends_it_in_order(
    broker: Broker, new_topic: NewTopic, tagger: Start, name: str, kind: str
) -> None:
    source, target = new_topic(broker, "in", partitions=1), new_topic(broker, "out", partitions=1)
    before = [say(number, 0) for number in range(5)]
    write(broker.bootstrap, source, before)
    headers = (("", None),) * 10_001
    write(broker.bootstrap, source, [Seen(b"hi", None, headers, 0, BEGINNING)], compression_type=kind)
    error = tagger(broker, Routes(output=target, inputs=(source,))).ended_by()
    assert isinstance(error, UnreadableBatchError)
    assert f"{source}/0: the batch of offsets 5 to 5: a record has more than 10,000 headers" in str(error)
    assert_tagged(before, read(broker.bootstrap, target))
    assert committed_offsets(broker.bootstrap, name, source) == {0: 5}


def test_json_of_too_many_parts_is_a_dead_letter_and_the_rest_is_tagged(
    broker: Broker, new_topic: NewTopic, tagger: Start
) -> None:
    source, target = new_topic(broker, "in", partitions=1), new_topic(broker, "out", partitions=1)
    letters = new_topic(broker, "in.dead-letters", partitions=1)
    before, after = [say(number, 0) for number in range(5)], [say(number, 0) for number in range(5, 10)]
    parts = b'{"text":"hi","a":[%s1]}' % (b"1," * 400_000)
    write(broker.bootstrap, source, [*before, Seen(parts, None, (), 0, BEGINNING), *after])
    running = tagger(broker, Routes(output=target, inputs=(source,)))
    assert_tagged([*before, *after], read_until(broker.bootstrap, target, count=10, alive=running.check))
    [letter] = read_until(broker.bootstrap, letters, count=1, alive=running.check)
    assert (letter.value == parts, letter.header("emotion-dead-letter-reason")) == (True, b"JSON_TOO_LARGE")


@pytest.mark.parametrize("kind", ["gzip", "zstd"])  # Apache Kafka with a small heap cannot unpack snappy's itself
def test_the_process_stays_small(broker: Broker, new_topic: NewTopic, tmp_path: Path, kind: str) -> None:
    if not Path("/proc/self/status").exists():
        pytest.skip("the memory of another process is read from /proc")
    if not getattr(codec, f"has_{kind}")():
        pytest.skip(f"{kind} is read with cramjam, which is not here; without it nothing is unpacked")
    topic = new_topic(broker, "in", partitions=1, max_message_bytes=str(16 << 20))
    write(broker.bootstrap, topic, [say(0, 0)])
    options = ("--input", topic, "--output", f"{topic}.tagged", "--group", f"{topic}.group")
    with TagTopic(broker.bootstrap, save_checkpoint(tmp_path / "tiny"), *options) as tagger:
        read_until(broker.bootstrap, f"{topic}.tagged", count=1, alive=tagger.alive)
        before = _peak(tagger)
        assert before is not None
        sizes = {"message_max_bytes": 2 * BOMB_BYTES, "message_copy_max_bytes": 0}
        write(broker.bootstrap, topic, [bomb(BOMB_BYTES)], compression_type=kind, **sizes)
        most, until = before, time.monotonic() + SECONDS
        while (peak := _peak(tagger)) is not None and time.monotonic() < until:
            most = max(most, peak)
            time.sleep(0.002)
        assert tagger.exit_code() == 3
    assert most - before < ALLOWED_BYTES
    said = tagger.said.replace("\n", " ")
    assert f"reading {topic}/0: the batch of offsets 1 to 1: it " in said
    assert "unpacks to more than 64 MiB" in said
    assert committed_offsets(broker.bootstrap, f"{topic}.group", topic) == {0: 1}


def _peak(tagger: TagTopic) -> int | None:
    """The most memory that it has had in use; None once it has ended."""
    lines = Path(f"/proc/{tagger.process.pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), None)
