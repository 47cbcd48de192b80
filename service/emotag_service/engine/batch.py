"""A batch: what a replica computes at once, and how a draw of messages is cut into batches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emotag_service.engine.entry import Entry
    from emotag_service.engine.limits import EngineLimits

_WASTE = 0.25  # share of padding from which a batch that is worth a replica's while is closed
_WORTHWHILE = 0.25  # share of the token budget that makes it so: below that, overhead costs more than padding


@dataclass(slots=True, eq=False)
class Batch:
    """What a replica computes at once.

    Attributes:
        entries: Its messages.
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

    def width(self) -> int:
        """Return the tokens of its longest message."""
        return max(len(entry.ids) for entry in self.entries)

    def urgency(self) -> tuple[float, float]:
        """Return what batches of one round are served by: the earliest deadline, then the earliest admission."""
        return (
            min(entry.deadline for entry in self.entries),
            min(entry.admitted for entry in self.entries),
        )


def cut(entries: Sequence[Entry], limits: EngineLimits) -> list[Batch]:
    """Cut messages into batches of neighbours in length, the most urgent batch first.

    A batch takes the next longer message while `longest * (count + 1) <= batch_tokens`, and while padding does not
    waste more than a quarter of a batch that is already worth computing.
    """
    ordered = sorted(entries, key=lambda entry: len(entry.ids))
    batches: list[Batch] = []
    current: list[Entry] = []
    real = 0
    for entry in ordered:
        length = len(entry.ids)
        if current and _is_full(len(current), length, real, limits):
            batches.append(Batch(current))
            current, real = [], 0
        current.append(entry)
        real += length
    if current:
        batches.append(Batch(current))
    return sorted(batches, key=Batch.urgency) if len(batches) > 1 else batches


def _is_full(count: int, length: int, real: int, limits: EngineLimits) -> bool:
    padded = length * (count + 1)
    if count >= limits.batch_messages or padded > limits.batch_tokens:
        return True
    return real >= _WORTHWHILE * limits.batch_tokens and padded - real - length > _WASTE * padded
