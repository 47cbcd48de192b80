"""Looks at a message before anything is spent on it: valid, in time, room for it, and its tokens."""

from __future__ import annotations

import secrets
from itertools import count
from typing import TYPE_CHECKING, Protocol

from emotag_service.engine.checks import MessageChecks, nothing_to_read
from emotag_service.engine.entry import Entry
from emotag_service.engine.errors import ComputeError, ExpiredError, QueueFullError
from emotag_service.engine.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable

    from emotag_model.text.tokenizer import Encoding
    from emotag_service.engine.job import Job
    from emotag_service.engine.limits import EngineLimits
    from emotag_service.engine.room import Room


class TextEncoder(Protocol):
    """What the engine needs of a tokenizer; `emotag_model.text.tokenizer.Tokenizer` is one."""

    @property
    def max_tokens(self) -> int:
        """Tokens that the model reads of a text."""

    def encode(self, text: str) -> Encoding:
        """Return the token ids of a text, none when it shows nothing, and whether it was cut."""

    def tokens(self, text: str) -> list[str]:
        """Return what the ids stand for, one each."""


class Admission:
    """Admits messages one by one. Belongs to the engine's event loop; the cost per message counts.

    Checks come cheapest first, and all that refuse come before the text is read: overload costs next to nothing.
    """

    def __init__(
        self, tokenizer: TextEncoder, limits: EngineLimits, room: Room, retry_after: Callable[[], float]
    ) -> None:
        """Make one; `retry_after` is asked for the seconds that a refused message should wait."""
        self._tokenizer = tokenizer
        self._checks = MessageChecks(limits)
        self._room = room
        self._retry_after = retry_after
        self._prefix = secrets.token_hex(8)
        self._made = count(1)

    def name(self, message: Message) -> str:
        """Return the id that the message's tag carries, made up when it has none."""
        given = message.id if isinstance(message, Message) else ""
        return given if given and isinstance(given, str) else f"{self._prefix}-{next(self._made)}"

    def admit(
        self, message: Message, name: str, job: Job, index: int, now: float, deadline: float, patient: bool
    ) -> Entry:
        """Return the message as the scheduler holds it, counted in.

        Raises:
            InvalidMessageError: A field is not what it should be.
            ExpiredError: It arrived too late.
            QueueFullError: There is no room for it.
            ComputeError: The tokenizer failed on it.
        """
        size = self._checks.size(message)
        if message.time_to_live is not None:
            deadline = min(deadline, now + self._checks.time_to_live(message))
        if deadline <= now:
            raise ExpiredError("time_to_live: it had run out when the message arrived; give it more, or none")
        if not self._room.admits(size, patient=patient):
            raise self._full(size)
        ids, truncated = self._encode(message.text)
        if not ids:
            raise nothing_to_read()
        self._room.enter(1, size, patient=patient)
        text = message.text if job.options.explain else ""
        return Entry(job, index, name, ids, truncated, text, size, patient, now, deadline)

    def _encode(self, text: str) -> Encoding:
        try:
            return self._tokenizer.encode(text)
        except Exception as error:
            raise ComputeError(f"the tokenizer failed on this message ({type(error).__name__}); report it") from error

    def _full(self, size: int) -> QueueFullError:
        held, bound = self._room.held, self._room.bound
        return QueueFullError(
            f"the engine holds {held.messages:,} of {bound.messages:,} messages and {held.size:,} of {bound.size:,} "
            f"bytes, no room for {size:,} bytes more; wait before you send it again",
            self._retry_after(),
        )
