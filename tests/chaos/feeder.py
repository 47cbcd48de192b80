"""Feeds records at a steady rate, whatever happens to the broker; idempotent, so that none is fed twice.

A broker that dies may forget a producer altogether: what it may not have written is then fed again."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from functools import partial

from confluent_kafka import KafkaError, KafkaException, Producer

from tests.chaos.feed import record

KEEP_FROM = 0.6
DAWDLE = 10
LAST = 100
LAST_SECONDS = 1.0  # between two of the last
_OF_A_FATAL_ERROR = (
    KafkaError._FATAL,
    KafkaError._PURGE_QUEUE,
    KafkaError._PURGE_INFLIGHT,
    KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER,
    KafkaError.UNKNOWN_PRODUCER_ID,
)


class Feeder(threading.Thread):
    """Feeds `count` records; after the first `prime` it waits until `go` is set.

    Attributes:
        delivered: Numbers of the records that the broker has acknowledged.
        attempts: How often it had to begin again, and may have fed records twice.
        problems: Why records were not delivered; a run with any proves nothing.
        go: Lets the rest be fed.
        hurry: Until it is set, the later records come at a fraction of the rate, and the last one by one.
    """

    def __init__(
        self, bootstrap: str, topic: str, texts: Sequence[str], *, count: int, partitions: int, rate: float, prime: int
    ) -> None:
        super().__init__(name="feeder", daemon=True)
        self._topic, self._texts, self._bootstrap_servers = topic, texts, bootstrap
        self._count, self._partitions, self._rate, self._prime = count, partitions, rate, prime
        self.delivered: set[int] = set()
        self.attempts = 0
        self.problems: list[str] = []
        self.go, self.hurry = threading.Event(), threading.Event()
        self._given_up = threading.Event()
        self._pause, self._calm = threading.Event(), threading.Event()
        self._fatal = False
        self._next = 0
        self._producer = self._connect()

    def _connect(self) -> Producer:
        return Producer(
            {
                "bootstrap.servers": self._bootstrap_servers,
                "enable.idempotence": True,
                "message.timeout.ms": 0,  # never: a record that is given up would have to be told from a lost one
                "linger.ms": 5,
                "reconnect.backoff.max.ms": 500,
                "log_level": 0,  # it reports every refused connection; whoever restarts the broker knows
                "error_cb": self._on_error,
            }
        )

    def run(self) -> None:
        self._feed(0, self._prime)
        while not self.go.wait(0.02) and not self._given_up.is_set():
            self._producer.poll(0)
        self._feed(self._prime, self._count)
        while len(self.delivered) < self._count and not self._given_up.is_set() and not self.problems:
            self._producer.flush(0.2)
            if self._fatal:
                self._feed_again()

    def pause(self) -> None:
        """Have everything that was begun acknowledged, and feed nothing until `resume`."""
        self._calm.clear()
        self._pause.set()
        while self.is_alive() and not self._calm.wait(0.05):
            pass

    def resume(self) -> None:
        """Go on, as a new producer: the embedded broker forgets the old one when it is restarted."""
        self._pause.clear()

    def give_up(self) -> None:
        """Stop, whatever is fed."""
        self._given_up.set()
        self.join()

    def _feed(self, first: int, last: int) -> None:
        began = time.monotonic()
        for number in range(first, last):
            began += self._dawdle(number)
            while (ahead := began + (number - first) / self._rate - time.monotonic()) > 0.005:
                self._producer.poll(min(ahead, 0.05))
            if self._given_up.is_set():
                return
            if self._pause.is_set():
                began += self._rest()
            self._next = number + 1
            self._put(number)
            if self._fatal:
                self._feed_again()

    def _dawdle(self, number: int) -> float:
        """Return how long it was for: what is fed after all faults proves nothing, so some is kept until the last."""
        if number < KEEP_FROM * self._count or self.hurry.is_set():
            return 0.0
        seconds = (DAWDLE - 1) / self._rate if number < self._count - LAST else LAST_SECONDS
        self._producer.poll(seconds)
        return seconds

    def _rest(self) -> float:
        """Return how long it was for."""
        began = time.monotonic()
        while len(self.delivered) < self._next and not self._given_up.is_set() and not self.problems:
            self._producer.flush(0.2)
        self._calm.set()
        while self._pause.is_set() and not self._given_up.wait(0.05):
            pass
        self._producer = self._connect()
        return time.monotonic() - began

    def _feed_again(self) -> None:
        """Begin with a new producer: the broker has forgotten the old one, and nobody knows what of the rest it wrote."""
        self._producer.purge()
        self._producer.flush(1)
        self._fatal = False
        self.attempts += 1
        self._producer = self._connect()
        for number in range(self._next):
            if number not in self.delivered:
                self._put(number)

    def _put(self, number: int) -> None:
        fed = record(number, self._texts, self._partitions)
        while not self._given_up.is_set() and not self._fatal:
            try:
                self._producer.produce(
                    self._topic, fed.value, fed.key, fed.partition,
                    on_delivery=partial(self._on_delivery, number), timestamp=fed.timestamp, headers=fed.headers,
                )  # fmt: skip
            except BufferError:  # its queue is full while the broker is down
                self._producer.poll(0.1)
            except KafkaException:  # its error callback may not have been called yet
                self._fatal = True
            else:
                return

    def _on_delivery(self, number: int, error: KafkaError | None, _message: object) -> None:
        if error is None:
            self.delivered.add(number)
        elif error.code() not in _OF_A_FATAL_ERROR:
            self.problems.append(f"record {number} was not fed: {error}")

    def _on_error(self, error: KafkaError) -> None:
        self._fatal = self._fatal or error.fatal()
