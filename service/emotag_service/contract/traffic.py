"""Counts what callers ask for by the way that they take, how that ended, and how long it took."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emotag_service.engine.histogram import SECONDS, Histogram

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(slots=True)
class Ending:
    """How one of them ends: `name` is a status code, and may be changed until then."""

    name: str


class Traffic:
    """What became of calls, or requests, of one front. Written on its event loop; any thread may read it.

    Attributes:
        ended: Their number by way and end, such as ("Classify", "OK").
        open: Those under way, by way.
        seconds: How long they took; not of streams, which last as long as their callers like.
    """

    def __init__(self) -> None:
        self.ended: Counter[tuple[str, str]] = Counter()
        self.open: Counter[str] = Counter()
        self.seconds: dict[str, Histogram] = {}

    def expect(self, way: str, *ends: str, timed: bool) -> None:
        """Count a way from zero, and how it usually ends; `timed` is for those that are no streams.

        Ends that an alert waits for belong to them: what is first seen as 1 has not increased, and would be missed.
        """
        for end in ends:
            self.ended[way, end] += 0
        self.open[way] += 0
        if timed:
            self.seconds[way] = Histogram(SECONDS)

    @contextmanager
    def count(self, way: str, end: str) -> Iterator[Ending]:
        """Count what is done inside; it ends as `end` unless what this yields says otherwise."""
        began, ending = time.perf_counter(), Ending(end)
        self.open[way] += 1
        try:
            yield ending
        finally:
            self.open[way] -= 1
            self.ended[way, ending.name] += 1
            if way in self.seconds:
                self.seconds[way].add(time.perf_counter() - began)
