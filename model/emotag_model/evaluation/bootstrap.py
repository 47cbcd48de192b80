"""How far figures would move with other messages: percentile bootstrap, paired where two systems are compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Statistic = Callable[[NDArray[Any]], NDArray[np.float64]]
    """Tallies [..., 3, K] → a figure of each, [...]."""

RESAMPLES, SEED, LEVEL = 1000, 1, 0.95
_COUNTS_AT_ONCE = 4_000_000  # of how often a message was drawn: 16 MB


@dataclass(frozen=True)
class Interval:
    """A figure, and the bounds between which it lies in 95 % of the resamples."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.4f} [{self.low:.4f}, {self.high:.4f}]"


@dataclass(frozen=True)
class Difference:
    """A figure of one system minus that of another on the same messages, and the share of resamples it is above 0."""

    interval: Interval
    better: float

    def __str__(self) -> str:
        low, high = self.interval.low, self.interval.high
        verdict = "within chance" if low <= 0 <= high else "beyond chance"
        bounds = f"[{low:+.4f}, {high:+.4f}], {verdict}"
        return f"{self.interval.value:+.4f} {bounds}; above 0 in {self.better:.1%} of resamples"


def interval(tally: NDArray[Any], statistic: Statistic, resamples: int = RESAMPLES, seed: int = SEED) -> Interval:
    """Tally of each message [N, 3, K] → the statistic of all, with its interval (Efron 1979, percentile)."""
    return _interval(statistic(tally.sum(axis=0)), statistic(resample(tally, resamples, seed)))


def difference(
    ours: NDArray[Any], theirs: NDArray[Any], statistic: Statistic, resamples: int = RESAMPLES, seed: int = SEED
) -> Difference:
    """Tallies [N, 3, K] of two systems on the same messages, in the same order → the difference, paired.

    Both are drawn together, so that what makes a message hard for both does not widen the interval.
    """
    found = statistic(resample(ours, resamples, seed)) - statistic(resample(theirs, resamples, seed))
    whole = statistic(ours.sum(axis=0)) - statistic(theirs.sum(axis=0))
    return Difference(_interval(whole, found), float((found > 0).mean()))


def resample(tally: NDArray[Any], resamples: int, seed: int) -> NDArray[np.float64]:
    """Tally of each message [N, 3, K] → that of each resample [R, 3, K]: N messages drawn with repeats.

    The draws depend on N, `resamples` and `seed` alone.
    """
    flat = tally.reshape(len(tally), -1).astype(np.float32)
    sums = [(counts @ flat).astype(np.float64) for counts in _draws(len(tally), resamples, seed)]
    return np.concatenate(sums).reshape(resamples, *tally.shape[1:])


def _draws(messages: int, resamples: int, seed: int) -> Iterator[NDArray[np.float32]]:
    """Yield how often each message was drawn in each of some resamples [r, N], until there were `resamples`."""
    random = np.random.default_rng(seed)
    at_once = max(1, _COUNTS_AT_ONCE // messages)
    for start in range(0, resamples, at_once):
        rows = min(at_once, resamples - start)
        drawn = random.integers(messages, size=(rows, messages)) + messages * np.arange(rows)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=rows * messages)
        yield counts.reshape(rows, messages).astype(np.float32)


def _interval(value: NDArray[np.float64], found: NDArray[np.float64]) -> Interval:
    low, high = np.quantile(found, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(value), float(low), float(high))
