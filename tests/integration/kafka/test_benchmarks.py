"""The programs of `make bench` do what they are to be measured at; how fast is not asked here."""

from __future__ import annotations

import cProfile
from pathlib import Path
from typing import Any

import pytest

from emotag_service.kafka.records.codecs import make_codec
from tests.benchmarks import kafka_rows
from tests.benchmarks.kafka import latency
from tests.benchmarks.kafka.arguments import Copy
from tests.benchmarks.kafka.bench import Bench
from tests.benchmarks.kafka.feed import fill, make, value
from tests.benchmarks.kafka.instant import ANSWERS
from tests.benchmarks.kafka.pace import pace
from tests.benchmarks.kafka.profile import profile
from tests.benchmarks.kafka.stages import stages
from tests.brokers.protocol import Broker
from tests.brokers.records import Seen, read

RECORDS = 1_200
SUBJECTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("instant", "exactly-once", {}),
    ("instant", "at-least-once", {}),
    ("lanes", "exactly-once", {}),
    ("lanes", "at-least-once", {"one_by_one": True}),
    ("lanes", "exactly-once", {"as_tagged": True}),
    ("librdkafka", "exactly-once", {}),
    ("librdkafka", "at-least-once", {}),
)


@pytest.fixture
def source(embedded_broker: Broker, name: str) -> str:
    """A topic with records to copy."""
    fill(embedded_broker.bootstrap, name, RECORDS)
    return name


@pytest.mark.parametrize(("subject", "delivery", "way"), SUBJECTS)
def test_a_subject_copies_everything(
    embedded_broker: Broker, source: str, subject: str, delivery: str, way: dict[str, Any]
) -> None:
    bootstrap, output = embedded_broker.bootstrap, f"{source}.out"
    make(bootstrap, output, message_timestamp_type="LogAppendTime")
    what = Copy(bootstrap=bootstrap, input=source, output=output, group=output, delivery=delivery, **way)
    command = [f"tests.benchmarks.kafka.{subject}", *what.options()]
    assert pace(bootstrap, source, output, output, command, total=RECORDS) > 0
    copied = read(bootstrap, output)
    assert sorted(ids(copied)) == sorted(ids(read(bootstrap, source)))
    assert all(one.header("emotion-label") for one in copied)


def test_two_processes_share_the_work(embedded_broker: Broker, source: str) -> None:
    bootstrap, output = embedded_broker.bootstrap, f"{source}.out"
    make(bootstrap, output, message_timestamp_type="LogAppendTime")
    what = Copy(bootstrap=bootstrap, input=source, output=output, group=output)
    command = ["tests.benchmarks.kafka.instant", *what.options()]
    assert pace(bootstrap, source, output, output, command, total=RECORDS, processes=2) > 0
    assert sorted(ids(read(bootstrap, output))) == sorted(ids(read(bootstrap, source)))


def test_a_copy_as_large_as_tagged_is_as_large_as_the_taggers(embedded_broker: Broker, source: str) -> None:
    bootstrap, sizes = embedded_broker.bootstrap, dict[str, float]()
    ways: dict[str, dict[str, Any]] = {"instant": {}, "lanes": {"as_tagged": True}}
    for subject, way in ways.items():
        output = f"{source}.{subject}"
        make(bootstrap, output, message_timestamp_type="LogAppendTime")
        what = Copy(bootstrap=bootstrap, input=source, output=output, group=output, **way)
        pace(bootstrap, source, output, output, [f"tests.benchmarks.kafka.{subject}", *what.options()], total=RECORDS)
        found = read(bootstrap, output)
        sizes[subject] = sum(len(one.value or b"") for one in found) / len(found)
        assert len(found[0].headers) == 4
    assert sizes["lanes"] == pytest.approx(sizes["instant"], rel=0.03)


def test_lines_with_a_bar_are_measured_in_every_round_and_the_others_once() -> None:
    asked: list[tuple[str, str]] = []

    class Known(Bench):
        def __init__(self) -> None:
            """Nothing to fill."""

        def rate(self, subject: str, delivery: str) -> float:
            asked.append((subject, delivery))
            return 20.0 if subject == kafka_rows.INSTANT else 40.0

    rows = list(kafka_rows._rates(Known(), 3))
    assert asked.count((kafka_rows.INSTANT, "exactly-once")) == asked.count((kafka_rows.SEND, "exactly-once")) == 3
    assert asked.count((kafka_rows.REMOTE, "exactly-once")) == 1
    assert len(rows) == len(kafka_rows.LINES)
    [bar] = [row for row in rows if row.bar == ">= 0.6"]
    assert (bar.baseline_name, bar.ratio) == ("aiokafka, send()", 0.5)


def ids(records: list[Seen]) -> list[str]:
    codec = make_codec("json")
    return [codec.read(one).id for one in records]  # type: ignore[arg-type]


def test_latency_is_that_of_each_record(embedded_broker: Broker, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for setting, few in (("RECORDS", 60), ("WARM", 10), ("RATE", 500.0)):
        monkeypatch.setattr(latency, setting, few)
    bootstrap, output = embedded_broker.bootstrap, f"{name}.out"
    make(bootstrap, name)
    make(bootstrap, output)
    what = Copy(bootstrap=bootstrap, input=name, output=output, group=output, transaction_seconds=0.05)
    times = latency.latencies(bootstrap, name, output, ["tests.benchmarks.kafka.lanes", *what.options()])
    assert len(times) == 50
    assert times == sorted(times)
    assert times[0] > 0


def test_a_profile_is_split_into_stages(embedded_broker: Broker, source: str, tmp_path: Path) -> None:
    bootstrap, output = embedded_broker.bootstrap, f"{source}.out"
    make(bootstrap, output)
    what = Copy(bootstrap=bootstrap, input=source, output=output, group=output, profile=str(tmp_path / "figures"))
    assert profile(bootstrap, source, output, ["tests.benchmarks.kafka.instant", *what.options()], total=RECORDS) >= 0
    found = stages(tmp_path / "figures")
    assert sum(found.values()) == pytest.approx(1)
    assert {"consume", "decode", "encode the tag", "send and commit", "lanes"} <= set(found)


def test_time_in_c_counts_for_its_caller(tmp_path: Path) -> None:
    profiler = cProfile.Profile()
    codec, record = make_codec("json"), Seen(value(1))
    profiler.runcall(lambda: [codec.read(record) for _ in range(200)])  # type: ignore[arg-type]
    profiler.dump_stats(tmp_path / "figures")
    assert stages(tmp_path / "figures")["decode"] > 0.5


def test_made_up_answers_are_as_large_as_real_ones() -> None:
    assert len({one.label for one in ANSWERS}) > 1
    assert all(len(one.scores) == 7 and len(one.model.digest) == 64 for one in ANSWERS)


def test_without_apache_kafka_nothing_is_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("EMOTAG_TEST_KAFKA", raising=False)
    assert list(kafka_rows.rows(1)) == []
    assert "not measured: Kafka; EMOTAG_TEST_KAFKA names no start script" in capsys.readouterr().err
