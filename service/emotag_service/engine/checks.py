"""What a message must be, whichever road it came by."""

from __future__ import annotations

from math import isfinite, isnan
from typing import TYPE_CHECKING

from emotag_service.engine.errors import InvalidMessageError
from emotag_service.engine.message import Message

if TYPE_CHECKING:
    from emotag_service.engine.limits import EngineLimits

_UTF8_WIDEST = 4  # bytes of one character
_NAMES = ("id", "sender", "conversation_id")


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
        if isinstance(value, bool) or not isinstance(value, (int, float)) or isnan(value):
            raise InvalidMessageError("time_to_live", f"is {value!r}; give seconds, or None")
        return float(value)

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


def nothing_to_read() -> InvalidMessageError:
    """Return the error of a text without tokens."""
    return InvalidMessageError("text", "has nothing to read: only blanks, controls or zero-width characters")


def _check_number(field: str, value: float | None) -> None:
    if value is not None and (not isinstance(value, (int, float)) or not isfinite(value)):
        raise InvalidMessageError(field, f"is {value!r}; give seconds, or None")


def _utf8_size(text: str) -> int:
    """Count bytes; a lone surrogate, which UTF-8 has no place for, counts as three."""
    return len(text.encode("utf-8", "surrogatepass"))
