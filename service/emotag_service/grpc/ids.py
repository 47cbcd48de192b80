"""Ids of messages: made where the caller gave none, refused where one repeats within a stream."""

from __future__ import annotations

import secrets
from collections import deque
from itertools import count

from emotag_service.grpc.limits import MAX_ID_BYTES, REPEAT_WINDOW

_PREFIX = secrets.token_hex(6)
_COUNTER = count(1)


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
