"""The text in what frameworks call content: a string, or parts of which some have text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_SPOKEN = ("text", "input_text", "output_text", "refusal")  # types of parts; others are thought, called or shown


def text_of(content: object) -> str:
    """Return the text of a content, its parts a line each; empty where there is none, as in a call of a tool."""
    if isinstance(content, str):
        return content
    if isinstance(content, Iterable) and not isinstance(content, bytes | Mapping):
        return "\n".join(filter(None, map(_part, content)))
    return _part(content)


def _part(part: object) -> str:
    """Return the text of one part: a string, or a mapping or an object with `type` and `text`."""
    if isinstance(part, str):
        return part
    kind = _named(part, "type")
    if kind is not None and kind not in _SPOKEN:
        return ""
    said = _named(part, "refusal" if kind == "refusal" else "text")
    return said if isinstance(said, str) else ""


def _named(part: object, name: str) -> object:
    return part.get(name) if isinstance(part, Mapping) else getattr(part, name, None)
