"""How many messages a second each system tags, all in one process on one core, in turn."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

from emotag_model.baselines.subjects import BATCH

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from emotag_model.evaluation.system import System
    from emotag_model.text.examples import Example


def rates(
    systems: Sequence[System],
    examples: Sequence[Example],
    seconds: float,
    rounds: int = 3,
    clock: Callable[[], float] = time.process_time,
) -> list[float]:
    """Return per system the median over `rounds` of messages per second, from text to logits, batch after batch.

    Seconds are the process's own on its one thread, so that a busy machine counts little; taking turns keeps the
    ratios true when its speed drifts. Batches are neighbours in length, the same for all. A first round, in which
    caches fill, does not count.
    """
    batches = _batches(examples)
    found = [[_rate(each, batches, seconds, clock) for each in systems] for _ in range(rounds + 1)][1:]
    return [statistics.median(column) for column in zip(*found, strict=True)]


def _rate(system: System, batches: Sequence[Sequence[Example]], seconds: float, clock: Callable[[], float]) -> float:
    began, messages, turn = clock(), 0, 0
    while (elapsed := clock() - began) < seconds:
        batch = batches[turn % len(batches)]
        system.logits(batch)
        messages, turn = messages + len(batch), turn + 1
    return messages / elapsed


def _batches(examples: Sequence[Example]) -> list[Sequence[Example]]:
    """Batches of neighbours in length, the median ones first so that a slow system meets what is usual."""
    ordered = sorted(examples, key=lambda each: len(each.text))
    batches: list[Sequence[Example]] = [ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH)]
    stride = next(step for step in (7, 5, 3, 1) if step == 1 or len(batches) % step)  # visits all, short beside long
    return [batches[turn * stride % len(batches)] for turn in range(len(batches))]
