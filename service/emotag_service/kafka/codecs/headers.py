"""Headers that say what a record's value is. The case of names does not matter; of several the last one counts."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from emotag_service.kafka.record import Headers


class ContentType(NamedTuple):
    """A media type.

    Attributes:
        name: Such as "application/json", lower-case; empty when there is none.
        charset: Its parameter, lower-case, or empty.
    """

    name: str = ""
    charset: str = ""

    @property
    def is_json(self) -> bool:
        """Whether it is JSON, by name or by structured suffix."""
        return self.name in {"application/json", "text/json"} or self.name.endswith("+json")

    @property
    def is_a2a(self) -> bool:
        """Whether it is an A2A message."""
        return self.name == "application/a2a+json"

    @property
    def is_text(self) -> bool:
        """Whether it is plain text, or text of some other markup that is read as plain."""
        return self.name.startswith("text/") and self.name != "text/json"


ABSENT = ContentType()


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


@lru_cache(maxsize=256)
def parse_content_type(spelled: str) -> ContentType:
    """Parse a media type and its charset."""
    name, *parameters = spelled.lower().split(";")
    pairs = [parameter.partition("=") for parameter in parameters]
    charset = next((value.strip(' "') for key, _, value in pairs if key.strip() == "charset"), "")
    return ContentType(name.strip(), charset)


def without(headers: Headers, names: AbstractSet[str]) -> Headers:
    """Return the other headers, in order, duplicates and nulls too."""
    return tuple([header for header in headers if header[0].lower() not in names])
