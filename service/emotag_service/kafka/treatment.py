"""The seam between the loop, which moves records, and what is done with each: read, decide, write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection

    from emotag_service.kafka.codecs.protocol import Reading
    from emotag_service.kafka.record import Outgoing, Record
    from emotag_service.messages.tag import MessageTag
    from emotag_service.messages.untaggable import Fault


@dataclass(slots=True)
class Prepared:
    """A record on its way through a lane.

    Attributes:
        record: As read.
        reading: What the engine is to tag; None when it need not or cannot be tagged.
        fault: Why it cannot, or None; `finish` sets it when that turns out only then.
        skipped: Why it need not, as the value of `emotion-reason`; empty when it is to be tagged or cannot be.
    """

    record: Record
    reading: Reading | None = None
    fault: Fault | None = None
    skipped: str = ""


class Treatment(Protocol):
    """What becomes of a record. Stateless, synchronous, the same for all partitions."""

    def written(self, topic: str) -> Collection[str]:
        """Every topic that may be written to for what is read from this one."""

    def prepare(self, record: Record) -> Prepared:
        """Read it. Never raises for what is in it: that is a fault."""

    def finish(self, prepared: Prepared, answer: MessageTag | Fault | None) -> Outgoing:
        """Make what is written in its place; exactly one record out for one in.

        Args:
            prepared: From `prepare`.
            answer: The engine's, or None when it was not asked.

        Raises:
            StopPolicyError: The policy is to stop at a record like this one.
        """

    def refuse(self, prepared: Prepared, fault: Fault) -> Outgoing:
        """The same for a record whose outgoing one was refused by its topic. Raises StopPolicyError too."""
