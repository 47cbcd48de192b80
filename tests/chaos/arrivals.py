"""Counts the records that are done with, by the offsets that the group has committed; the verdict is a reader's, later."""

from __future__ import annotations

import threading
import time

from confluent_kafka import Consumer, KafkaException, TopicPartition

LOOK_SECONDS = 0.2


class Arrivals(threading.Thread):
    """Counts the records of an input topic that a group has done with.

    Attributes:
        count: So far.
        last: When that grew last, by `time.monotonic`.
    """

    def __init__(self, bootstrap: str, topic: str, group: str, partitions: int) -> None:
        super().__init__(name="arrivals", daemon=True)
        self._address, self._group = bootstrap, group
        self._places = [TopicPartition(topic, number) for number in range(partitions)]
        self._end = threading.Event()
        self.count = self._asked = 0
        self.last = time.monotonic()

    def run(self) -> None:
        consumer = Consumer(
            {
                "bootstrap.servers": self._address,
                "group.id": self._group,  # it asks for the group's offsets and does not join
                "enable.auto.commit": False,
                "log_level": 0,
                "error_cb": lambda error: None,
            }
        )
        while not self._end.wait(LOOK_SECONDS):
            self._look(consumer)
        consumer.close()

    def _look(self, consumer: Consumer) -> None:
        try:
            places = consumer.committed(self._places, timeout=2)
        except KafkaException:  # the broker is away, or an offset is about to be committed
            return
        # Taggers that are wrong on purpose commit backwards at times; and some places may have an error in place of one.
        count = sum(max(place.offset, 0) for place in places if place.error is None)
        if count > self.count:
            self.count, self.last = count, time.monotonic()

    def flowing(self) -> bool:
        """Whether there are more than when this was asked last."""
        before, self._asked = self._asked, self.count
        return self.count > before

    def end(self) -> None:
        """Stop counting."""
        self._end.set()
        self.join()
