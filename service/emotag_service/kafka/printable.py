"""Bytes of records as people and programs can read them."""

from __future__ import annotations

import base64
from typing import Any


def as_plain(content: bytes | None) -> Any:
    """For JSON: a string, null, or where the bytes are no UTF-8 an object {"base64": ...}."""
    if content is None:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content).decode()}


def as_words(content: bytes | None) -> str:
    """For people: on one line, with escapes where a terminal would take it for a command."""
    return "null" if content is None else printable(content.decode(errors="backslashreplace"))


def printable(text: str) -> str:
    """Escape what cannot be printed on one line."""
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)
