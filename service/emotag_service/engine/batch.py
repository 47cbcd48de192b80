"""A batch: what a replica computes at once, and what becomes of it when a replica fails on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emotag_service.engine.entry import Entry


@dataclass(slots=True, eq=False)
class Batch:
    """What a replica computes at once.

    Attributes:
        entries: Its messages, at least one.
        failures: How many replicas have failed on it, or on a batch that it was cut from.
        avoid: The replica that last failed on it.
        bisecting: It is part of a batch that failed twice: the next failure is the messages', not the replica's.
        taken: Engine-clock seconds when a replica took it.
    """

    entries: list[Entry]
    failures: int = 0
    avoid: str = ""
    bisecting: bool = False
    taken: float = 0.0

    def again(self, error: BaseException, replica: str) -> list[Batch]:
        """Return what to compute instead after `replica` failed on it; nothing when its one message is beyond help.

        The first time it goes to another replica as it is. After the second it is cut in halves, and so on, until the
        message at fault stands alone. Running out of memory is the batch's size and not the replica's fault: it is cut
        at once and may stay where it was.
        """
        alone = len(self.entries) == 1
        if isinstance(error, MemoryError) and not alone:
            return self._halves(failures=self.failures, avoid="", bisecting=self.bisecting)
        if self.failures == 0:
            return [Batch(self.entries, failures=1, avoid=replica)]
        if alone:
            return []
        return self._halves(failures=self.failures + 1, avoid=replica, bisecting=True)

    def _halves(self, *, failures: int, avoid: str, bisecting: bool) -> list[Batch]:
        middle = len(self.entries) // 2
        parts = (self.entries[:middle], self.entries[middle:])
        return [Batch(part, failures=failures, avoid=avoid, bisecting=bisecting) for part in parts]
