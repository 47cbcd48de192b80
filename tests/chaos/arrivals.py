"""Counts what a read-committed reader sees while it happens; the verdict is not its, but a fresh reader's."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from confluent_kafka import Consumer, Message, TopicPartition

LOOK_SECONDS, PAUSE_SECONDS = 0.3, 0.3
MOST = 20_000  # records that are taken at one look


class Arrivals(threading.Thread):
    """Counts the records of some topics.

    Attributes:
        count: So far.
        last: When the last of them was seen, by `time.monotonic`.
    """

    def __init__(self, bootstrap: str, topics: Sequence[str], partitions: int) -> None:
        super().__init__(name="arrivals", daemon=True)
        self._address = bootstrap
        self._next = {(topic, number): 0 for topic in topics for number in range(partitions)}
        self._end = threading.Event()
        self.count = self._asked = 0
        self.last = time.monotonic()

    def run(self) -> None:
        consumer = Consumer(
            {
                "bootstrap.servers": self._address,
                "group.id": "chaos-arrivals",
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
                "auto.offset.reset": "error",
                "reconnect.backoff.max.ms": 500,
                "log_level": 2,
            }
        )
        while not self._end.wait(PAUSE_SECONDS):
            # Only for a moment: the embedded broker answers empty fetches at once, and would be asked all the time.
            consumer.assign([TopicPartition(*place, offset) for place, offset in self._next.items()])
            self._take(consumer.consume(MOST, timeout=LOOK_SECONDS))
            consumer.unassign()
        consumer.close()

    def _take(self, messages: list[Message]) -> None:
        seen = [message for message in messages if message.error() is None]
        for message in seen:
            self._next[str(message.topic()), message.partition() or 0] = (message.offset() or 0) + 1
        if seen:
            self.count += len(seen)
            self.last = time.monotonic()

    def flowing(self) -> bool:
        """Whether there are more than when this was asked last."""
        before, self._asked = self._asked, self.count
        return self.count > before

    def end(self) -> None:
        """Stop counting."""
        self._end.set()
        self.join()
