"""A histogram: how many values fell below each of a few bounds, and their sum."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SECONDS = (50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Bounds of durations: from one message computed at once to a replica that is about to be taken for hanging."""
MESSAGES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
"""Bounds of numbers of messages."""
BYTES = (64, 256, 1_024, 4_096, 8_192, 16_384, 32_768, 65_536, 262_144, 1_048_576)
"""Bounds of numbers of bytes."""


class Histogram:
    """Counts values by bucket. Written by one thread; any other may read it, each figure being whole.

    Attributes:
        bounds: Upper bounds of the buckets, ascending, each included in its bucket; one more bucket is above them.
        counts: Values in each bucket.
        total: Their sum.
    """

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, value: float, times: int = 1) -> None:
        """Count a value in, that often."""
        self.counts[bisect_left(self.bounds, value)] += times
        self.total += value * times

    def copy(self) -> Histogram:
        """Return it as it is now."""
        copied = Histogram(self.bounds)
        copied.counts, copied.total = self.counts.copy(), self.total
        return copied
