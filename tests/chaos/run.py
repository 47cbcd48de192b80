"""One run: feed, break, wait until all is through, stop, compare."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tests.brokers.admin import make_topic
from tests.chaos.arrivals import Arrivals
from tests.chaos.calm import Calm
from tests.chaos.commands import Names, TaggerCommand
from tests.chaos.faults import Weather
from tests.chaos.feeder import Feeder
from tests.chaos.findings import Findings
from tests.chaos.outcome import Outcome
from tests.chaos.reader import read, size, uncommitted
from tests.chaos.saboteur import Restarts, Saboteur
from tests.chaos.taggers import Taggers
from tests.chaos.truth import Truth
from tests.chaos.verifier import Verifier, text_of

PRIME = 60
START_SECONDS = 180.0
QUIET_SECONDS = 60.0
TICK_SECONDS = 0.03


class Broker(Restarts, Protocol):
    """A broker, or a cluster of them."""

    @property
    def bootstrap(self) -> str:
        """Where it listens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run does.

    Attributes:
        texts: What the records say, in turn.
        tagger: How taggers are started.
        records: How many are fed.
        partitions: Of each topic.
        taggers: Processes.
        rate: Records per second that are fed.
        weather: The faults.
        seed: What the faults are drawn from.
        quiet_seconds: Without any new record in the output, after everything is fed, the rest counts as lost.
    """

    texts: Sequence[str]
    tagger: TaggerCommand = field(default_factory=TaggerCommand)
    records: int = 100_000
    partitions: int = 6
    taggers: int = 3
    rate: float = 1000.0
    weather: Weather = field(default_factory=Weather)
    seed: int = 1
    quiet_seconds: float = QUIET_SECONDS

    @property
    def names(self) -> Names:
        """Of its topics and its group."""
        return Names(f"chaos-{self.seed}")


class Run:
    """One run on a broker that serves."""

    def __init__(self, plan: Plan, broker: Broker, truth: Truth, folder: Path) -> None:
        self._plan, self._broker, self._truth = plan, broker, truth
        self._names, self._folder = plan.names, folder
        self._taggers = Taggers(plan.taggers, self._command, folder)
        self._feeder = Feeder(
            broker.bootstrap, self._names.input, plan.texts,
            count=plan.records, partitions=plan.partitions, rate=plan.rate, prime=min(PRIME, plan.records),
        )  # fmt: skip
        self._arrivals = Arrivals(broker.bootstrap, self._names.input, self._names.group, plan.partitions)
        seconds = plan.records / plan.rate
        target = Calm(broker, self._feeder, self._arrivals) if plan.weather.gentle else broker
        self._saboteur = Saboteur(
            plan.weather, self._taggers, target, flowing=self._arrivals.flowing, seed=plan.seed, seconds=seconds
        )
        self._outcome = Outcome(faults=self._saboteur.done, exits=self._taggers.exits, ends=self._taggers.ends)

    def run(self) -> Outcome:
        """Do it all; nothing is left running."""
        self._make_topics()
        self._arrivals.start()
        self._feeder.start()
        try:
            self._taggers.start()
            self._drive()
            self._outcome.stops = list(self._taggers.stop().values())
        finally:
            self._saboteur.rest()
            self._taggers.kill()
            self._feeder.give_up()
            self._arrivals.end()
        self._outcome.lives = [slot.lives for slot in self._taggers.slots]
        self._outcome.deaths = [slot.deaths for slot in self._taggers.slots]
        self._outcome.problems += self._feeder.problems + self._saboteur.problems
        self._outcome.findings = self._verify()
        return self._outcome

    def _make_topics(self) -> None:
        for topic in (self._names.input, self._names.output, self._names.dead):
            # Without an end to retention: what is fed bears timestamps of long ago.
            if not make_topic(self._broker.bootstrap, topic, partitions=self._plan.partitions, retention_ms="-1"):
                raise RuntimeError(f"the broker did not make the topic {topic}")

    def _command(self, slot: int, deaths: int) -> Sequence[str]:
        return self._plan.tagger.line(self._broker.bootstrap, self._names, slot, deaths)

    def _drive(self) -> None:
        """Feed while it breaks, then let what is left come through."""
        self._tick_until(lambda: self._arrivals.count > 0 or self._is_hopeless(), START_SECONDS)
        if not self._arrivals.count:
            self._outcome.problems.append(f"nothing was tagged; the taggers' logs, in {self._folder}, may say why")
            return
        began = time.monotonic()
        self._feeder.go.set()
        self._saboteur.begin()
        self._tick_until(lambda: not self._feeder.is_alive(), float("inf"))
        self._saboteur.rest()
        calm, count = time.monotonic(), size(self._broker.bootstrap, self._names.input)
        self._tick_until(lambda: self._is_through(calm, count), float("inf"))
        self._outcome.seconds = time.monotonic() - began

    def _is_hopeless(self) -> bool:
        """Whether the taggers end by themselves before any of them has tagged a record, again and again."""
        by_themselves = self._taggers.exits.total() - self._taggers.exits[-signal.SIGKILL]
        return by_themselves >= 3 * self._plan.taggers

    def _is_through(self, calm: float, count: int) -> bool:
        """Whether all are out, or nothing has come for long although nothing goes wrong any more, since `calm`."""
        quiet = time.monotonic() - max(calm, self._arrivals.last)
        return quiet > self._plan.quiet_seconds or self._arrivals.count >= count

    def _tick_until(self, reached: Callable[[], bool], seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not reached():
            if time.monotonic() > deadline or self._feeder.problems or self._saboteur.problems:
                return False
            self._taggers.tick()
            self._saboteur.tick()
            if self._saboteur.finished and self._taggers.have_died(self._plan.tagger.deaths):
                self._feeder.hurry.set()
            time.sleep(TICK_SECONDS)  # the pace at which processes are looked at
        return True

    def _verify(self) -> Findings:
        at = self._broker.bootstrap
        fed = read(at, self._names.input)
        truth = self._truth.of(text_of(seen) for seen in fed)
        findings = Verifier(fed, truth).verify(read(at, self._names.output), read(at, self._names.dead))
        behind = uncommitted(at, self._names.input, self._names.group)
        if behind:
            findings.note("uncommitted", f"the group would read {behind} records again", behind)
        numbers = {seen.id for seen in fed}
        if len(numbers) != self._plan.records:
            self._outcome.problems.append(f"{len(numbers)} of {self._plan.records} records were fed")
        return findings
