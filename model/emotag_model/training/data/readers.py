"""The ways in which data sets say what a text is labelled with; each makes a Row of one JSON object.

A reader returns None for an object that is no text by design, and raises ValueError, saying why, for a bad one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emotag_model.training.data.row import Row

Reader = Callable[[dict[str, Any], str], Row | None]
"""From an object and its file and line."""

DIMENSIONS = ("valence", "arousal", "dominance")


def labelled(row: dict[str, Any], place: str) -> Row:
    """Read a text with at least one label."""
    made = partly_labelled(row, place)
    if not made.labels:
        raise ValueError("labels must be a list of at least one label, not []")
    return made


def partly_labelled(row: dict[str, Any], place: str) -> Row:
    """Read a text whose labels may be none."""
    return Row(_text(row), place, labels=_names(row, "labels"), context=_names(row, "context"))


def read_by_several(row: dict[str, Any], place: str) -> Row:
    """Read a text whose labels are those that any of its readers accepts, or, of one reader, `labels`."""
    names = _names(row, "accept" if "accept" in row else "labels")
    if not names:
        raise ValueError("labels must be a list of at least one label, not []")
    return Row(_text(row), place, labels=names)


def dimensional(row: dict[str, Any], place: str) -> Row:
    """Read a text with valence, arousal and dominance in place of labels."""
    values = [row.get(name) for name in DIMENSIONS]
    for name, value in zip(DIMENSIONS, values, strict=True):
        if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value <= 5:
            raise ValueError(f"{name} must be a number from 1 to 5, not {value!r}")
    return Row(_text(row), place, values=tuple(float(value) for value in values if value is not None))


def rated(row: dict[str, Any], place: str) -> Row | None:
    """Read a turn of a rated dialogue; an object that rates the dialogue as a whole is no text."""
    return None if row.get("overall") is True else partly_labelled(row, place)


def unlabelled(row: dict[str, Any], place: str) -> Row:
    """Read a text, and nothing else but the source and the conversation that it may name."""
    source = row.get("source", "")
    if not isinstance(source, str):
        raise ValueError(f"source must be a name, not {source!r}")  # noqa: TRY004 -- the data is wrong, not the call
    return Row(_text(row), place, source=source, conversation=_conversation(row))


def any_text(row: dict[str, Any], place: str) -> Row | None:
    """Read a text of whatever kind, or nothing where there is none."""
    text = row.get("text")
    return Row(text, place, conversation=_conversation(row)) if isinstance(text, str) and text.strip() else None


def _text(row: dict[str, Any]) -> str:
    text = row.get("text")
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"text must be a text that is not blank, not {text!r}")
    return text


def _conversation(row: dict[str, Any]) -> str:
    """Return what its conversation is called: a message that names none is one of its own."""
    return str(row.get("conversation_id") or row.get("id") or "")


def _names(row: dict[str, Any], key: str) -> tuple[str, ...]:
    names = row.get(key, [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError(f"{key} must be a list of texts, not {names!r}")
    return tuple(names)
