"""What quotas refused, by who asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields

from emotag_service.access.protection import Quota

OTHERS = "other"
MOST_NAMED = 50


class CallerRefusals:
    """Counts refusals by caller and by the bound of its quota. Written on one event loop; any thread may read.

    Only holders of tokens have names here, and of those the first that were refused: whoever calls without a token can
    take a new address or subject each time, and figures must not grow with it.

    Attributes:
        counted: How many by name and bound, such as ("planner", "streams"); everybody else's are by `OTHERS`.
    """

    def __init__(self, most_named: int = MOST_NAMED) -> None:
        self.counted: Counter[tuple[str, str]] = Counter({(OTHERS, bound.name): 0 for bound in fields(Quota)})
        self._most_named = most_named
        self._named: set[str] = set()

    def add(self, holder: str | None, bound: str) -> None:
        """Count one; `holder` is the name that its token has, None without one."""
        self.counted[OTHERS if holder is None else self._shown(holder), bound] += 1

    def _shown(self, holder: str) -> str:
        if len(self._named) < self._most_named:
            self._named.add(holder)
        return holder if holder in self._named else OTHERS
