"""Counts what a read-committed reader sees while it happens; the verdict is not its, but a fresh reader's."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from confluent_kafka import Consumer, TopicPartition

LOOK_SECONDS, PAUSE_SECONDS = 0.2, 0.3


class Arrivals(threading.Thread):
    """Counts the records of some topics.

    Attributes:
        count: So far.
        last: When the last of them was seen, by `time.monotonic`.
    """

    def __init__(self, bootstrap: str, topics: Sequence[str], partitions: int) -> None:
        super().__init__(name="arrivals", daemon=True)
        self._address = bootstrap
        self._places = [TopicPartition(topic, number, 0) for topic in topics for number in range(partitions)]
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
                "reconnect.backoff.max.ms": 500,
                "log_level": 2,
            }
        )
        consumer.assign(self._places)
        while not self._end.wait(PAUSE_SECONDS):
            consumer.resume(self._places)
            seen = sum(message.error() is None for message in consumer.consume(20_000, timeout=LOOK_SECONDS))
            consumer.pause(
                self._places
            )  # the embedded broker answers empty fetches at once: it would be asked all the time
            if seen:
                self.count += seen
                self.last = time.monotonic()
        consumer.close()

    def flowing(self) -> bool:
        """Whether there are more than when this was asked last."""
        before, self._asked = self._asked, self.count
        return self.count > before

    def end(self) -> None:
        """Stop counting."""
        self._end.set()
        self.join()
