"""The batches that a replica has launched and not finished."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from emotag_service.engine.batch import Batch
    from emotag_service.engine.predictors.protocol import Prediction


@dataclass(slots=True, eq=False)
class Launched:
    """A batch in flight.

    Attributes:
        batch: The batch.
        collect: Waits for its prediction.
        since: Engine-clock seconds of its launch.
    """

    batch: Batch
    collect: Callable[[], Prediction]
    since: float


class Flight:
    """Says who owns a batch: the replica's thread that computes it, or whoever found the thread hanging.

    The thread adds and lands; `seize` takes everything away from it, once and for all.

    Attributes:
        busy_seconds: How long the thread has computed batches that landed.
    """

    def __init__(self) -> None:
        self.busy_seconds = 0.0
        self._lock = Lock()
        self._launched: deque[Launched] = deque()
        self._busy_since: float | None = None
        self._limit = 0.0
        self._seized = False

    def __len__(self) -> int:
        return len(self._launched)

    @property
    def seized(self) -> bool:
        """The thread owns nothing any more."""
        return self._seized

    @property
    def first(self) -> Launched:
        """The oldest batch in flight."""
        return self._launched[0]

    def busy(self, since: float | None, limit: float = 0.0) -> None:
        """Say since when the thread is on one piece of work and how long it may be; None when it is idle."""
        with self._lock:
            self._busy_since = None if self._seized else since
            self._limit = limit

    def due(self) -> float | None:
        """Return the engine-clock seconds after which the thread hangs; None while it is idle."""
        with self._lock:
            return None if self._busy_since is None else self._busy_since + self._limit

    def add(self, launched: Launched) -> bool:
        """Count a batch in; False when everything was seized, and this batch is not the thread's either."""
        with self._lock:
            if not self._seized:
                self._launched.append(launched)
            return not self._seized

    def land(self, now: float) -> bool:
        """Count the oldest batch out; False when it was seized and its outcome must be dropped."""
        with self._lock:
            if self._seized:
                return False
            self._launched.popleft()
            if self._busy_since is not None:
                self.busy_seconds += now - self._busy_since
            self._busy_since = now if self._launched else None
            return True

    def clear(self) -> list[Batch]:
        """Count everything out and return it, the oldest first; empty when it was seized."""
        with self._lock:
            batches = [launched.batch for launched in self._launched]
            self._launched.clear()
            self._busy_since = None
            return batches

    def seize(self) -> list[Batch]:
        """Take everything away from the thread, for good."""
        with self._lock:
            self._seized = True
        return self.clear()
