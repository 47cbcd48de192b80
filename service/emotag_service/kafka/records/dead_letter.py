"""A dead letter: a record as it was read, followed by headers that say where it came from and why it is here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from emotag_service.kafka.records.record import Outgoing
from emotag_service.kafka.records.routes import topic_name

if TYPE_CHECKING:
    from typing import Self

    from emotag_service.kafka.records.record import Headers, Record
    from emotag_service.messages.untaggable import Fault

REPLAY_GROUP = "emotag-replay"  # here, and not where letters are replayed, since that brings the Kafka client
PREFIX = "emotion-dead-letter-"
REFUSED_FOR_TIME = "TIMESTAMP_REFUSED"
NAMES = tuple(f"{PREFIX}{part}" for part in ("topic", "partition", "offset", "reason", "detail", "time"))

UNKNOWN = "UNKNOWN"
"""The reason of a letter whose own, of another service, cannot be part of a group's name."""

_MOST_DIGITS = 19  # of an offset
_MOST_LETTERS = 100  # of a reason, which becomes part of a group's name


class NotALetterError(ValueError):
    """A record that is no dead letter of ours; the text says what it lacks."""


def bury(record: Record, topic: str, fault: Fault, at: float) -> Outgoing:
    """Make the dead letter of a record.

    Args:
        record: What could not be tagged; nothing of it changes but a timestamp that a topic refused.
        topic: Where dead letters go.
        fault: Why.
        at: Seconds since the epoch.
    """
    moment = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    reason = fault.reason if _is_reason(fault.reason) else UNKNOWN
    facts = (record.topic, str(record.partition), str(record.offset), reason, fault.detail, moment)
    added = tuple((name, text.encode("utf-8", "backslashreplace")) for name, text in zip(NAMES, facts, strict=True))
    headers = (*record.headers, *added)
    # A topic of dead letters mostly takes the times that the output does.
    timestamp = int(at * 1000) if fault.reason == REFUSED_FOR_TIME else record.timestamp
    return Outgoing(topic, record.partition, timestamp, record.key, record.value, headers, dead=fault.reason)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A dead letter as it was read back.

    Attributes:
        record: As it stands in the dead-letter topic.
        topic: Where it came from.
        partition: Of that topic.
        offset: In that partition.
        reason: Why it could not be tagged, for programs.
        detail: The same for people.
        time: When, ISO 8601.
    """

    record: Record
    topic: str
    partition: int
    offset: int
    reason: str
    detail: str
    time: str

    @classmethod
    def read(cls, record: Record) -> Self:
        """Read one back.

        Raises:
            NotALetterError: It is none.
        """
        # Only the last: what was read from a dead-letter topic had such headers of its own.
        added = record.headers[-len(NAMES) :]
        if tuple(name for name, _ in added) != NAMES:
            raise NotALetterError(f"its headers do not end with {PREFIX}topic … -time")
        topic, partition, offset, reason, detail, moment = (_text(content) for _, content in added)
        _check(topic, reason)
        return cls(record, topic, _number("partition", partition), _number("offset", offset), reason, detail, moment)

    @property
    def headers(self) -> Headers:
        """As they were before it became a dead letter."""
        return self.record.headers[: -len(NAMES)]

    def original(self, topic: str, partition: int | None) -> Outgoing:
        """The record as it was before it became a dead letter, to be written there."""
        record = self.record
        return Outgoing(topic, partition, record.timestamp, record.key, record.value, self.headers)


def _text(content: bytes | None) -> str:
    return (content or b"").decode("utf-8", "replace")


def _check(topic: str, reason: str) -> None:
    try:
        topic_name(topic)
    except ValueError as error:
        raise NotALetterError(f"its header {PREFIX}topic {error}") from error
    if not _is_reason(reason):
        raise NotALetterError(f"its header {PREFIX}reason is no reason")


def _is_reason(text: str) -> bool:
    return text.isascii() and text.isprintable() and len(text) <= _MOST_LETTERS


def _number(part: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):  # Python refuses thousands of them
        raise NotALetterError(f"its header {PREFIX}{part} is no number")
    return int(text)
