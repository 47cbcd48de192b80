"""A codec: finds the text in a record, and decides where the tag goes, so that writing is cutting and joining bytes.

A place holds positions, not the parsed document: records wait for tags in a buffer that is bounded by their own size.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from emotag_service.kafka.records.headers import without
from emotag_service.messages.tag import score_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from emotag_service.kafka.records.record import Headers, Record
    from emotag_service.messages.tag import MessageTag

EVENT_LABEL = "ce_emotion"
EVENT_SCORE = "ce_emotionscore"
_EVENT_HEADERS = frozenset({EVENT_LABEL, EVENT_SCORE})


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


class Codec(ABC):
    """Finds the text in a record, and writes the tag where it goes; everything else stays byte for byte.

    Stateless and pure: one codec serves all partitions. Tombstones never reach it.

    Attributes:
        name: What it is called on the command line.
    """

    name: str

    @abstractmethod
    def read(self, record: Record) -> Reading:
        """Find the text.

        Raises:
            UntaggableError: There is none, or no place for the tag: with a stable reason, and with the sender where the
                record names one all the same.
        """

    def write(self, record: Record, reading: Reading, tag: MessageTag) -> tuple[bytes | None, Headers]:
        """Return the value and headers with the tag in them, without the emotion-* headers, which are not its."""
        place: Place = reading.place
        return place.write(record, tag)


class Place(Protocol):
    """Knows how to write a tag into the record that it was read from."""

    def write(self, record: Record, tag: MessageTag) -> tuple[bytes | None, Headers]:
        """Return the value and headers with the tag in them."""


class Edit(NamedTuple):
    """Bytes of a value and what stands there instead; an insertion where both ends are the same.

    Attributes:
        start: First byte that goes.
        end: First byte after it that stays.
        before: Written before the part that depends on the tag.
        render: Writes that part.
        after: Written after it.
    """

    start: int
    end: int
    before: str
    render: Callable[[MessageTag], str]
    after: str


@dataclass(slots=True)
class Splice:
    """A place in the value: every byte outside the edits stays.

    Attributes:
        encoding: Of the value.
        edits: In the order of their positions, none overlapping another.
    """

    encoding: str
    edits: tuple[Edit, ...]

    def write(self, record: Record, tag: MessageTag) -> tuple[bytes | None, Headers]:
        """Return the value with the edits made, and the headers as they are."""
        value = record.value or b""
        pieces: list[bytes] = []
        at = 0
        for start, end, before, render, after in self.edits:
            pieces += (value[at:start], f"{before}{render(tag)}{after}".encode(self.encoding))
            at = end
        pieces.append(value[at:])
        return b"".join(pieces), record.headers


@dataclass(frozen=True, slots=True)
class BeforeLast:
    """A place right before the last byte of a value in UTF-8, where most documents get their tag: one for all of them.

    Attributes:
        before: Written before the part that depends on the tag.
        render: Writes that part.
    """

    before: bytes
    render: Callable[[MessageTag], bytes]

    def write(self, record: Record, tag: MessageTag) -> tuple[bytes | None, Headers]:
        """Return the value with the insertion made, and the headers as they are."""
        value = record.value or b""
        return b"%b%b%b%b" % (value[:-1], self.before, self.render(tag), value[-1:]), record.headers


class Untouched:
    """No place: the tag is in the emotion-* headers alone."""

    def write(self, record: Record, tag: MessageTag) -> tuple[bytes | None, Headers]:  # noqa: ARG002 - the seam's
        """Return value and headers as they are."""
        return record.value, record.headers


class EventHeaders:
    """A place in the attributes of a binary CloudEvent."""

    def write(self, record: Record, tag: MessageTag) -> tuple[bytes | None, Headers]:
        """Return the value as it is, and the headers with earlier tags' attributes replaced."""
        added = (EVENT_LABEL, tag.label.encode()), (EVENT_SCORE, score_text(tag).encode())
        return record.value, (*without(record.headers, _EVENT_HEADERS), *added)


UNTOUCHED = Untouched()
EVENT_HEADERS = EventHeaders()
