"""The streams of a client, told when it is closed: one may have no call open that would end with its channel."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol
from weakref import WeakSet

from emotag.calls import closed

if TYPE_CHECKING:
    from emotag.errors import ClientClosedError


class Cancellable(Protocol):
    """A stream, which may have no call open that would end with its channel."""

    def cancel(self, error: ClientClosedError) -> None:
        """End it now, to raise this."""


class OpenStreams:
    """The streams of a client, each for as long as somebody else has it. Safe to share between threads."""

    def __init__(self) -> None:
        """There are none yet."""
        self._lock = threading.RLock()  # a signal handler or the collector may close the client while it is held
        self._streams: WeakSet[Cancellable] = WeakSet()
        self._closed = False

    def add(self, stream: Cancellable) -> None:
        """Take one in; it is cancelled with the client, now if that is closed."""
        with self._lock:
            self._streams.add(stream)
            too_late = self._closed
        if too_late:
            stream.cancel(closed())

    def cancel(self) -> None:
        """Cancel them all, and those that are still to come."""
        with self._lock:
            self._closed = True
            streams = list(self._streams)
        for stream in streams:
            stream.cancel(closed())
