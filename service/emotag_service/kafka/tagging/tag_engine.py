"""What computes the tagger's tags, in this process or behind gRPC, and the readings that it is handed at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, cast

from emotag_service.messages.untaggable import NO_TEXT, WRONG_ENCODING, Fault

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from emotag_service.kafka.records.codec import Reading
    from emotag_service.messages.tag import MessageTag

# Of a message alone, by what an engine says of it: asked again, it may have a tag.
PASSING_CODES = frozenset({"UNAVAILABLE", "RESOURCE_EXHAUSTED", "CANCELLED"})

TEXT_TOO_LONG: Final = "TEXT_TOO_LONG"
"""More bytes of text than the engine reads."""

_NAME_BYTES = 256  # of a sender or a conversation id, by the contract of every engine


class Session(Protocol):
    """One partition's way to the engine: fair against the others, and cancelled alone."""

    async def submit(self, readings: Sequence[Reading]) -> Awaitable[Sequence[MessageTag | Fault]]:
        """Hand over texts, in order; waits while the engine is full.

        Returns:
            What gives one tag or fault for each, in order. Whatever may pass (overload, a draining or absent
            service, no replica) is waited out with growing backoff inside, not answered as a fault.
        """

    async def close(self) -> None:
        """Cancel what has no answer yet. Idempotent."""


class TagEngine(Protocol):
    """What computes tags."""

    async def start(self) -> None:
        """Make it ready. Raises emotag_service.kafka.errors.EngineUnavailableError when it cannot be."""

    def session(self, name: str) -> Session:
        """Open a session; close it when its partition goes."""

    async def close(self) -> None:
        """End it; sessions are closed before."""


class Submission:
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


def measure(text: str, most: int) -> int | Fault:
    """Bytes of a text as UTF-8, or why no engine takes it: judged here, so that all give the same answer.

    Args:
        text: What was said.
        most: Bytes that the engine takes.
    """
    size = len(text) if text.isascii() else _utf8_bytes(text)
    if size is None:
        return Fault(WRONG_ENCODING, "text: has half of a surrogate pair, which UTF-8 cannot express")
    if not size:
        return Fault(NO_TEXT, "text: is empty")
    if size > most:
        return Fault(TEXT_TOO_LONG, f"text: has {size:,} bytes, the engine takes {most:,}")
    return size


def usable_name(name: str) -> str:
    """The name of a sender or a conversation, or empty where no engine would take it: a tag does not hang on it."""
    if len(name) <= _NAME_BYTES // 4 and name.isascii():
        return name
    size = _utf8_bytes(name)
    return "" if size is None or size > _NAME_BYTES else name


def _utf8_bytes(text: str) -> int | None:
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        return None
