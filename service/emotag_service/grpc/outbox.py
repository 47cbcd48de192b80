"""Frames of one stream that wait for their tags, handed on in the order that the caller asked for."""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from emotag_service.contract.decode import RefusedTags
    from emotag_service.engine.caller import Job
    from emotag_service.engine.tag import Tag


class Outbox(Protocol):
    """What waits to be written to one stream."""

    def add(self, refused: RefusedTags, job: Job) -> None:
        """Take a frame whose messages, but for those that were refused, were just submitted as `job`."""

    def take(self, limit: int) -> list[Tag]:
        """Hand out at most `limit` tags that may be written now."""


class OrderedOutbox:
    """Hands tags out in the order of the messages."""

    def __init__(self, wake: Callable[[], None]) -> None:
        """Make an empty one; `wake` is called when there may be something to take."""
        self._wake = wake
        self._frames: deque[_Frame] = deque()

    def add(self, refused: RefusedTags, job: Job) -> None:
        """See `Outbox`."""
        frame = _Frame(refused, job)
        self._frames.append(frame)
        if not job.done():
            job.on_tags = self._on_tags
        self._wake()

    def _on_tags(self, job: Job, _indices: Sequence[int]) -> None:
        if self._frames and job is self._frames[0].job:
            self._wake()

    def take(self, limit: int) -> list[Tag]:
        """See `Outbox`."""
        taken: list[Tag] = []
        while self._frames and len(taken) < limit:
            frame = self._frames[0]
            taken += frame.take(limit - len(taken))
            if not frame.exhausted():
                break
            self._frames.popleft()
        return taken


class _Frame:
    """One frame, of which the first `_taken` tags are handed out."""

    __slots__ = ("_refused", "_size", "_taken", "job")

    def __init__(self, refused: RefusedTags, job: Job) -> None:
        self.job = job
        self._refused = refused
        self._taken = 0
        self._size = len(job.tags) + len(refused)

    def take(self, limit: int) -> list[Tag]:
        ready: list[Tag] = []
        for tag in islice(self._refused.merge(self.job.tags), self._taken, self._taken + limit):
            if tag is None:
                break
            ready.append(tag)
        self._taken += len(ready)
        return ready

    def exhausted(self) -> bool:
        return self._taken == self._size


class UnorderedOutbox:
    """Hands tags out as they become ready."""

    def __init__(self, wake: Callable[[], None]) -> None:
        """Make an empty one; `wake` is called when there may be something to take."""
        self._wake = wake
        self._ready: deque[Tag] = deque()

    def add(self, refused: RefusedTags, job: Job) -> None:
        """See `Outbox`."""
        self._ready.extend(refused.values())
        self._ready.extend(tag for tag in job.tags if tag is not None)
        if not job.done():
            job.on_tags = self._on_tags
        self._wake()

    def _on_tags(self, job: Job, indices: Sequence[int]) -> None:
        self._ready.extend(tag for tag in map(job.tags.__getitem__, indices) if tag is not None)
        self._wake()

    def take(self, limit: int) -> list[Tag]:
        """See `Outbox`."""
        return [self._ready.popleft() for _ in range(min(limit, len(self._ready)))]
