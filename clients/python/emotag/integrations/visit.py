"""A visit: the messages that one hook shows, as far as the hook waits for their tags."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emotag.integrations.events import TaggedMessage


class Visit:
    """Who comes first, tag or deadline, is decided for every message once, under a lock.

    Attributes:
        tagged: The messages whose tags were handed on before the deadline.
    """

    def __init__(self) -> None:
        self.tagged: list[TaggedMessage] = []
        self._open = 0  # messages that the deadline would take
        self._unfinished = 1  # messages that the hook waits for, and the hook itself until it has shown them all
        self._over = False
        self._lock = threading.Lock()
        self._done: Future[None] = Future()
        self._done.set_running_or_notify_cancel()  # so that an agent that is cancelled does not settle it

    def add(self) -> None:
        """Wait for one message more."""
        with self._lock:
            self._open += 1
            self._unfinished += 1

    def claim(self) -> bool:
        """Say whether a message is still waited for; if so, the deadline takes it no longer."""
        with self._lock:
            if self._over:
                return False
            self._open -= 1
            return True

    @property
    def over(self) -> bool:
        """Whether the deadline came, so that no tag is worth computing."""
        return self._over

    def finish(self) -> None:
        """A message that was claimed is done with, or the hook has shown its last."""
        with self._lock:
            self._unfinished -= 1
            done = not self._unfinished and not self._over
        if done:
            self._done.set_result(None)

    def wait(self, seconds: float) -> int:
        """Wait until all are done with, and return how many the deadline took."""
        if self._unfinished:
            try:
                self._done.result(seconds)
            except FutureTimeoutError:
                return self._end()
        return 0

    async def wait_async(self, seconds: float) -> int:
        """As `wait`, on an event loop."""
        if self._unfinished:
            done = asyncio.wrap_future(self._done)
            try:
                await asyncio.wait([done], timeout=seconds)
            finally:
                done.cancel()  # of no effect on what it wraps; a loop that is closed by then is told nothing
            return self._end()
        return 0

    def _end(self) -> int:
        with self._lock:
            self._over = True
            return self._open
