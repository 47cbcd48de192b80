"""Unary calls at three times of what the server answers, by a client that is not the limit."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from tests.benchmarks import h2load

LOAD, CONNECTIONS, SECONDS, SETTLED = 3.0, 8, 8, 1.0
_WAITING = 1_000  # calls of a connection that may be under way: more than a server lets wait


@dataclass(frozen=True)
class Unary:
    """What was measured.

    Attributes:
        capacity: Answers a second where 32 calls are under way.
        arrivals: Calls a second that came then.
        goodput: Answers a second of these.
        refused: How many had none, after the first second.
        refused_p99_ms: From sending to being refused, of these.
    """

    capacity: float
    arrivals: float
    goodput: float
    refused: int
    refused_p99_ms: float


def measure(target: str, ops_port: int) -> Unary | None:
    """Measure; None where h2load is not installed."""
    if not h2load.installed():
        return None
    steady = [h2load.calls(target, ops_port, connections=CONNECTIONS, streams=4, seconds=4) for _ in range(3)]
    capacity = median(each.rate for each in steady)
    found = h2load.calls(
        target, ops_port, connections=CONNECTIONS, streams=_WAITING, seconds=SECONDS, rate=LOAD * capacity
    )
    refused = refusals(found)
    return Unary(
        capacity, len(found.waits) / found.seconds, found.rate, len(refused), refused[int(len(refused) * 0.99)]
    )


def refusals(calls: h2load.Calls) -> list[float]:
    """The waits, sorted, of calls without an answer, once the calls that wait are as many as may.

    From then on who is answered waits for all of these, and who is not for none of them: hundreds of milliseconds
    against a few, so that half of the one parts both.
    """
    waits = sorted(wait for _, wait in calls.waits)
    answered = waits[-calls.answered :]
    return sorted(wait for begun, wait in calls.waits if begun >= SETTLED and wait < answered[len(answered) // 2] / 2)
