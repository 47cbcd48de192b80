"""A caller: the unit of fairness and of cancellation."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from emotag_service.engine.entry import Entry
    from emotag_service.engine.job import Job


class Caller:
    """One stream, one unary peer, one partition: those who share replicas fairly. Made by `Engine.caller`.

    Attributes:
        name: For logs; empty when it does not matter.
        share: What its waiting messages are drawn from.
        closed: Nothing more is taken from it.
        jobs: Its jobs that are not done.
        queue: Its waiting messages; belongs to the engine's `Queue`.
        claim: Room (messages, bytes) that was granted to it and that its next submit takes up.
    """

    __slots__ = ("_closer", "claim", "closed", "jobs", "name", "queue", "share")

    def __init__(self, name: str, closer: Callable[[Caller], None], share: Share | None = None) -> None:
        self.name = name
        self.share = share or Share()
        self.closed = False
        self.jobs: set[Job] = set()
        self.queue = CallerQueue()
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
        waiting: The queues in it that have something; guarded by the lock of `Queue`.
    """

    __slots__ = ("waiting",)

    def __init__(self) -> None:
        self.waiting: deque[CallerQueue] = deque()


class CallerQueue:
    """What a caller has waiting; guarded by the lock of `Queue`.

    Attributes:
        patient: Messages without deadline, in order of arrival.
        urgent: Heap of (deadline, arrival number, message).
        credit: Bytes that it may still have drawn on its turn.
        cancelled: How many of its waiting messages were cancelled, at least.
        in_ring: It waits for its turn in its share.
    """

    __slots__ = ("cancelled", "credit", "in_ring", "patient", "urgent")

    def __init__(self) -> None:
        self.patient: deque[Entry] = deque()
        self.urgent: list[tuple[float, int, Entry]] = []
        self.credit = 0
        self.cancelled = 0
        self.in_ring = False

    def __len__(self) -> int:
        return len(self.patient) + len(self.urgent)

    def __bool__(self) -> bool:
        return bool(self.patient or self.urgent)
