"""Which ids repeat within a stream, by the contract's own rule."""

from __future__ import annotations

from collections import deque

WINDOW = 4096  # messages that an id must differ from: the contract


class Repeats:
    """The ids of the last messages of one stream, whatever becomes of them.

    The server keeps such a window too, but forgets it when a stream resumes elsewhere; this one makes the answer to a
    repeat the same then.
    """

    def __init__(self) -> None:
        self._last: dict[str, int] = {}
        self._order: deque[tuple[int, str]] = deque()

    def repeats(self, message_id: str, number: int) -> bool:
        """Note that message `number` has this id, and say whether one of the 4,096 before it had it."""
        self._forget(number - WINDOW)
        repeated = message_id in self._last
        self._last[message_id] = number
        self._order.append((number, message_id))
        return repeated

    def _forget(self, before: int) -> None:
        while self._order and self._order[0][0] < before:
            number, message_id = self._order.popleft()
            if self._last[message_id] == number:  # else it repeated since
                del self._last[message_id]
