"""What came of one load: messages a second, latency of a call, and what was lost or wrong; measured in turn with emotag."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

SECONDS = 1.5  # of one measurement


@dataclass
class Outcome:
    """Counts of messages and the times of calls.

    Attributes:
        right: Messages that were answered with the label that the model gives in process.
        wrong: Messages that were answered with another one.
        lost: Messages without an answer: refused, failed, or of a reply that could not be read.
        seconds: From the first call to the last reply.
        times: Seconds of each answered call; on a stream, of each message from its write to its tag.
        failure: What the first lost message died of, or "".
    """

    right: int = 0
    wrong: int = 0
    lost: int = 0
    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    failure: str = ""

    @property
    def rate(self) -> float:
        """Rightly answered messages a second; a wrong one counts for nothing."""
        return self.right / self.seconds if self.seconds else 0.0

    def count(self, labels: Sequence[str], expected: Sequence[str], seconds: float) -> None:
        """Count the reply to one call, whose labels stand in the order of its messages."""
        if len(labels) != len(expected):
            self.lose(len(expected), f"{len(labels)} labels for {len(expected)} messages")
            return
        right = sum(map(str.__eq__, labels, expected))
        self.right += right
        self.wrong += len(expected) - right
        self.times.append(seconds)

    def lose(self, messages: int, why: str) -> None:
        """Count messages that nothing came back for."""
        self.lost += messages
        self.failure = self.failure or why

    def milliseconds(self, percent: int) -> float:
        """The time that `percent` of the calls stayed below; not a number where none was answered."""
        if len(self.times) < 2:
            return self.times[0] * 1e3 if self.times else float("nan")
        return statistics.quantiles(self.times, n=100, method="inclusive")[percent - 1] * 1e3


def in_turn(mine: Callable[[], Outcome], theirs: Callable[[], Outcome], repeats: int) -> list[tuple[Outcome, Outcome]]:
    """Measure both `repeats` times, after one pair that does not count: ratios stay true when the machine's speed drifts.

    Raises RuntimeError where emotag gives no label.
    """
    pairs = [(mine(), theirs()) for _ in range(repeats + 1)][1:]
    if failed := [own.failure for own, _ in pairs if not own.rate]:
        raise RuntimeError(f"emotag gave no right label: {failed[0]}")
    return pairs
