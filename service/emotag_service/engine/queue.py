"""Decides what each replica computes next. A locked data structure with an injected clock; replicas pull."""

from __future__ import annotations

from collections import deque
from threading import Condition, Lock
from typing import TYPE_CHECKING

from emotag_service.engine.batch import Batch
from emotag_service.engine.fair_queue import TwoPriorities

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from emotag_service.engine.caller import Caller, Entry
    from emotag_service.engine.limits import EngineLimits

_QUANTUM = 1_024  # bytes of text on a caller's turn: with a few dozen callers each has something in every batch or two


class Queue:
    """Work-conserving: a free replica takes at once from whatever waits, formed that moment; with nothing it sleeps.

    A batch is drawn fairly over callers, interactive messages before bulk ones, up to a number of bytes and of
    messages. Cancelled and expired messages are dropped when a replica takes their batch, before compute.
    """

    def __init__(
        self, limits: EngineLimits, clock: Callable[[], float], on_expired: Callable[[list[Entry]], None]
    ) -> None:
        """Make an empty one; `on_expired` is called without the lock, on the thread of the replica that met them."""
        self._limits = limits
        self._clock = clock
        self._on_expired = on_expired
        self._lock = Lock()
        self._sleepers: list[Condition] = []  # the one that fell asleep last comes last
        self._waiting = TwoPriorities(quantum=min(_QUANTUM, limits.batch_bytes))
        self._retries: deque[Batch] = deque()
        self._serving: set[str] = set()
        self._closed = False

    def put(self, caller: Caller, entries: Sequence[Entry]) -> None:
        """Let messages of one caller wait for a replica."""
        with self._lock:
            self._waiting.add(caller, entries)
            self._wake_one()

    def __bool__(self) -> bool:
        """Something waits."""
        with self._lock:
            return bool(self._waiting or self._retries)

    def take(self, replica: str, *, wait: bool = True) -> Batch | None:
        """Return what `replica` should compute now; sleeps until there is something, or returns None.

        None means closed, or with `wait=False` that nothing waits.
        """
        while True:
            expired: list[Entry] = []
            with self._lock:
                batch = self._next(replica, expired)
                over = batch is not None or not wait or self._closed
                if not over and not expired:
                    self._sleep()
                    continue
            if expired:
                self._on_expired(expired)
            if over:
                return batch

    def retry(self, batches: Sequence[Batch]) -> None:
        """Let batches be computed again, before anything new."""
        with self._lock:
            self._retries.extend(batches)
            self._wake_all()

    def set_serving(self, replica: str, *, serving: bool) -> None:
        """Say whether a replica takes batches; a batch avoids the one it failed on only while another serves."""
        with self._lock:
            if serving:
                self._serving.add(replica)
            else:
                self._serving.discard(replica)
            self._wake_all()

    def discard_cancelled(self, caller: Caller, number: int, *, bulk: bool) -> None:
        """Note that `number` messages of a caller, of one priority, were cancelled."""
        with self._lock:
            self._waiting.discard_cancelled(caller, number, bulk=bulk)

    def clear(self) -> None:
        """Forget everything that waits: it was, or will be, answered otherwise."""
        with self._lock:
            self._retries.clear()
            self._waiting.clear()

    def close(self) -> None:
        """Send every replica home once nothing is left for it."""
        with self._lock:
            self._closed = True
            self._wake_all()

    def _next(self, replica: str, expired: list[Entry]) -> Batch | None:
        now = self._clock()
        while (batch := self._pick(replica)) is not None:
            batch.entries = [entry for entry in batch.entries if _is_due(entry, now, expired)]
            if batch.entries:
                batch.taken = now
                if self._retries or self._waiting:
                    self._wake_one()
                return batch
        return None

    def _pick(self, replica: str) -> Batch | None:
        for position, batch in enumerate(self._retries):
            if batch.avoid != replica or not self._serving - {replica}:
                del self._retries[position]
                return batch
        drawn = self._waiting.draw(self._limits.batch_bytes, self._limits.batch_messages)
        return Batch(drawn) if drawn else None

    def _wake_one(self) -> None:
        """Wake the replica that slept least: its caches are still warm, and at low load the others need not run."""
        if self._sleepers:
            self._sleepers.pop().notify()

    def _wake_all(self) -> None:
        while self._sleepers:
            self._wake_one()

    def _sleep(self) -> None:
        alarm = Condition(self._lock)
        self._sleepers.append(alarm)
        alarm.wait()


def _is_due(entry: Entry, now: float, expired: list[Entry]) -> bool:
    if entry.answered():
        return False
    if entry.deadline <= now:
        expired.append(entry)
        return False
    return True
