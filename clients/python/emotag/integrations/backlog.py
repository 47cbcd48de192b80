"""Messages that wait for the thread that tags them."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from weakref import WeakSet

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
_AT_ONCE = 64
_BACKLOGS: WeakSet[Backlog[Any]] = WeakSet()


class Backlog(Generic[T]):
    """A bounded queue and the one thread that works it off, which begins with the first item.

    Not before: a process that is forked after it made its observer still has one that works, whatever waited by then.
    """

    def __init__(self, work: Callable[[list[T]], None], capacity: int) -> None:
        """`work` is given up to 64 items at once, in their order, and must not raise."""
        self._work = work
        self._capacity = capacity
        self._closed = False
        self.begin_anew()
        _BACKLOGS.add(self)

    def begin_anew(self) -> None:
        """Have nothing waiting, and no thread: in a process that was forked, what waits is the parent's to work off."""
        self._waiting: deque[T] = deque()
        self._busy = False
        self._changed = threading.Condition()  # the one before may have been held by a thread that is not here
        self._thread: threading.Thread | None = None

    @property
    def closed(self) -> bool:
        """Whether nothing more is taken."""
        return self._closed

    def put(self, item: T) -> bool:
        """Take an item, and say whether there was room for it."""
        with self._changed:
            if self._closed or len(self._waiting) >= self._capacity:
                return False
            self._waiting.append(item)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="emotag-observer", daemon=True)
                self._thread.start()
            self._changed.notify_all()
            return True

    def drain(self, timeout: float | None = None) -> bool:
        """Wait until nothing is left, for `timeout` seconds at most, and say whether nothing is."""
        until = None if timeout is None else time.monotonic() + timeout
        with self._changed:
            while self._waiting or self._busy:
                left = None if until is None else until - time.monotonic()
                if left is not None and left <= 0:
                    return False
                self._changed.wait(left)
            return True

    def close(self, timeout: float) -> list[T]:
        """Take nothing more, work off what is there for `timeout` seconds at most, and return what is left."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self.drain(timeout)
        with self._changed:
            left = list(self._waiting)
            self._waiting.clear()
            return left

    def _run(self) -> None:
        while items := self._next():
            self._work(items)

    def _next(self) -> list[T]:
        """Wait for items; none means that there will be no more."""
        with self._changed:
            self._busy = False
            self._changed.notify_all()
            while not self._waiting and not self._closed:
                self._changed.wait()
            items = [self._waiting.popleft() for _ in range(min(_AT_ONCE, len(self._waiting)))]
            self._busy = bool(items)
            return items


def _begin_anew_after_fork() -> None:
    for backlog in list(_BACKLOGS):
        backlog.begin_anew()


if hasattr(os, "register_at_fork"):  # Windows forks nothing
    os.register_at_fork(after_in_child=_begin_anew_after_fork)
