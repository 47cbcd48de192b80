"""A batch: the readings of one submit, and the place where their answers gather."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from emotag_service.kafka.engines.texts import measure
from emotag_service.messages.untaggable import Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emotag_service.kafka.records.codec import Reading
    from emotag_service.messages.tag import MessageTag

# Of a message alone, by what an engine says of it: asked again, it may have a tag.
PASSING_CODES = frozenset({"UNAVAILABLE", "RESOURCE_EXHAUSTED", "CANCELLED"})


class Batch:
    """The readings of one submit; those that no engine takes have their answers from the start.

    Attributes:
        readings: As submitted.
        unanswered: Positions of those that have no answer, in order.
        size: Bytes of text of all that an engine is asked about.
    """

    __slots__ = ("_answers", "readings", "size", "unanswered")

    def __init__(self, readings: Sequence[Reading], most_bytes: int) -> None:
        """Make one; `most_bytes` is how much text the engine takes of one message."""
        self.readings = readings
        self.unanswered: list[int] = []
        self.size = 0
        self._answers: list[MessageTag | Fault | None] = [None] * len(readings)
        for position, reading in enumerate(readings):
            measured = measure(reading.text, most_bytes)
            if isinstance(measured, Fault):
                self._answers[position] = measured
            else:
                self.unanswered.append(position)
                self.size += measured

    def answer(self, position: int, answer: MessageTag | Fault) -> None:
        """Put an answer in its place; `unanswered` is for the caller to keep."""
        self._answers[position] = answer

    def answers(self) -> list[MessageTag | Fault]:
        """All of them, in order, once there is none missing."""
        return cast("list[MessageTag | Fault]", self._answers)
