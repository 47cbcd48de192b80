"""A topic with dead letters, and the commands for them."""

from __future__ import annotations

from collections.abc import Callable

from confluent_kafka import TopicPartition as Place

from emotag.cli.main import main
from emotag_service.kafka.records.dead_letter import bury
from emotag_service.kafka.records.record import Record
from emotag_service.messages.untaggable import Fault
from tests.brokers.protocol import Broker
from tests.brokers.records import Seen, commit_offset, read, write

AT = 1_700_000_000.0
HEADERS = (("trace", b"1"), ("trace", b"2"), ("nothing", None), ("", b""))

NewTopic = Callable[..., str]


class Post:
    """A topic, its dead letters, and the commands for them."""

    def __init__(self, broker: Broker, new_topic: NewTopic, group: str) -> None:
        self.broker = broker.name
        self.bootstrap = broker.bootstrap
        self.origin = new_topic(broker, "in", partitions=3)
        self.letters = new_topic(broker, "in.dead-letters", partitions=2)
        self.group = group

    def letter(self, number: int, *, reason: str = "NOT_JSON", **fields: object) -> Seen:
        given: dict[str, object] = {
            "key": b"k%d" % number, "value": b"secret %d" % number, "headers": HEADERS, "partition": number % 3,
        }  # fmt: skip
        given |= fields
        record = Record(self.origin, offset=number, timestamp=1_600_000_000_000 + number, **given)  # type: ignore[arg-type]
        buried = bury(record, self.letters, Fault(reason, "for some reason"), AT)
        return Seen(buried.value, buried.key, buried.headers, number % 2, buried.timestamp)

    def fill(self, *letters: Seen) -> None:
        write(self.bootstrap, self.letters, letters)

    def run(self, action: str, *options: str) -> int:
        where = ("--bootstrap", self.bootstrap, "--topic", self.letters)
        group = ("--group", self.group) if action == "replay" else ()
        return main(["dead-letters", action, *where, *group, *options])

    def go_on_at(self, offset: int) -> None:
        """Pass letters of partition 0 over, as an operator does."""
        commit_offset(self.bootstrap, f"{self.group}.NOT_JSON", Place(self.letters, 0, offset))

    def back(self, topic: str = "") -> list[Seen]:
        return read(self.bootstrap, topic or self.origin)

    def numbers(self, topic: str = "") -> list[int]:
        return sorted(int((one.value or b"").split()[-1]) for one in self.back(topic))
