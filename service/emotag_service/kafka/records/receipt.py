"""A receipt: a record among dead letters that says up to which offset letters of a reason were replayed.

The offsets of a group without members expire (`offsets.retention.minutes`, 7 days), the letters may stay for longer. A
receipt is written behind the letters that it is of, to their partition and in the transaction that replays them. So a
topic that lets records expire lets the letters go first, and one that is compacted keeps the last receipt by its key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emotag_service.kafka.records.dead_letter import PREFIX
from emotag_service.kafka.records.record import Outgoing

if TYPE_CHECKING:
    from typing import Self

    from emotag_service.kafka.records.record import Record

RECEIPT = "RECEIPT"  # why a tagger that reads dead letters tags none
NAMES = (f"{PREFIX}receipt-group", f"{PREFIX}receipt-offset")
_MOST_DIGITS = 19  # of an offset
_NOW = -1  # a time that whoever writes the record has to choose


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt.

    Attributes:
        group: The consumer group that remembers the same: GROUP.REASON.
        offset: The letters before it in the receipt's partition are replayed.
    """

    group: str
    offset: int

    @classmethod
    def read(cls, record: Record) -> Self | None:
        """Read one back; None when the record is none."""
        if len(record.headers) != len(NAMES):  # asked of every record that is tagged, of which some have thousands
            return None
        if tuple(name for name, _ in record.headers) != NAMES:  # of a letter, others follow what it came with
            return None
        group, digits = (content or b"" for _, content in record.headers)
        if not (digits.isdigit() and len(digits) <= _MOST_DIGITS):  # Python refuses thousands of them
            return None
        offset = int(digits)
        if offset > record.offset:  # it was written behind its letters: this is another partition's
            return None
        return cls(group.decode("utf-8", "replace"), offset)

    def outgoing(self, topic: str, partition: int) -> Outgoing:
        """The record to be written among the letters of this partition."""
        contents = (self.group.encode(), b"%d" % self.offset)
        words = f"replayed up to offset {self.offset} by {self.group}".encode()  # null would have compaction delete it
        key = f"{NAMES[0]}:{self.group}".encode()
        headers = tuple(zip(NAMES, contents, strict=True))
        return Outgoing(topic, partition, _NOW, key, words, headers)
