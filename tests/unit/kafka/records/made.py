"""Records, tags and a codec for the tests of what becomes of a record."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from emotag_service.kafka.records.codec import Reading
from emotag_service.kafka.records.record import Headers, Record
from emotag_service.messages.tag import MessageTag, ModelName
from emotag_service.messages.untaggable import UntaggableError

MODEL = ModelName("tiny", "1.0", "ab" * 32)

names = st.text(max_size=12) | st.sampled_from(["emotion-label", "emotion-status", "emotion-reason", "trace", ""])
headers = st.lists(st.tuples(names, st.none() | st.binary(max_size=12)), max_size=8).map(tuple)


def make_record(**fields: Any) -> Record:
    given: dict[str, Any] = {
        "topic": "in",
        "partition": 2,
        "offset": 7,
        "timestamp": 1_700_000_000_000,
        "key": b"k",
        "value": b"thank you",
        "headers": (("trace", b"1"), ("trace", b"2"), ("empty", None)),
    }
    return Record(**{**given, **fields})


def make_tag(**fields: Any) -> MessageTag:
    given: dict[str, Any] = {
        "label": "joy",
        "score": 0.75,
        "labels": ("joy",),
        "categories": ("joy", "anger"),
        "scores": (0.75, 0.25),
        "taxonomy": "ekman",
        "model": MODEL,
        "tagged_at": 1_700_000_000.0,
    }
    return MessageTag(**{**given, **fields})


class ShoutingCodec:
    """Reads the value as text, "SENDER> TEXT" when there is a sender; writes it with the label before it."""

    name = "shouting"

    def __init__(self, *, read: Exception | None = None, write: Exception | None = None) -> None:
        self._read = read
        self._write = write

    def read(self, record: Record) -> Reading:
        if self._read is not None:
            raise self._read
        try:
            text = (record.value or b"").decode()
        except UnicodeDecodeError:
            raise UntaggableError("WRONG_ENCODING", "it is not UTF-8") from None
        sender, _, said = text.rpartition("> ")
        return Reading(said, sender=sender, tagged=said.startswith("["))

    def write(self, record: Record, reading: Reading, tag: MessageTag) -> tuple[bytes | None, Headers]:
        if self._write is not None:
            raise self._write
        return f"[{tag.label}]".encode() + (record.value or b""), (*record.headers, ("by-codec", b"x"))
