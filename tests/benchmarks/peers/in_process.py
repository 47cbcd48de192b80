"""A model measured in its own process, text in, label out: the core here, model2vec in its environment."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import cycle, islice

from tests.benchmarks.peers.outcome import Outcome


def measure(label: Callable[[Sequence[str]], object], texts: Sequence[str], size: int, seconds: float) -> Outcome:
    """Label batches of `size` one after the other for so many seconds, after a few that are not counted.

    All count as right: nothing is lost in a process, and random weights give no label that could be.
    """
    batches = cycle([texts[start : start + size] for start in range(0, len(texts) - size + 1, size)])
    for batch in islice(batches, 3):
        label(batch)
    began, times = time.perf_counter(), []
    while (before := time.perf_counter()) - began < seconds:
        label(next(batches))
        times.append(time.perf_counter() - before)
    return Outcome(right=len(times) * size, seconds=time.perf_counter() - began, times=times)
