"""The report of one step of a load, and of a whole load test."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from emotag_service.load_test.tally import HELD_BACK, NO_ANSWER, TAGGED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emotag_service.load_test.tally import Tally


@dataclass(frozen=True, slots=True)
class Waits:
    """Percentiles of waiting, in milliseconds from the planned arrival; None of nothing."""

    p50_ms: float
    p90_ms: float
    p99_ms: float
    p999_ms: float


@dataclass(frozen=True, slots=True)
class Refused:
    """Messages that the service refused for one reason.

    Attributes:
        reason: Why.
        messages: How many.
        waits: From the planned arrival to the refusal.
        after_sending_p99_ms: From the sending on, without what the caller was late by.
    """

    reason: str
    messages: int
    waits: Waits
    after_sending_p99_ms: float


@dataclass(frozen=True, slots=True)
class Step:
    """What a service did with one rate of arrivals.

    Attributes:
        calls: `unary` or `stream`.
        load: The rate as a multiple of the capacity; None where that was not found.
        rate: Messages a second that arrived.
        seconds: How long they did.
        planned: How many.
        tagged: How many had a tag in the end.
        throughput: Tags a second while messages arrived.
        goodput: Those of them that came in time.
        waits: Of tagged messages, from planned arrival to tag.
        refusals: By reason.
        failures: Other errors, by reason.
        held_back: Messages that were given up since the service did not read on.
        late_p99_ms: How late the caller itself was to send; what it adds to every wait.
        lost: Sent, and not answered.
        duplicates: Answers to what was answered before.
        misordered: Answers that came after one to a later message of their stream.
        unknown: Answers to what was never sent.
    """

    calls: str
    load: float | None
    rate: float
    seconds: float
    planned: int
    tagged: int
    throughput: float
    goodput: float
    waits: Waits | None
    refusals: tuple[Refused, ...]
    failures: dict[str, int]
    held_back: int
    late_p99_ms: float
    lost: int
    duplicates: int
    misordered: int
    unknown: int

    @property
    def correct(self) -> bool:
        """Whether every message that was sent had exactly one answer, its own, in its place."""
        return not (self.lost or self.unanswered or self.duplicates or self.misordered or self.unknown)

    @property
    def unanswered(self) -> int:
        """Messages of streams that were not answered while the caller waited: `failures` has them, too."""
        return self.failures.get(NO_ANSWER, 0)

    @property
    def refused(self) -> int:
        """Messages that were refused, for whatever reason."""
        return sum(each.messages for each in self.refusals)


@dataclass(frozen=True, slots=True)
class LoadReport:
    """A load test.

    Attributes:
        target: What was asked.
        texts: With what.
        capacity: Messages a second that it tags at most, by kind of calls; empty where rates were given.
        steps: What it did, in the order of measurement.
        interrupted: It was ended before its end; the last step may be shorter.
    """

    target: str
    texts: str
    capacity: dict[str, float]
    steps: tuple[Step, ...]
    interrupted: bool


def summary(tally: Tally, calls: str, load: float | None, within: float) -> Step:
    """Say what became of the messages of a tally, tags later than `within` seconds being no good."""
    counts = tally.counts()
    late = tally.lateness()
    reasons = set(counts) - {TAGGED, HELD_BACK}
    return Step(
        calls=calls,
        load=load,
        rate=len(tally.planned) / tally.seconds,
        seconds=tally.seconds,
        planned=len(tally.planned),
        tagged=counts[TAGGED],
        throughput=tally.tagged_in_time(inf) / tally.seconds,
        goodput=tally.tagged_in_time(within) / tally.seconds,
        waits=waits(tally.waits(TAGGED)) if counts[TAGGED] else None,
        refusals=tuple(
            Refused(
                reason,
                counts[reason],
                waits(tally.waits(reason)),
                waits(tally.waits(reason, after_sending=True)).p99_ms,
            )
            for reason in sorted(reasons & tally.refused)
        ),
        failures={reason: counts[reason] for reason in sorted(reasons - tally.refused)},
        held_back=counts[HELD_BACK],
        late_p99_ms=waits(late).p99_ms if late else 0.0,
        lost=tally.lost(),
        duplicates=tally.duplicates,
        misordered=tally.misordered,
        unknown=tally.unknown,
    )


def waits(seconds: Sequence[float]) -> Waits:
    """Percentiles of at least one wait."""
    p50, p90, p99, p999 = (float(each) for each in np.percentile(np.asarray(seconds) * 1e3, (50, 90, 99, 99.9)))
    return Waits(p50, p90, p99, p999)
