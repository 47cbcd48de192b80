"""The channels that a client has open: one for calls that begin now, and those before it until their calls have ended.

gRPC reads the credentials of a channel once. Once the files of a `TLS` have changed, the next call has a new channel.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from emotag.calls import closed

if TYPE_CHECKING:
    from collections.abc import Callable

    import grpc

    from emotag.channel import Connection

LOOK_SECONDS = 1.0  # between two looks at the files while calls are answered

_Channel = TypeVar("_Channel")
_Stub = TypeVar("_Stub")


@dataclass(slots=True, eq=False)
class OpenChannel(Generic[_Channel, _Stub]):
    """A channel, the service that is called over it, what it was made with, and how many calls are on it."""

    channel: _Channel
    service: _Stub
    credentials: grpc.ChannelCredentials | None
    calls: int = 0


class OpenChannels(Generic[_Channel, _Stub]):
    """Says which channel a call has, and which ones nobody needs any more. No I/O but of files; drivers bring that."""

    def __init__(
        self,
        connection: Connection,
        make: Callable[[grpc.ChannelCredentials | None], tuple[_Channel, _Stub]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`make` opens a channel with credentials that were read of `connection.tls`, where there is one.

        Raises:
            InvalidArgumentError: A file cannot be used.
        """
        self._make = make
        self._clock = clock
        self._files = None if connection.tls is None else connection.tls.reloaded()
        self._credentials = None if self._files is None else self._files.now()
        self._next_look = clock() + LOOK_SECONDS
        self._lock = threading.Lock()
        self._current: OpenChannel[_Channel, _Stub] | None = None
        self._before: list[OpenChannel[_Channel, _Stub]] = []
        self.closed = False

    def begin(self, *, look: bool) -> OpenChannel[_Channel, _Stub]:
        """The channel for a call that begins now, by the files as they are or, without `look`, were a second ago.

        Raises:
            ClientClosedError: The client is.
        """
        with self._lock:
            if self.closed:
                raise closed()
            credentials = self._read(look=look)
            if self._current is None or self._current.credentials is not credentials:
                new = OpenChannel(*self._make(credentials), credentials)
                if self._current is not None:
                    self._before.append(self._current)
                self._current = new
            self._current.calls += 1
            return self._current

    def end(self, used: OpenChannel[_Channel, _Stub]) -> None:
        """A call on it is over."""
        with self._lock:
            used.calls -= 1

    def failed(self) -> None:
        """A call was not answered: whether new files are why is looked at before the next."""
        self._next_look = self._clock()

    def idle(self) -> list[_Channel]:
        """Take out, to close them, channels from before that have no calls any more."""
        if not self._before:
            return []
        with self._lock:
            idle = [one.channel for one in self._before if not one.calls]
            self._before = [one for one in self._before if one.calls]
            return idle

    def take_all(self) -> list[_Channel]:
        """Take out all channels, to close them; no other call begins."""
        with self._lock:
            self.closed = True
            every = [one for one in (*self._before, self._current) if one is not None]
            self._before, self._current = [], None
            return [one.channel for one in every]

    def _read(self, *, look: bool) -> grpc.ChannelCredentials | None:
        if self._files is not None and (look or self._clock() >= self._next_look):
            self._next_look = self._clock() + LOOK_SECONDS
            self._credentials = self._files.now()
        return self._credentials
