"""The seam between the tagger and the formats that messages come in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from emotag_service.kafka.record import Headers, Record
    from emotag_service.messages.tag import MessageTag


@dataclass(slots=True)
class Reading:
    """What a codec found in a record.

    Attributes:
        text: What the agent said.
        id: Of the message, or empty.
        conversation_id: Or empty.
        sender: Or empty.
        tagged: It carries a tag already.
        place: What the codec needs to know to write the tag; nobody else's business.
    """

    text: str
    id: str = ""
    conversation_id: str = ""
    sender: str = ""
    tagged: bool = False
    place: Any = field(default=None, repr=False)


class Codec(Protocol):
    """Finds the text in a record, and writes the tag where it goes; everything else stays byte for byte.

    Stateless and pure: one codec serves all partitions. Tombstones never reach it.
    """

    @property
    def name(self) -> str:
        """What it is called on the command line."""

    def read(self, record: Record) -> Reading:
        """Find the text. Raises UntaggableError with a stable reason when there is none."""

    def write(self, record: Record, reading: Reading, tag: MessageTag) -> tuple[bytes | None, Headers]:
        """Return the value and headers with the tag in them, without the emotion-* headers, which are not its."""
