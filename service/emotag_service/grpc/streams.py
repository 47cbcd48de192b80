"""The open streams of a server, so that all of them can be told that it stops."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emotag_service.grpc.stream import Stream


class Streams:
    """Every stream that is open now."""

    def __init__(self) -> None:
        self._open: set[Stream] = set()
        self._none = asyncio.Event()
        self._none.set()
        self._draining_until: float | None = None
        self._ended = False

    def __len__(self) -> int:
        return len(self._open)

    @contextmanager
    def hold(self, stream: Stream) -> Iterator[None]:
        """Count a stream as open; one that opens while the server stops is told so at once."""
        self._open.add(stream)
        self._none.clear()
        self._tell(stream)
        try:
            yield
        finally:
            self._open.discard(stream)
            if not self._open:
                self._none.set()

    def drain(self, grace: float) -> None:
        """Send every stream the notice that the server stops within `grace` seconds."""
        self._draining_until = asyncio.get_running_loop().time() + grace
        for stream in self._open:
            self._tell(stream)

    def end(self) -> None:
        """End every stream, now or as soon as nothing is in flight on it."""
        self._ended = True
        for stream in self._open:
            stream.end()

    def cut(self) -> None:
        """End every stream now."""
        for stream in self._open:
            stream.cut()

    async def empty(self) -> None:
        """Wait until no stream is open."""
        await self._none.wait()

    def _tell(self, stream: Stream) -> None:
        if self._draining_until is not None:
            stream.drain(max(0.0, self._draining_until - asyncio.get_running_loop().time()))
        if self._ended:
            stream.end()
