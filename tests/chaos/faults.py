"""What goes wrong and when: a schedule drawn from a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum, auto


class Fault(StrEnum):
    """What can be done to the system."""

    KILL = auto()
    FREEZE = auto()
    BROKER = auto()
    RESTART = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """How bad it gets. Seconds between faults of a kind, on average; 0 leaves the kind out.

    Attributes:
        kill_every: kill -9 of a tagger.
        freeze_every: SIGSTOP of a tagger.
        freeze_seconds: How long until its SIGCONT; past the session, so that its partitions go to others.
        broker_every: End of the broker.
        broker_seconds: How long it is away.
        restart_every: SIGTERM of a tagger, as a rolling update sends it; each moves partitions twice.
        gentle: The broker is ended by SIGTERM, when nothing is written to it, and not by kill -9.
    """

    kill_every: float = 4.0
    freeze_every: float = 25.0
    freeze_seconds: float = 10.0
    broker_every: float = 25.0
    broker_seconds: float = 2.0
    restart_every: float = 0.0
    gentle: bool = False

    def schedule(self, seed: int, seconds: float) -> list[tuple[float, Fault]]:
        """Draw when what happens within so many seconds; each kind that is not left out happens at least once."""
        chance = random.Random(seed)
        every = {
            Fault.KILL: self.kill_every,
            Fault.FREEZE: self.freeze_every,
            Fault.BROKER: self.broker_every,
            Fault.RESTART: self.restart_every,
        }
        return sorted(
            (at, fault)
            for fault, mean in every.items()
            if mean
            for at in _times(chance, min(mean, seconds / 2), seconds)
        )


def _times(chance: random.Random, mean: float, seconds: float) -> list[float]:
    at, times = 0.0, []
    while (at := at + mean * chance.uniform(0.5, 1.5)) < seconds:
        times.append(at)
    return times
