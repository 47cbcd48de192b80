"""Which records are tagged, and what becomes of one that cannot be: a dead letter, a status, or the end."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from emotag_service.kafka.errors import StopPolicyError
from emotag_service.kafka.records.dead_letter import bury
from emotag_service.kafka.records.headers import is_tagged, with_failure
from emotag_service.kafka.records.record import Outgoing

if TYPE_CHECKING:
    from collections.abc import Callable

    from emotag_service.kafka.records.codec import Reading
    from emotag_service.kafka.records.record import Record
    from emotag_service.kafka.records.routes import Routes
    from emotag_service.messages.untaggable import Fault

TOMBSTONE = "TOMBSTONE"
OTHER_SENDER = "OTHER_SENDER"
TAGGED_BEFORE = "TAGGED_BEFORE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which records are tagged.

    Attributes:
        senders: Of messages that are tagged; empty for all.
        only_untagged: Leave alone what carries a tag, in its headers or where the codec puts it.
    """

    senders: frozenset[str] = frozenset()
    only_untagged: bool = False

    def why_unread(self, record: Record) -> str:
        """Why a record need not even be read, as the value of `emotion-reason`; empty when it must be."""
        return TAGGED_BEFORE if self.only_untagged and is_tagged(record.headers) else ""

    def why_not_by(self, sender: str) -> str:
        """The same of what this sender said, whatever it is."""
        return OTHER_SENDER if self.senders and sender not in self.senders else ""

    def why_not(self, record: Record, reading: Reading) -> str:
        """The same of a record that was read; empty when it is to be tagged."""
        if other := self.why_not_by(reading.sender):
            return other
        if self.only_untagged and reading.tagged:
            return TAGGED_BEFORE
        return self.why_unread(record)


EVERYTHING = Selection()


class Policy(StrEnum):
    """What becomes of a record that cannot be tagged."""

    DEAD_LETTER = "dead-letter"
    PASS_THROUGH = "pass-through"  # noqa: S105 - not a password
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Untaggables:
    """Applies a policy.

    Attributes:
        policy: Which.
        routes: Where to.
        clock: Seconds since the epoch.
    """

    policy: Policy
    routes: Routes
    clock: Callable[[], float]

    def __call__(self, record: Record, fault: Fault) -> Outgoing:
        """Make what is written in the record's place. Raises StopPolicyError."""
        if self.policy is Policy.DEAD_LETTER:
            return bury(record, self.routes.targets(record.topic).dead_letters, fault, self.clock())
        if self.policy is Policy.PASS_THROUGH:
            return passed(record, self.routes.topic(record.topic), with_failure(record.headers, fault.reason))
        raise stopped(record, fault, "correct what writes such records, or choose another --on-untaggable")


def passed(record: Record, topic: str, headers: tuple[tuple[str, bytes | None], ...]) -> Outgoing:
    """The record as it is, with these headers."""
    return Outgoing(topic, record.partition, record.timestamp, record.key, record.value, headers)


def stopped(record: Record, fault: Fault, fix: str) -> StopPolicyError:
    """Make the error that ends the tagger at a record, which is not committed."""
    where = f"{record.topic}/{record.partition} offset {record.offset}"
    return StopPolicyError(f"{where} cannot be tagged: {fault}; it is not committed: {fix}")
