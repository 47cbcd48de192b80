"""An agent that keeps talking while a test does things to the taggers."""

from __future__ import annotations

import threading
from typing import Self

from confluent_kafka import Producer

from tests.brokers.admin import QUIET, SECONDS
from tests.brokers.protocol import Broker
from tests.brokers.records import Seen
from tests.brokers.transactions import produce
from tests.integration.kafka.checks import say

PACE_SECONDS = 0.01
MOST = 20_000


class Feeding:
    """Writes message after message, over all partitions in turn, while its context lasts.

    Attributes:
        sent: What was written; all of it is acknowledged once the context has ended.
    """

    def __init__(self, broker: Broker, topic: str, partitions: int) -> None:
        self.sent: list[Seen] = []
        self._topic = topic
        self._partitions = partitions
        self._stop = threading.Event()
        self._producer = Producer({"bootstrap.servers": broker.bootstrap, "enable.idempotence": True, **QUIET})
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        left = self._producer.flush(2 * SECONDS)
        assert not left, f"{left} messages were not acknowledged"

    def _run(self) -> None:
        while not self._stop.wait(PACE_SECONDS) and len(self.sent) < MOST:
            for _ in range(self._partitions):
                number = len(self.sent)
                one = say(number, number % self._partitions)
                produce(self._producer, self._topic, one)
                self.sent.append(one)
            self._producer.poll(0)
