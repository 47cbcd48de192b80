"""Headers that say what a record's value is. The case of names does not matter; of several the last one counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_service.messages.content_type import ABSENT, ContentType, parse_content_type

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from emotag_service.kafka.record import Headers


def last(headers: Headers, name: str) -> str:
    """Return the last header of that name that is not null, as text; empty without one."""
    for found, content in reversed(headers):
        if content is not None and (found == name or found.lower() == name):
            return content.decode("utf-8", "replace").strip()
    return ""


def has(headers: Headers, name: str) -> bool:
    """Whether there is a header of that name that is not null."""
    return any(found.lower() == name and content is not None for found, content in headers)


def content_type(headers: Headers) -> ContentType:
    """Return what the headers say that the value is."""
    return parse_content_type(last(headers, "content-type")) if headers else ABSENT


def without(headers: Headers, names: AbstractSet[str]) -> Headers:
    """Return the other headers, in order, duplicates and nulls too."""
    return tuple([header for header in headers if header[0].lower() not in names])
