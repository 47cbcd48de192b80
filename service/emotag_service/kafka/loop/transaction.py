"""What the open transaction of a lane holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emotag_service.messages.untaggable import Fault

if TYPE_CHECKING:
    from emotag_service.kafka.meters import Meters
    from emotag_service.kafka.records.record import Outgoing
    from emotag_service.kafka.records.rewriter import Prepared
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
        meters.transaction_seconds += now - self.began
        meters.tagged.update(self._tagged)
        meters.dead_letters.update(self._dead)
        meters.skipped += self._skipped
        meters.failed += self._failed
