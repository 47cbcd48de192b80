"""Which records are tagged: all that can be, those of some senders, or only those that have no tag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emotag_service.kafka.treatments.headers import is_tagged

if TYPE_CHECKING:
    from emotag_service.kafka.codecs.protocol import Reading
    from emotag_service.kafka.record import Record

TOMBSTONE = "TOMBSTONE"
OTHER_SENDER = "OTHER_SENDER"
TAGGED_BEFORE = "TAGGED_BEFORE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which records are tagged.

    Attributes:
        senders: Of messages that are tagged; empty for all.
        only_untagged: Leave alone what carries a tag, in its headers or where the codec puts it.
    """

    senders: frozenset[str] = frozenset()
    only_untagged: bool = False

    def why_not(self, record: Record, reading: Reading) -> str:
        """Why a record is left as it is, as the value of `emotion-reason`; empty when it is to be tagged."""
        if self.senders and reading.sender not in self.senders:
            return OTHER_SENDER
        if self.only_untagged and (reading.tagged or is_tagged(record.headers)):
            return TAGGED_BEFORE
        return ""


EVERYTHING = Choice()
