"""What the open transaction of a lane holds, and the records that an output topic refused."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emotag_service.kafka.errors import StopPolicyError
from emotag_service.kafka.records.dead_letter import REFUSED_FOR_TIME
from emotag_service.messages.untaggable import Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emotag_service.kafka.cluster.producers import RefusedError
    from emotag_service.kafka.records.record import Outgoing, Source, Written
    from emotag_service.kafka.records.rewriter import Prepared
    from emotag_service.kafka.tagging.progress import Meters
    from emotag_service.messages.tag import MessageTag


@dataclass(slots=True)
class Transaction:
    """Counts what is in a transaction, and tells the meters once it is committed.

    Attributes:
        began: Seconds by the lane's clock.
        next_offset: The offset that is committed with it.
        records: How many records are in it.
    """

    began: float
    next_offset: int = 0
    records: int = 0
    _tagged: Counter[str] = field(default_factory=Counter)
    _dead: Counter[str] = field(default_factory=Counter)
    _skipped: int = 0
    _failed: int = 0

    def add(self, prepared: Prepared, answer: MessageTag | Fault | None, outgoing: Outgoing) -> None:
        """Count one record in."""
        self.records += 1
        self.next_offset = prepared.record.offset + 1
        if outgoing.dead:
            self._dead[outgoing.dead] += 1
        elif prepared.fault is not None or isinstance(answer, Fault):
            self._failed += 1
        elif answer is not None:
            self._tagged[answer.label] += 1
        else:
            self._skipped += 1

    def report(self, meters: Meters, now: float) -> None:
        """Count everything as published."""
        meters.transactions += 1
        meters.transaction_durations.add(now - self.began)
        meters.tagged.update(self._tagged)
        meters.dead_letters.update(self._dead)
        meters.skipped += self._skipped
        meters.failed += self._failed


class Refusals:
    """What one partition's records came to when they were written.

    A refused write may hold many records. They become suspects, and on the next attempt are written one by one, which
    names those at fault: all of them, where a broker looks at what a write holds before it looks at its sequence, as
    Apache Kafka does. Another names one for each attempt, so that what is known is committed before more is tried.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._suspects: set[int] = set()
        self._faults: dict[int, Fault] = {}

    def note(self, error: RefusedError) -> None:
        """Learn from a refusal. Raises StopPolicyError when what stands in for a refused record is refused too."""
        for offsets in error.writes:
            if len(offsets) > 1:
                self._suspects.update(offsets)
                continue
            (offset,) = offsets
            before = self._faults.get(offset)
            # A letter that was refused for its time may still go with another.
            if before is not None and (before.reason == REFUSED_FOR_TIME or not error.untimely):
                raise StopPolicyError(
                    f"record {self._source}@{offset} was refused by its topic ({before.detail}), and so was what "
                    f"should stand in for it ({error.reason}): find the topic that refused it, and {error.fix}"
                )
            reason = REFUSED_FOR_TIME if error.untimely else "REFUSED_BY_TOPIC"
            self._faults[offset] = Fault(reason, f"the output topic answered {error.reason}")

    @property
    def end(self) -> int | None:
        """The offset that a transaction has to end before: behind the last fault, then behind the last suspect."""
        known = [max(offsets) for offsets in (self._faults, self._suspects) if offsets]
        return min(known) + 1 if known else None

    def suspects(self, written: Sequence[Written]) -> bool:
        """Whether any of these has to be written alone."""
        return bool(self._suspects) and any(one.offset in self._suspects for one in written)

    def fault(self, offset: int) -> Fault | None:
        """Why a record was refused, or None."""
        return self._faults.get(offset) if self._faults else None

    def passed(self, next_offset: int) -> None:
        """Forget what lies behind."""
        if self._suspects or self._faults:
            self._suspects = {offset for offset in self._suspects if offset >= next_offset}
            self._faults = {offset: fault for offset, fault in self._faults.items() if offset >= next_offset}
