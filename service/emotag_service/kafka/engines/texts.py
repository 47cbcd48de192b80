"""What no engine is asked about: texts that none of them takes, judged here so that all give the same answer."""

from __future__ import annotations

from typing import Final

from emotag_service.messages.untaggable import NO_TEXT, WRONG_ENCODING, Fault

TEXT_TOO_LONG: Final = "TEXT_TOO_LONG"
"""More bytes of text than the engine reads."""

_NAME_BYTES = 256  # of a sender or a conversation id, by the contract of every engine


def measure(text: str, most: int) -> int | Fault:
    """Bytes of a text as UTF-8, or why no engine takes it.

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
