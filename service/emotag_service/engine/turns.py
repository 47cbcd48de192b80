"""Those who wait for room, in the order of their turns."""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

    from emotag_service.engine.caller import Caller, Share

_SPARE = 64  # outdated keys that may lie about whatever the number of shares


@dataclass(slots=True, eq=False)
class Waiter:
    """One caller that waits for room.

    Attributes:
        caller: Who waits.
        messages: How many it wants to hand in.
        size: Their bytes.
        granted: Done once it may.
        number: Its place in the order of arrivals.
    """

    caller: Caller
    messages: int
    size: int
    granted: asyncio.Future[None]
    number: int = 0


class Turns:
    """Who waits for room: first those whose share holds least, and among equals who came first.

    What shares hold changes with every batch that is answered, so that shares are kept in a heap by what they held
    when that was last looked at; those whose turn may have moved since are put in again by `first`, and the keys that
    are then outdated are dropped when they come up. A change costs the logarithm of the number of shares that wait.
    """

    def __init__(self) -> None:
        self._waiters: dict[Caller, Waiter] = {}
        self._shares: dict[Share, deque[Waiter]] = {}  # those of which somebody waits, each in order of arrival
        self._heap: list[tuple[int, int, Share]] = []  # held, number of the first waiter
        self._moved: set[Share] = set()
        self._arrivals = count()

    def __bool__(self) -> bool:
        return bool(self._waiters)

    def of(self, caller: Caller) -> Waiter | None:
        """What a caller waits for, if it does."""
        return self._waiters.get(caller)

    def join(self, waiter: Waiter) -> None:
        """Let a caller wait that does not yet."""
        waiter.number = next(self._arrivals)
        self._waiters[waiter.caller] = waiter
        self._shares.setdefault(waiter.caller.share, deque()).append(waiter)
        self.move(waiter.caller.share)

    def leave(self, waiter: Waiter) -> None:
        """Let one that waits do so no longer."""
        share = waiter.caller.share
        del self._waiters[waiter.caller]
        self._shares[share].remove(waiter)
        if self._shares[share]:
            self.move(share)
        else:
            del self._shares[share]
            self._moved.discard(share)

    def move(self, share: Share) -> None:
        """Know that a share holds more or less than before."""
        if share in self._shares:
            self._moved.add(share)

    def first(self) -> Waiter | None:
        """Whose turn it is; None when nobody waits."""
        for share in self._moved:
            heapq.heappush(self._heap, self._key(share))
        self._moved.clear()
        if len(self._heap) > 2 * len(self._shares) + _SPARE:
            self._heap = [self._key(share) for share in self._shares]
            heapq.heapify(self._heap)
        while self._heap:
            share = self._heap[0][2]
            if share in self._shares and self._heap[0] == self._key(share):
                return self._shares[share][0]
            heapq.heappop(self._heap)
        return None

    def _key(self, share: Share) -> tuple[int, int, Share]:
        return share.held, self._shares[share][0].number, share
