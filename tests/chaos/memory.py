"""Resident memory of one tagger while records go through it, fed faster than it tags: python -m tests.chaos.memory.

Flat means that the second half's peak is at most a tenth above the first half's. Exit code 1 when it is not.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.brokers.admin import make_topic
from tests.brokers.apache import SCRIPT_VARIABLE, Apache
from tests.brokers.embedded import Embedded
from tests.brokers.protocol import Broker
from tests.chaos.arrivals import Arrivals
from tests.chaos.commands import Names, TaggerCommand
from tests.chaos.feeder import Feeder
from tests.chaos.taggers import Taggers
from tests.chaos.texts import texts

MOST_GROWTH = 1.1
SAMPLE_SECONDS = 0.5
QUIET_SECONDS = 120.0
FIRST_SHARE = 0.05  # of the records; while buffers fill and allocators warm up nothing is held against it
BROKERS = {"apache": Apache, "embedded": Embedded}


@dataclass(slots=True)
class Profile:
    """What was measured.

    Attributes:
        samples: (records that came out, resident bytes), in order of time.
        seconds: From the first record to the last.
    """

    samples: list[tuple[int, int]] = field(default_factory=list)
    seconds: float = 0.0

    def peaks(self, records: int) -> tuple[float, float]:
        """Return the peaks of both halves in MiB."""
        halves = [
            max((size for done, size in self.samples if first * records <= done < last * records), default=0)
            for first, last in ((FIRST_SHARE, 0.5), (0.5, 1.01))
        ]
        return halves[0] / 2**20, halves[1] / 2**20

    def flat(self, records: int) -> bool:
        """Whether memory did not grow, over all of the records."""
        first, second = self.peaks(records)
        return self.samples[-1][0] >= records and 0 < second <= MOST_GROWTH * first


def measure(broker: Broker, folder: Path, *, records: int, rate: float, partitions: int = 6) -> Profile:
    """Put records through one tagger and watch its memory."""
    names, profile = Names("memory"), Profile()
    for topic in (names.input, names.output, names.dead):
        make_topic(broker.bootstrap, topic, partitions=partitions, retention_ms="-1")
    command = TaggerCommand(options=("--devices", "auto"))
    taggers = Taggers(1, lambda slot, deaths: command.line(broker.bootstrap, names, slot, deaths), folder)
    said = texts(written=True)
    feeder = Feeder(broker.bootstrap, names.input, said, count=records, partitions=partitions, rate=rate, prime=0)
    arrivals = Arrivals(broker.bootstrap, names.input, names.group, partitions)
    arrivals.start()
    feeder.start()
    feeder.go.set()
    feeder.hurry.set()  # nothing goes wrong here that it would have to wait for
    taggers.start()
    try:
        _watch(profile, psutil.Process(taggers.slots[0].pid), arrivals, records)
        taggers.stop()
    finally:
        taggers.kill()
        feeder.give_up()
        arrivals.end()
    return profile


def _watch(profile: Profile, process: psutil.Process, arrivals: Arrivals, records: int) -> None:
    began = time.monotonic()
    while arrivals.count < records and process.is_running() and time.monotonic() - arrivals.last < QUIET_SECONDS:
        if arrivals.count:
            profile.samples.append((arrivals.count, process.memory_info().rss))
        else:
            began = time.monotonic()
        time.sleep(SAMPLE_SECONDS)  # the pace at which samples are taken
    profile.samples.append((arrivals.count, process.memory_info().rss))
    profile.seconds = time.monotonic() - began


def main() -> int:
    """Measure and print; 0 when memory is flat."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.chaos.memory", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=500_000, help="how many (default: 500000)")
    parser.add_argument("--rate", type=float, default=20_000, help="records fed per second (default: 20000)")
    parser.add_argument("--broker", choices=BROKERS, default="apache", help="where (default: apache)")
    args = parser.parse_args()
    if args.broker == "apache" and not os.environ.get(SCRIPT_VARIABLE):
        parser.error(f"name Apache Kafka's start script with {SCRIPT_VARIABLE}, or use --broker embedded")
    with tempfile.TemporaryDirectory(prefix="emotag-chaos-") as folder, BROKERS[args.broker]() as broker:
        profile = measure(broker, Path(folder), records=args.records, rate=args.rate)
    first, second = profile.peaks(args.records)
    print(
        f"{'flat' if profile.flat(args.records) else 'GROWS'}: {profile.samples[-1][0]} records in {profile.seconds:.0f} s, "
        f"peak of the first half {first:.0f} MiB, of the second {second:.0f} MiB, {len(profile.samples)} samples"
    )
    return 0 if profile.flat(args.records) else 1


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # through the finally clauses: tagger and broker end too
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
