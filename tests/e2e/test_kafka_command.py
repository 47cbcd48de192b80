"""`emotag tag-topic`, the whole command: what it prints, how it stops, and what it survives."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.brokers.embedded import Embedded
from tests.brokers.ports import stable_port
from tests.brokers.protocol import Broker
from tests.brokers.records import Seen, committed_offsets, read, read_until, write
from tests.e2e.tagging import TagTopic
from tests.integration.process import being_read, exit_code, stuck_checkpoint
from tests.unit.ops.helpers import get, samples, value

NewTopic = Callable[..., str]
SECRET = "for-your-eyes-only"  # noqa: S105 - stands for what agents say


def _options(topic: str, *more: str) -> tuple[str, ...]:
    return ("--input", topic, "--output", f"{topic}.tagged", "--group", f"{topic}.group", *more)


def _say(broker: Broker, topic: str, count: int = 2) -> None:
    records = [Seen(json.dumps({"text": f"{SECRET} {number}"}).encode(), b"k") for number in range(count)]
    write(broker.bootstrap, topic, records)


def test_a_signal_stops_it_in_order(embedded_broker: Broker, new_topic: NewTopic, checkpoint: Path) -> None:
    topic = new_topic(embedded_broker, "in", partitions=2)
    _say(embedded_broker, topic)
    with TagTopic(embedded_broker.bootstrap, checkpoint, *_options(topic)) as tagger:
        found = read_until(embedded_broker.bootstrap, f"{topic}.tagged", count=2, alive=tagger.alive)
        tagger.send(signal.SIGTERM)
        assert tagger.exit_code() == 0
    assert [json.loads(one.value or b"")["emotion"]["status"] for one in found] == ["OK", "OK"]
    assert sum(committed_offsets(embedded_broker.bootstrap, f"{topic}.group", topic).values()) == 2
    assert tagger.logged("stopping")[0]["signal"] == "SIGTERM"
    assert tagger.logged("stopped")[0]["published"] == 2
    assert tagger.logged("tagging")[0]["inputs"] == [topic]
    assert SECRET not in tagger.said
    assert "error" not in {event["level"] for event in tagger.events}


def test_a_signal_ends_it_while_the_checkpoint_is_not_read(
    embedded_broker: Broker, new_topic: NewTopic, checkpoint: Path, tmp_path: Path
) -> None:
    topic = new_topic(embedded_broker, "in", partitions=1)
    stuck = stuck_checkpoint(checkpoint, tmp_path / "stuck")
    with TagTopic(embedded_broker.bootstrap, stuck, *_options(topic)) as tagger:
        pipe = asyncio.run(asyncio.wait_for(being_read(stuck), 60))
        tagger.send(signal.SIGTERM)
        assert tagger.exit_code() == 0
        os.close(pipe)
    assert "Traceback" not in tagger.said


def test_operators_see_what_it_has_done(embedded_broker: Broker, new_topic: NewTopic, checkpoint: Path) -> None:
    topic = new_topic(embedded_broker, "in", partitions=1)
    _say(embedded_broker, topic)
    write(embedded_broker.bootstrap, topic, [Seen(b'{"text": ""}', b"k")])
    options = _options(topic, "--ops-port", "0")
    with TagTopic(embedded_broker.bootstrap, checkpoint, *options) as tagger:
        read_until(embedded_broker.bootstrap, f"{topic}.tagged", f"{topic}.dead-letters", count=3, alive=tagger.alive)
        port = tagger.logged("operators port opened")[0]["port"]
        ready = asyncio.run(get(port, "readyz"))
        found = samples(asyncio.run(get(port, "metrics")).text)
        tagger.send(signal.SIGTERM)
        assert tagger.exit_code() == 0
    assert ready.status == 200
    assert value(found, "emotag_kafka_records_consumed_total") == 3
    assert value(found, "emotag_kafka_takeovers_total") == 1
    assert value(found, "emotag_messages_total") == 2
    assert ("emotag_kafka_lag_records", frozenset({("topic", topic), ("partition", "0")})) in found


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_before_it_is_ready_stops_it_too(checkpoint: Path, number: signal.Signals) -> None:
    with TagTopic(f"127.0.0.1:{stable_port()}", checkpoint, *_options("in")) as tagger:
        tagger.wait_for("waiting for kafka")
        tagger.send(number)
        assert tagger.exit_code() == 0
    assert tagger.logged("tagging") == []


def test_a_second_signal_stops_it_at_once(new_topic: NewTopic, checkpoint: Path) -> None:
    # The broker hangs, so that stopping in order takes long.
    with Embedded() as broker:
        topic = new_topic(broker, "in", partitions=1)
        with TagTopic(broker.bootstrap, checkpoint, *_options(topic)) as tagger:
            tagger.wait_for("partition taken over")
            _suspend(broker, signal.SIGSTOP)
            try:
                tagger.send(signal.SIGTERM)
                tagger.wait_for("stopping")
                tagger.send(signal.SIGTERM)
                code = tagger.exit_code()
            finally:
                _suspend(broker, signal.SIGCONT)
    assert code == 1, tagger.said


def test_a_pattern_reads_every_topic_that_it_names_and_never_what_it_writes(
    embedded_broker: Broker, new_topic: NewTopic, checkpoint: Path
) -> None:
    first = new_topic(embedded_broker, "say-a", partitions=1)
    second = new_topic(embedded_broker, "say-b", partitions=1)
    for topic in (first, second):
        _say(embedded_broker, topic)
    group = f"{first}.group"
    options = ("--input-pattern", f"({first}|{second})", "--output-template", "{topic}.tagged", "--group", group)
    outputs = (f"{first}.tagged", f"{second}.tagged")
    with TagTopic(embedded_broker.bootstrap, checkpoint, *options) as refused:
        assert refused.exit_code() == 2  # it would match its own output too
    assert "round for ever" in refused.said
    closed = ("--input-pattern", f"({first}|{second})$", *options[2:])
    with TagTopic(embedded_broker.bootstrap, checkpoint, *closed) as tagger:
        read_until(embedded_broker.bootstrap, *outputs, count=4, alive=tagger.alive)
        tagger.send(signal.SIGTERM)
        assert tagger.exit_code() == 0
    assert tagger.logged("stopped")[0]["published"] == 4


def test_settings_come_from_variables_too(embedded_broker: Broker, new_topic: NewTopic, checkpoint: Path) -> None:
    first, second = new_topic(embedded_broker, "a", partitions=1), new_topic(embedded_broker, "b", partitions=1)
    for topic in (first, second):
        _say(embedded_broker, topic, 1)
    variables = {
        "EMOTAG_INPUT": f"{first},{second}",
        "EMOTAG_OUTPUT_TEMPLATE": "{topic}.out",
        "EMOTAG_GROUP": f"{first}.group",
        "EMOTAG_ON_UNTAGGABLE": "pass-through",
        "EMOTAG_INSTANCE_ID": "one",
    }
    outputs = (f"{first}.out", f"{second}.out")
    with TagTopic(embedded_broker.bootstrap, checkpoint, **variables) as tagger:
        read_until(embedded_broker.bootstrap, *outputs, count=2, alive=tagger.alive)
        tagger.send(signal.SIGTERM)
        assert tagger.exit_code() == 0


def test_a_broker_that_goes_and_comes_back_is_two_events(new_topic: NewTopic, checkpoint: Path) -> None:
    with Embedded() as broker:
        topic = new_topic(broker, "in", partitions=1)
        _say(broker, topic)
        with TagTopic(broker.bootstrap, checkpoint, *_options(topic, "--instance-id", "one")) as tagger:
            read_until(broker.bootstrap, f"{topic}.tagged", count=2, alive=tagger.alive)
            broker.stop()
            assert tagger.wait_for("kafka unreachable")["reason"]
            broker.start()
            _say(broker, topic, 3)
            read_until(broker.bootstrap, f"{topic}.tagged", count=5, alive=tagger.alive)
            assert tagger.wait_for("kafka reachable")["seconds"] >= 0
            tagger.send(signal.SIGTERM)
            assert tagger.exit_code() == 0
        assert len(read(broker.bootstrap, f"{topic}.tagged")) == 5
    assert len(tagger.logged("kafka unreachable")) <= 3, tagger.said
    assert len(tagger.said.splitlines()) < 60, tagger.said


def test_the_stop_policy_ends_it_with_its_code(embedded_broker: Broker, new_topic: NewTopic, checkpoint: Path) -> None:
    topic = new_topic(embedded_broker, "in", partitions=1)
    write(embedded_broker.bootstrap, topic, [Seen(SECRET.encode() + b"\xff")])
    options = _options(topic, "--codec", "json", "--on-untaggable", "stop")
    with TagTopic(embedded_broker.bootstrap, checkpoint, *options) as tagger:
        assert tagger.exit_code() == 3
    assert f"emotag tag-topic: error: {topic}/0 offset 0 cannot be tagged" in tagger.said
    assert SECRET not in tagger.said
    assert committed_offsets(embedded_broker.bootstrap, f"{topic}.group", topic).get(0, 0) == 0


@pytest.mark.parametrize("start", ["earliest", "latest"])
def test_a_dry_run_writes_and_commits_nothing(
    broker: Broker, new_topic: NewTopic, checkpoint: Path, capfd: pytest.CaptureFixture[str], start: str
) -> None:
    topic = new_topic(broker, "in", partitions=2)
    out = new_topic(broker, "in.tagged", partitions=1)
    values = [b'{"text": "thank you"}', b"not json", None]
    write(broker.bootstrap, topic, [Seen(value, b"k", (("h", None),), 1) for value in values])
    options = _options(topic, "--codec", "json", "--from", start, "--dry-run", "10")
    code = exit_code("tag-topic", "--bootstrap", broker.bootstrap, "--checkpoint", str(checkpoint), *options)
    printed, said = capfd.readouterr()
    assert code == 0, said
    lines = [json.loads(line) for line in printed.splitlines()]
    expected = 0 if start == "latest" else 3
    assert len(lines) == expected
    assert f'"records": {expected}' in said or f"records={expected}" in said
    if lines:
        assert [one["from"] for one in lines] == [{"topic": topic, "partition": 1, "offset": n} for n in range(3)]
        assert [one["topic"] for one in lines] == [out, f"{topic}.dead-letters", out]
        assert [one["partition"] for one in lines] == [
            0,
            1,
            0,
        ]  # the output is narrower, dead letters are not there yet
        assert lines[0]["headers"][0] == ["h", None]
        assert json.loads(lines[0]["value"])["emotion"]["status"] == "OK"
        assert (lines[1]["value"], lines[2]["value"]) == ("not json", None)
    assert read(broker.bootstrap, out) == []
    assert committed_offsets(broker.bootstrap, f"{topic}.group", topic) == {}


def test_a_dry_run_goes_on_where_the_group_would(
    embedded_broker: Broker, new_topic: NewTopic, checkpoint: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    topic = new_topic(embedded_broker, "in", partitions=1)
    _say(embedded_broker, topic, 3)
    with TagTopic(embedded_broker.bootstrap, checkpoint, *_options(topic)) as tagger:
        read_until(embedded_broker.bootstrap, f"{topic}.tagged", count=3, alive=tagger.alive)
        tagger.send(signal.SIGTERM)
        assert tagger.exit_code() == 0
    _say(embedded_broker, topic, 4)
    more = _options(topic, "--dry-run", "2")
    assert exit_code("tag-topic", "--bootstrap", embedded_broker.bootstrap, "--checkpoint", str(checkpoint), *more) == 0
    printed, _ = capfd.readouterr()
    assert [json.loads(line)["from"]["offset"] for line in printed.splitlines()] == [3, 4]
    assert committed_offsets(embedded_broker.bootstrap, f"{topic}.group", topic) == {0: 3}


def test_a_dry_run_ends_with_who_reads_it(embedded_broker: Broker, new_topic: NewTopic, checkpoint: Path) -> None:
    topic = new_topic(embedded_broker, "in", partitions=1)
    _say(embedded_broker, topic)
    with TagTopic(embedded_broker.bootstrap, checkpoint, *_options(topic, "--dry-run", "2")) as tagger:
        assert tagger.process.stdout is not None
        tagger.process.stdout.close()  # as `head` does
        assert tagger.exit_code() == 141, tagger.said
    assert "error" not in {event["level"] for event in tagger.events}
    assert "emotag tag-topic: error" not in tagger.said
    assert "Traceback" not in tagger.said


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (
            ("--input", "MISSING"),
            2,
            "--input: topic MISSING does not exist on this cluster; create it with: kafka-topics.sh --bootstrap-server 127.",
        ),
        (
            ("--input", "MISSING", "--dry-run", "1"),
            2,
            " --create --topic MISSING (for `emotag broker`: start it with --topic M",
        ),
        (("--no-create-topics",), 2, "do not exist; create it, or leave --no-create-topics out"),
        (("--taxonomy", "zodiac"), 2, "--taxonomy"),
        (("--route", "bliss=elsewhere"), 2, "--route bliss=…: no such label"),
        (("--checkpoint", "/nonexistent"), 1, "/nonexistent"),
        (("--engine", "grpc://127.0.0.1:9", "--devices", "cpu"), 2, "--checkpoint means nothing with --engine"),
        (("--output-template", "x"), 2, "give --output or --output-template"),
        (("--transaction-seconds", "99"), 2, "transaction_seconds"),
        (("--tls-ca", "/nonexistent"), 2, "--tls-ca: /nonexistent"),
        (("--bootstrap", "localhost"), 2, "--bootstrap: must be HOST:PORT"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_what_is_wrong_is_said(
    embedded_broker: Broker, new_topic: NewTopic, checkpoint: Path, capfd: pytest.CaptureFixture[str],
    options: tuple[str, ...], code: int, words: str,
) -> None:  # fmt: skip
    topic = new_topic(embedded_broker, "in", partitions=1)
    given = ["--bootstrap", embedded_broker.bootstrap, *_options(topic, "--checkpoint", str(checkpoint))]
    assert exit_code("tag-topic", *given, *options) == code
    out, err = capfd.readouterr()
    assert out == ""
    last = err.splitlines()[-1]
    assert last.startswith("emotag tag-topic: error: ")
    assert words in last


def test_an_engine_that_is_not_there(
    embedded_broker: Broker, new_topic: NewTopic, capfd: pytest.CaptureFixture[str]
) -> None:
    topic = new_topic(embedded_broker, "in", partitions=1)
    engine = f"grpc://127.0.0.1:{stable_port()}"
    given = ["--bootstrap", embedded_broker.bootstrap, *_options(topic, "--engine", engine)]
    assert exit_code("tag-topic", *given) == 1
    assert engine.removeprefix("grpc://") in capfd.readouterr().err.splitlines()[-1]


def _suspend(broker: Broker, number: signal.Signals) -> None:
    """Let a broker stand still or go on; it does when this returns, each of its threads, and not some time after."""
    assert broker.pid is not None
    os.kill(broker.pid, number)
    deadline = time.monotonic() + 30
    while (number is signal.SIGSTOP) != _stands(broker.pid):
        assert time.monotonic() < deadline
        time.sleep(0.005)


def _stands(pid: int) -> bool:
    try:
        tasks = [(task / "stat").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
    except (FileNotFoundError, ProcessLookupError):  # a thread ended before it was opened, or before it was read
        return False
    return all(task.rpartition(")")[2].split()[0] == "T" for task in tasks)
