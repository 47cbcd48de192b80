"""One broker, one input, and every subject that is measured on them."""

from __future__ import annotations

import itertools
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.kafka.arguments import Copy
from tests.benchmarks.kafka.feed import fill, make
from tests.benchmarks.kafka.latency import latencies
from tests.benchmarks.kafka.pace import pace
from tests.benchmarks.kafka.profile import profile
from tests.benchmarks.kafka.stages import stages
from tests.brokers.admin import delete_topics

RECORDS = 240_000
INPUT = "bench.input"
# How many of the records a subject gets through in a few seconds, so that fast ones are not over at once.
TOTALS = {
    "shipped model": 72_000,
    "shipped model, two taggers": 72_000,
    "model over gRPC": 36_000,
    "instant engine": 96_000,
    "aiokafka, send()": 180_000,
}


class Bench:
    """Runs subjects one at a time, each in a process, a group and an output topic of its own."""

    def __init__(self, bootstrap: str, service: str) -> None:
        """Fill the input topic; `service` is where an `emotag serve` listens."""
        self._bootstrap = bootstrap
        self._service = service
        self._numbers = itertools.count(1)
        fill(bootstrap, INPUT, RECORDS)

    def rate(self, subject: str, delivery: str) -> float:
        """Records per second of a subject."""
        one_by_one, as_tagged = "send()" in subject, "as tagged" in subject
        what = self._copy(delivery=delivery, one_by_one=one_by_one, as_tagged=as_tagged)
        make(self._bootstrap, what.output, message_timestamp_type="LogAppendTime")
        command, total = self._command(subject, what), TOTALS.get(subject, RECORDS)
        processes = 2 if "two taggers" in subject else 1
        figure = pace(self._bootstrap, INPUT, what.output, what.group, command, total=total, processes=processes)
        delete_topics(self._bootstrap, what.output)
        print(f"measured: Kafka {delivery}, {subject}: {figure:,.0f}/s", file=sys.stderr, flush=True)
        return figure

    def latencies(self, subject: str, age: float) -> list[float]:
        """Milliseconds of records that come at a low rate, sorted."""
        what = self._copy(input=f"bench.slow{next(self._numbers)}", transaction_seconds=age)
        for topic in (what.input, what.output):
            make(self._bootstrap, topic)
        return latencies(self._bootstrap, what.input, what.output, self._command(subject, what))

    def stages(self) -> tuple[float, dict[str, float]]:
        """CPU microseconds per record of the tagger without a model, and each stage's share, by another run."""
        subject, total = "instant engine", TOTALS["instant engine"]
        with tempfile.TemporaryDirectory(prefix="emotag-bench-") as folder:
            figures = Path(folder) / "profile"
            plain, profiled = self._copy(), self._copy(profile=str(figures))
            for what in (plain, profiled):
                make(self._bootstrap, what.output)
            micros = profile(self._bootstrap, INPUT, plain.group, self._command(subject, plain), total=total)
            profile(self._bootstrap, INPUT, profiled.group, self._command(subject, profiled), total=total // 4)
            return micros, stages(figures)

    def _copy(self, **changes: object) -> Copy:
        number = next(self._numbers)
        values = {"input": INPUT, "output": f"bench.output{number}", "group": f"bench{number}", **changes}
        return Copy(bootstrap=self._bootstrap, **values)  # type: ignore[arg-type]

    def _command(self, subject: str, what: Copy) -> list[str]:
        """What `python -m` is given."""
        own = {"instant engine": "instant", "confluent-kafka": "librdkafka"}
        engines = {
            "shipped model": ["--engine=in-process"],
            "shipped model, two taggers": ["--engine=in-process", "--devices=cpu:1"],
            "model over gRPC": [f"--engine=grpc://{self._service}"],
        }
        if subject in engines:
            return ["emotag", "tag-topic", *what.settings(), "--codec=json", *engines[subject]]
        return [f"tests.benchmarks.kafka.{own.get(subject, 'lanes')}", *what.options()]
