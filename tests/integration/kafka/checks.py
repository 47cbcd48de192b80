"""What has to hold of every record that a tagger has written."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from tests.brokers.records import Seen
from tests.integration.kafka.words import MODEL, label_of

BEGINNING = int(time.time() * 1000) - 3_600_000  # recent, or topics that a tagger makes would let records expire


def say(number: int, partition: int, text: str = "", **fields: Any) -> Seen:
    """What an agent says, with everything that has to survive."""
    value = {"id": f"m{number}", "sender": "coder", "text": text or f"message number {number}", "n": 1e3, **fields}
    headers = (("trace", b"%d" % number), ("trace", None), ("", b"\xff\x00"))
    key = None if number % 5 == 0 else f"conversation-{number % 7}".encode()
    return Seen(json.dumps(value).encode(), key, headers, partition, BEGINNING + number)


def talk(count: int, partitions: int, *, first: int = 0) -> list[Seen]:
    """That many messages, spread over the partitions."""
    return [say(number, number % partitions) for number in range(first, first + count)]


def assert_tagged(sent: Iterable[Seen], found: Iterable[Seen]) -> None:
    """Every message once, in the order of its partition, whole, with its tag."""
    assert by_partition(found, _bare) == by_partition(sent, _plain)
    for one in found:
        text = json.loads(one.value or b"")["text"]
        label = label_of(text).encode()
        assert one.headers[-4:] == (
            ("emotion-label", label),
            ("emotion-score", b"0.750000"),
            ("emotion-model", str(MODEL).encode()),
            ("emotion-status", b"OK"),
        )


def by_partition(records: Iterable[Seen], look: Callable[[Seen], Any]) -> dict[int, list[Any]]:
    """What is seen of the records of each partition, in order."""
    found: dict[int, list[Any]] = defaultdict(list)
    for one in records:
        found[one.partition].append(look(one))
    return dict(found)


def wait_until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Ask again and again until it holds."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it never came to hold"
        time.sleep(0.02)


def _plain(one: Seen) -> tuple[Any, ...]:
    return one.timestamp, one.key, one.headers, _values(one)


def _bare(one: Seen) -> tuple[Any, ...]:
    values = _values(one)
    tag = values.pop("emotion")
    assert tag["category"] == label_of(values["text"])
    return one.timestamp, one.key, one.headers_sent, values


def _values(one: Seen) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(one.value or b"")
    return values
