"""The records that are fed: mostly JSON with a text, some that need no tag, some that cannot have one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum, auto

ID = "message-id"
TOMBSTONE_EVERY = 509
POISON_EVERY = 401
EPOCH_MS = 1_700_000_000_000


class Kind(StrEnum):
    """What should become of a record."""

    TALK = auto()
    TOMBSTONE = auto()
    POISON = auto()


@dataclass(frozen=True, slots=True)
class Fed:
    """One record to be fed."""

    partition: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes | None]]


def kind(number: int) -> Kind:
    """Return which kind the record of that number is."""
    if number % TOMBSTONE_EVERY == TOMBSTONE_EVERY - 1:
        return Kind.TOMBSTONE
    return Kind.POISON if number % POISON_EVERY == POISON_EVERY - 1 else Kind.TALK


def text(number: int, texts: Sequence[str]) -> str:
    """Return what the record of that number says."""
    return texts[number % len(texts)]


def record(number: int, texts: Sequence[str], partitions: int) -> Fed:
    """Make the record of that number; the same number gives the same record."""
    return Fed(
        partition=number * 7 % partitions,
        timestamp=EPOCH_MS + number,
        key=None if number % 5 == 0 and kind(number) is not Kind.TOMBSTONE else b"conversation-%d" % (number // 12),
        value=_value(number, texts),
        # Duplicates and nulls: a tagger that keeps headers in a dict loses them.
        headers=[
            (ID, b"%d" % number),
            ("hop", b"a"),
            ("hop", b"b"),
            ("empty", b""),
            ("none", None),
        ],
    )


def _value(number: int, texts: Sequence[str]) -> bytes | None:
    match kind(number):
        case Kind.TOMBSTONE:
            return None
        case Kind.POISON:
            return b'{"id": %d, "text": "cut off' % number
    document = {
        "id": number,
        "sender": f"agent{number % 4}",
        "text": text(number, texts),
        "unknown": {"nested": [1.50, None, True], "é": "\u2028"},
    }
    spaces = (", ", ": ") if number % 2 else (",", ":")
    # 1e400 and -0.0 do not survive a parse and a dump.
    tail = b',  "big": 1e400, "zero": -0.0 }' if number % 3 else b"}"
    return json.dumps(document, ensure_ascii=number % 4 < 2, separators=spaces).encode()[:-1] + tail
