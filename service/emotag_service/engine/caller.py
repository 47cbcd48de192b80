"""A caller and what it has under way: the unit of fairness and of cancellation, its jobs, and their messages."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from emotag_service.engine.options import Options
    from emotag_service.engine.tag import Tag


@dataclass(slots=True, eq=False)
class Entry:
    """One admitted message.

    Attributes:
        job: Whose tag it will be.
        index: Its position in the job.
        message_id: The id that its tag carries.
        text: What it says.
        size: Bytes of UTF-8 that it was admitted with.
        cost: Bytes of them that a model may look at; fairness and batches go by it.
        patient: It was admitted on room that its caller had waited for.
        admitted: Engine-clock seconds of its admission.
        deadline: Engine-clock seconds after which its tag is worth nothing; infinity means never.
    """

    job: Job
    index: int
    message_id: str
    text: str
    size: int
    cost: int
    patient: bool
    admitted: float
    deadline: float

    def answered(self) -> bool:
        """Tell whether it has its tag; on a queued one this means that it was cancelled."""
        return self.job.tags[self.index] is not None


class Job:
    """The messages of one submit. Belongs to the engine's event loop.

    Attributes:
        tags: By position in the request; None until answered.
        options: What they were submitted with, resolved.
        caller: Who submitted them.
        entries: Those of its messages that were admitted.
        on_tags: Called on the loop with the positions that were just answered. Not called for what `submit` itself
            answered, nor for what `cancel` answers: whoever called those knows.
        trace: What the engine's observer keeps of it; None without one.
    """

    __slots__ = (
        "_canceller", "_pending", "_waiters", "caller", "entries", "on_tags", "options", "tags", "trace",
    )  # fmt: skip

    def __init__(self, count: int, options: Options, caller: Caller, canceller: Callable[[Job], None]) -> None:
        self.tags: list[Tag | None] = [None] * count
        self.options = options
        self.caller = caller
        self.entries: list[Entry] = []
        self.on_tags: Callable[[Job, Sequence[int]], None] | None = None
        self.trace: Any = None
        self._pending = count
        self._canceller = canceller
        self._waiters: list[asyncio.Future[None]] = []

    def done(self) -> bool:
        """Tell whether every message has its tag."""
        return self._pending == 0

    def cancel(self) -> None:
        """Answer what has no tag yet with CancelledMessageError; what was not computed will not be."""
        if self._pending:
            self._canceller(self)

    async def wait(self) -> list[Tag]:
        """Return all tags in request order. Cancelling the waiter cancels the job."""
        if self._pending:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            try:
                await waiter
            except asyncio.CancelledError:
                self.cancel()
                raise
        return cast("list[Tag]", self.tags)

    def answer(self, index: int, tag: Tag) -> bool:
        """Give a message its tag; the engine's side of the job. False when it already has one."""
        if self.tags[index] is not None:
            return False
        self.tags[index] = tag
        self._pending -= 1
        if not self._pending:
            self._finish()
        return True

    def _finish(self) -> None:
        self.entries = []
        self.caller.jobs.discard(self)
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._waiters.clear()


class Caller:
    """One stream, one unary peer, one partition: those who share replicas fairly. Made by `Engine.caller`.

    Attributes:
        name: For logs; empty when it does not matter.
        share: What its waiting messages are drawn from.
        closed: Nothing more is taken from it.
        jobs: Its jobs that are not done.
        claim: Room (messages, bytes) that was granted to it and that its next submit takes up.
    """

    __slots__ = ("_closer", "claim", "closed", "jobs", "name", "share")

    def __init__(self, name: str, closer: Callable[[Caller], None], share: Share | None = None) -> None:
        self.name = name
        self.share = share or Share()
        self.closed = False
        self.jobs: set[Job] = set()
        self.claim: tuple[int, int] | None = None
        self._closer = closer

    def close(self) -> None:
        """Cancel everything of it that has no tag yet, and take nothing more from it. Idempotent."""
        if not self.closed:
            self.closed = True
            self._closer(self)


class Share:
    """One share of the replicas: of one caller, or of several of the same owner, which take turns in it.

    Attributes:
        held: Messages of it that the engine holds or has room for; belongs to the engine's event loop.
    """

    __slots__ = ("held",)

    def __init__(self) -> None:
        self.held = 0


class CallerQueue:
    """What a caller has waiting for one model; guarded by the lock of `Queue`.

    Attributes:
        caller: Whose it is.
        patient: Messages without deadline, in order of arrival.
        urgent: Heap of (deadline, arrival number, message).
        credit: Bytes that it may still have drawn on its turn.
        cancelled: How many of its waiting messages were cancelled, at most.
    """

    __slots__ = ("caller", "cancelled", "credit", "patient", "urgent")

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.patient: deque[Entry] = deque()
        self.urgent: list[tuple[float, int, Entry]] = []
        self.credit = 0
        self.cancelled = 0

    def __len__(self) -> int:
        return len(self.patient) + len(self.urgent)

    def __bool__(self) -> bool:
        return bool(self.patient or self.urgent)
