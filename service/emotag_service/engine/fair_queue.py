"""The waiting messages of all callers, interactive ones first, each drawn fairly: deficit round robin over bytes."""

from __future__ import annotations

import heapq
from collections import deque
from itertools import count
from math import inf
from typing import TYPE_CHECKING

from emotag_service.engine.caller import CallerQueue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emotag_service.engine.caller import Caller, Entry, Share

_SWEEP_FROM = 64  # cancelled messages of one caller: below that, skipping them when drawn costs less than sweeping


class FairQueue:
    """Waiting messages by caller; not thread-safe, the scheduler locks.

    Each share in turn may have `quantum` bytes drawn of one of its callers, what that does not use is carried over
    (Shreedhar and Varghese, "Efficient Fair Queueing Using Deficit Round Robin", 1995). Within a caller: earliest
    deadline first, then order of arrival. Cancelled messages are passed over and cost nothing.
    """

    def __init__(self, quantum: int) -> None:
        self._quantum = quantum
        self._ring: deque[Share] = deque()
        self._shares: dict[Share, deque[CallerQueue]] = {}  # those with something waiting, and what waits of each
        self._callers: dict[Caller, CallerQueue] = {}
        self._arrivals = count()

    def __bool__(self) -> bool:
        return bool(self._ring)

    def add(self, caller: Caller, entries: Sequence[Entry]) -> None:
        """Let `entries` of one caller, at least one, wait."""
        queue = self._callers.get(caller)
        if queue is None:
            queue = self._enter(caller)
        for entry in entries:
            if entry.deadline == inf:
                queue.patient.append(entry)
            else:
                heapq.heappush(queue.urgent, (entry.deadline, next(self._arrivals), entry))

    def draw(self, size: int, messages: int) -> list[Entry]:
        """Take messages of about `size` bytes in all, and at most so many, fairly over callers; at least one."""
        drawn: list[Entry] = []
        left = size
        while left > 0 and self._ring and len(drawn) < messages:
            left -= self._turn(self._ring[0], drawn, messages)
        return drawn

    def discard_cancelled(self, caller: Caller, number: int) -> None:
        """Forget cancelled messages of a caller once they are most of what it has, so that they hold no memory."""
        queue = self._callers.get(caller)
        if queue is None:
            return
        queue.cancelled += number
        if queue.cancelled < _SWEEP_FROM or queue.cancelled * 2 < len(queue):
            return
        queue.patient = deque(entry for entry in queue.patient if not entry.answered())
        queue.urgent = [item for item in queue.urgent if not item[2].answered()]
        heapq.heapify(queue.urgent)
        queue.cancelled = 0
        if not queue:
            del self._callers[caller]
            self._shares[caller.share].remove(queue)
            if not self._shares[caller.share]:
                del self._shares[caller.share]
                self._ring.remove(caller.share)

    def clear(self) -> None:
        """Forget everything."""
        self._ring.clear()
        self._shares.clear()
        self._callers.clear()

    def _enter(self, caller: Caller) -> CallerQueue:
        queue = self._callers[caller] = CallerQueue(caller)
        waiting = self._shares.get(caller.share)
        if waiting is None:
            waiting = self._shares[caller.share] = deque()
            self._ring.append(caller.share)
        waiting.append(queue)
        return queue

    def _turn(self, share: Share, drawn: list[Entry], messages: int) -> int:
        """Serve the caller whose turn it is in the share whose turn it is; returns the bytes drawn."""
        waiting = self._shares[share]
        queue = waiting[0]
        queue.credit += self._quantum
        before = queue.credit
        while queue and len(drawn) < messages:
            entry = queue.urgent[0][2] if queue.urgent else queue.patient[0]
            if not entry.answered():
                if entry.cost > queue.credit:
                    break
                queue.credit -= entry.cost
                drawn.append(entry)
            _pop(queue)
        spent = before - queue.credit
        if len(drawn) >= messages:
            queue.credit = min(queue.credit, self._quantum)  # what it could not have this time is saved up to a turn
        waiting.popleft()
        if queue:
            waiting.append(queue)
        else:
            del self._callers[queue.caller]
        self._ring.popleft()
        if waiting:
            self._ring.append(share)
        else:
            del self._shares[share]
        return spent


class TwoPriorities:
    """Interactive messages before bulk ones, each fairly over callers; not thread-safe, the scheduler locks.

    While both wait, of any `MOST_PASSED` + 1 batches in a row one is of bulk messages: a flood of interactive ones
    slows them down and never stops them. A batch is of one priority, so that bulk messages do not make it longer.
    """

    MOST_PASSED = 7

    def __init__(self, quantum: int) -> None:
        self._interactive = FairQueue(quantum)
        self._bulk = FairQueue(quantum)
        self._passed = 0  # batches of interactive messages in a row while bulk ones waited

    def __bool__(self) -> bool:
        return bool(self._interactive or self._bulk)

    def add(self, caller: Caller, entries: Sequence[Entry]) -> None:
        """Let `entries` of one job, at least one, wait."""
        self._of(bulk=entries[0].job.options.bulk).add(caller, entries)

    def draw(self, size: int, messages: int) -> list[Entry]:
        """Take messages of one priority as `FairQueue.draw` does."""
        if self._bulk and self._passed >= self.MOST_PASSED:
            order = (self._bulk, self._interactive)
        else:
            order = (self._interactive, self._bulk)
        for queue in order:
            if drawn := queue.draw(size, messages):
                self._passed = self._passed + 1 if queue is self._interactive and self._bulk else 0
                return drawn
        return []

    def discard_cancelled(self, caller: Caller, number: int, *, bulk: bool) -> None:
        """Forget cancelled messages of a caller, as `FairQueue.discard_cancelled` does."""
        self._of(bulk=bulk).discard_cancelled(caller, number)

    def clear(self) -> None:
        """Forget everything."""
        self._interactive.clear()
        self._bulk.clear()

    def _of(self, *, bulk: bool) -> FairQueue:
        return self._bulk if bulk else self._interactive


def _pop(queue: CallerQueue) -> None:
    if queue.urgent:
        heapq.heappop(queue.urgent)
    else:
        queue.patient.popleft()
