"""Looks at messages before anything is spent on them: valid, in time, and room for them."""

from __future__ import annotations

import secrets
from itertools import count
from math import isfinite, isnan
from typing import TYPE_CHECKING

from emotag_model.text.tokenizer import CHARACTERS_PER_TOKEN
from emotag_service.engine.caller import Entry
from emotag_service.engine.errors import ExpiredError, InvalidMessageError, MessageError, QueueFullError
from emotag_service.engine.message import Message
from emotag_service.engine.tag import Tag

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from emotag_service.engine.caller import Job
    from emotag_service.engine.counters import Counters
    from emotag_service.engine.limits import EngineLimits
    from emotag_service.engine.room import Room

_UTF8_WIDEST = 4  # bytes of one character
_NAMES = ("id", "sender", "conversation_id")


class Admission:
    """Fills jobs: each message is either admitted or answered at once. Belongs to the engine's event loop.

    Nothing here reads a text: what a message costs the loop does not depend on what it says.
    """

    def __init__(
        self,
        limits: EngineLimits,
        room: Room,
        counters: Counters,
        clock: Callable[[], float],
        retry_after: Callable[[], float],
    ) -> None:
        """Make one; `retry_after` is asked for the seconds that a message should wait for which there is no room."""
        self._checks = MessageChecks(limits)
        self._most_read = limits.max_tokens * CHARACTERS_PER_TOKEN
        self._room = room
        self._counters = counters
        self._clock = clock
        self._retry_after = retry_after
        self._prefix = secrets.token_hex(8)
        self._made = count(1)

    def admit(self, messages: Sequence[Message], job: Job, deadline: float, *, patient: bool) -> list[Entry]:
        """Admit what can be tagged and answer the rest, each for itself.

        Args:
            messages: Those of the job.
            job: Whose tags they will be.
            deadline: Engine-clock seconds after which none is worth anything.
            patient: They come on room that their caller waited for.
        """
        entries: list[Entry] = []
        now = self._clock()
        for index, message in enumerate(messages):
            name = self._name(message)
            try:
                entries.append(self._admit(message, name, job, index, now, deadline, patient))
            except MessageError as error:
                # Its traceback refers to this frame, which refers to the tag: a circle that the collector finds late.
                self._answer(job, index, name, error.with_traceback(None))
        return entries

    def refuse(self, messages: Sequence[Message], job: Job, error: MessageError) -> None:
        """Answer all of them with one error."""
        for index, message in enumerate(messages):
            self._answer(job, index, self._name(message), error)

    def _name(self, message: Message) -> str:
        """Return the id that the message's tag carries, made up when it has none."""
        given = message.id if isinstance(message, Message) else ""
        return given if given and isinstance(given, str) else f"{self._prefix}-{next(self._made)}"

    def _admit(
        self, message: Message, name: str, job: Job, index: int, now: float, deadline: float, patient: bool
    ) -> Entry:
        size = self._checks.size(message)
        if message.time_to_live is not None:
            deadline = min(deadline, now + self._checks.time_to_live(message))
        if deadline <= now:
            raise ExpiredError("time_to_live: it had run out when the message arrived; give it more, or none")
        if not self._room.admits(size, patient=patient):
            raise self._full(size)
        self._room.enter(1, size, patient=patient, share=job.caller.share)
        return Entry(job, index, name, message.text, size, min(size, self._most_read), patient, now, deadline)

    def _full(self, size: int) -> QueueFullError:
        held, bound = self._room.held, self._room.bound
        return QueueFullError(
            f"the engine holds {held.messages:,} of {bound.messages:,} messages and {held.size:,} of {bound.size:,} "
            f"bytes, no room for {size:,} bytes more; wait before you send it again",
            self._retry_after(),
        )

    def _answer(self, job: Job, index: int, name: str, error: MessageError) -> None:
        job.answer(index, Tag(name, error=error))
        self._counters.count_error(error)


class MessageChecks:
    """Checks messages against limits; every method raises InvalidMessageError naming the field."""

    def __init__(self, limits: EngineLimits) -> None:
        self._limits = limits
        self._surely_short = limits.max_name_bytes // _UTF8_WIDEST

    def size(self, message: Message) -> int:
        """Return the bytes of a valid message's text."""
        if not isinstance(message, Message):
            raise InvalidMessageError("message", f"is a {type(message).__name__}; give an engine Message")
        for field in _NAMES:
            value = getattr(message, field)
            if value and not (isinstance(value, str) and len(value) <= self._surely_short):
                self._check_name(field, value)
        _check_number("sent_at", message.sent_at)
        return self.text(message.text)

    def time_to_live(self, message: Message) -> float:
        """Return the seconds of a message that has a time to live; infinity is as good as none."""
        value = message.time_to_live
        number = _number(value)
        if isinstance(value, bool) or number is None or isnan(number):
            raise InvalidMessageError("time_to_live", f"is {_shown(value)}; give seconds, or None")
        return number

    def text(self, text: str) -> int:
        """Return the bytes of a valid text."""
        if not isinstance(text, str):
            raise InvalidMessageError("text", f"is a {type(text).__name__}; give a str")
        if not text:
            raise InvalidMessageError("text", "is empty; give at least one word")
        bound = self._limits.max_text_bytes
        size = len(text)
        if size <= bound and not text.isascii():
            size = _utf8_size(text)
        if size > bound:
            raise InvalidMessageError("text", f"has {size:,} bytes or more; send at most {bound:,}, or cut it")
        return size

    def _check_name(self, field: str, value: object) -> None:
        if not isinstance(value, str):
            raise InvalidMessageError(field, f"is a {type(value).__name__}; give a str")
        bound = self._limits.max_name_bytes
        if len(value) > bound or _utf8_size(value) > bound:
            raise InvalidMessageError(field, f"is longer than {bound} bytes; shorten it")


def _check_number(field: str, value: float | None) -> None:
    if value is not None and ((number := _number(value)) is None or not isfinite(number)):
        raise InvalidMessageError(field, f"is {_shown(value)}; give seconds, or None")


def _number(value: object) -> float | None:
    """Return a number as a float; None for what is none, or an int too large for one."""
    try:
        return float(value) if isinstance(value, (int, float)) else None
    except OverflowError:
        return None


def _shown(value: object) -> str:
    """What stands there, as far as a line has room: an int may have more digits than Python writes."""
    return "an int too large" if isinstance(value, int) and _number(value) is None else repr(value)


def _utf8_size(text: str) -> int:
    """Count bytes; a lone surrogate, which UTF-8 has no place for, counts as three."""
    return len(text.encode("utf-8", "surrogatepass"))
