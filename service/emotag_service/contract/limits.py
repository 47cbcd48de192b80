"""What the gRPC front accepts, how much of one stream it holds, and ids: made, refused, looked up for repeats."""

from __future__ import annotations

import secrets
from collections import deque
from dataclasses import dataclass
from itertools import count

MAX_ID_BYTES = 256
"""Bytes of UTF-8 in `Message.id`; part of the contract."""

REPEAT_WINDOW = 4096
"""An id may not repeat within this many messages of a stream; part of the contract."""

_PREFIX = secrets.token_hex(6)
_COUNTER = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontLimits:
    """Bounds of one call.

    Attributes:
        frame_bytes: Bytes of one request or frame. 16 MiB, so that a message of several megabytes is read and answered
            by its own error instead of ending the stream.
        frame_messages: Messages of one unary request or frame.
        stream_messages: Messages of one stream that are read and not yet answered; reading stops there. Less than
            `REPEAT_WINDOW`, so that no id in flight can be given twice.
        reply_tags: Tags in one reply frame, so that the frame stays under a client's default limit of 4 MiB.
        explained_tags: The same when the tags carry token weights; a unary reply of more is put together in such parts.
    """

    frame_bytes: int = 16 * 2**20
    frame_messages: int = 1024
    stream_messages: int = 2048
    reply_tags: int = 256
    explained_tags: int = 32

    def __post_init__(self) -> None:
        if not 0 < self.frame_messages <= self.stream_messages < REPEAT_WINDOW:
            raise ValueError(f"need 0 < frame_messages <= stream_messages < {REPEAT_WINDOW}: {self}")


def make_id() -> str:
    """Make an id that no other message of any process has; a counter, because a UUID costs ten times as much."""
    return f"{_PREFIX}-{next(_COUNTER):x}"


def too_long(identifier: str) -> bool:
    """Whether an id is longer than the contract allows."""
    # A character is at most 4 bytes, so that short ids, nearly all, need no encoding.
    return len(identifier) * 4 > MAX_ID_BYTES and len(identifier.encode()) > MAX_ID_BYTES


def shorten(identifier: str) -> str:
    """Cut an id that is too long, for the reply that refuses it."""
    return identifier.encode()[:MAX_ID_BYTES].decode(errors="ignore")


class RepeatWindow:
    """The ids of the last messages of one stream, whatever became of them."""

    def __init__(self, size: int = REPEAT_WINDOW) -> None:
        self._size = size
        self._sent = 0
        self._recent: deque[str] = deque()
        self._last_sent: dict[str, int] = {}

    def repeats(self, identifier: str) -> bool:
        """Take the next message's id and say whether one of the last `size` messages had it."""
        self._sent += 1
        repeated = identifier in self._last_sent
        self._last_sent[identifier] = self._sent
        self._recent.append(identifier)
        if len(self._recent) > self._size:
            self._forget(self._recent.popleft())
        return repeated

    def _forget(self, identifier: str) -> None:
        # A repeat moved it on: it leaves with its last occurrence.
        if self._last_sent[identifier] == self._sent - self._size:
            del self._last_sent[identifier]
