"""Feeds records at a steady rate, whatever happens to the broker; idempotent, so that none is fed twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from confluent_kafka import KafkaError, Producer

from tests.chaos.feed import record


class Feeder(threading.Thread):
    """Feeds `count` records; after the first `prime` it waits until `go` is set.

    Attributes:
        delivered: Records that the broker has acknowledged.
        problems: Why records were not delivered; a run with any proves nothing.
        go: Lets the rest be fed.
    """

    def __init__(
        self, bootstrap: str, topic: str, texts: Sequence[str], *, count: int, partitions: int, rate: float, prime: int
    ) -> None:
        super().__init__(name="feeder", daemon=True)
        self._topic, self._texts = topic, texts
        self._count, self._partitions, self._rate, self._prime = count, partitions, rate, prime
        self.delivered = 0
        self.problems: list[str] = []
        self.go = threading.Event()
        self._given_up = threading.Event()
        self._producer = Producer(
            {
                "bootstrap.servers": bootstrap,
                "enable.idempotence": True,
                "message.timeout.ms": 0,  # never: a record that is given up would have to be told from a lost one
                "linger.ms": 5,
                "reconnect.backoff.max.ms": 500,
                "log_level": 2,  # it reports every refused connection; whoever restarts the broker knows
                "error_cb": self._on_error,
            }
        )

    def run(self) -> None:
        self._feed(0, self._prime)
        while not self.go.wait(0.02) and not self._given_up.is_set():
            self._producer.poll(0)
        self._feed(self._prime, self._count)
        while len(self._producer) and not self._given_up.is_set():
            self._producer.flush(0.2)

    def give_up(self) -> None:
        """Stop, whatever is fed."""
        self._given_up.set()
        self.join()

    def _feed(self, first: int, last: int) -> None:
        began = time.monotonic()
        for number in range(first, last):
            while (ahead := began + (number - first) / self._rate - time.monotonic()) > 0.005:
                self._producer.poll(min(ahead, 0.05))
            if self._given_up.is_set():
                return
            self._put(number)

    def _put(self, number: int) -> None:
        fed = record(number, self._texts, self._partitions)
        while not self._given_up.is_set():
            try:
                self._producer.produce(
                    self._topic, fed.value, fed.key, fed.partition,
                    on_delivery=self._on_delivery, timestamp=fed.timestamp, headers=fed.headers,
                )  # fmt: skip
            except BufferError:  # its queue is full while the broker is down
                self._producer.poll(0.1)
            else:
                return

    def _on_delivery(self, error: KafkaError | None, _message: object) -> None:
        if error is None:
            self.delivered += 1
        else:
            self.problems.append(str(error))

    def _on_error(self, error: KafkaError) -> None:
        if error.fatal():
            self.problems.append(f"fatal: {error}")
