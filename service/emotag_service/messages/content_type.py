"""What a content type says that a value is."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple


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
_MOST_REMEMBERED = 256  # characters of one: callers choose them, and may send megabytes


def parse_content_type(spelled: str) -> ContentType:
    """Parse a media type and its charset."""
    return _remembered(spelled) if len(spelled) <= _MOST_REMEMBERED else _parse(spelled)


def _parse(spelled: str) -> ContentType:
    name, *parameters = spelled.lower().split(";")
    pairs = [parameter.partition("=") for parameter in parameters]
    charset = next((value.strip(' "') for key, _, value in pairs if key.strip() == "charset"), "")
    return ContentType(name.strip(), charset)


_remembered = lru_cache(maxsize=256)(_parse)
