"""A process under measurement, and what it has said when it dies."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from tests.benchmarks.kafka.feed import PARTITIONS
from tests.brokers.admin import QUIET

SETTLING = (
    KafkaError.NOT_COORDINATOR,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
)
LOOK_SECONDS = 0.1
PATIENCE_SECONDS = 180


class Subject:
    """`python -m command…` while the context lasts."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command

    def __enter__(self) -> Self:
        self._output = tempfile.NamedTemporaryFile(prefix="emotag-bench-")
        self._process = subprocess.Popen(
            [sys.executable, "-m", *self._command],
            stdout=self._output,
            stderr=self._output,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()  # nobody needs its manners, and its group is its own
        self._process.wait()
        self._output.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def said(self) -> str:
        """The end of what it has printed."""
        return Path(self._output.name).read_text(errors="replace")[-2_000:]

    def end(self) -> None:
        """Ask it to stop, and wait until it has."""
        self._process.terminate()
        self._process.wait(PATIENCE_SECONDS)

    def check(self, progress: str) -> None:
        """Raise when it has ended."""
        if (code := self._process.poll()) is not None:
            raise RuntimeError(f"{' '.join(self._command)} ended with {code}; {progress}:\n{self.said}")


def wait_for(bootstrap: str, topic: str, group: str, wanted: int, *subjects: Subject) -> int:
    """Wait until the subjects' group has committed so many records of the topic, and say how many it has.

    One client looks, ten times a second: a new one for every look would take from the cores what is measured on them.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    client = Consumer({"bootstrap.servers": bootstrap, "group.id": group, "enable.auto.commit": False, **QUIET})
    try:
        while (done := _committed(client, topic)) < wanted:
            progress = f"{done:,} of {wanted:,} records are committed"
            for subject in subjects:
                subject.check(progress)
            if time.monotonic() > deadline:
                raise RuntimeError(f"{progress} after {PATIENCE_SECONDS} s")
            time.sleep(LOOK_SECONDS)
        return done
    finally:
        client.close()


def _committed(client: Consumer, topic: str) -> int:
    """How many records are committed; none yet while the group finds its coordinator."""
    places = [TopicPartition(topic, number) for number in range(PARTITIONS)]
    try:
        return sum(max(0, place.offset) for place in client.committed(places, timeout=PATIENCE_SECONDS))
    except KafkaException as error:
        if error.args[0].code() not in SETTLING:
            raise
        return 0
