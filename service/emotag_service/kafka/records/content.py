"""What a value is, by its content type or else by its looks, and what it says: for codecs that are not told."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from emotag_service.kafka.records.a2a_codec import hear
from emotag_service.kafka.records.codec import Reading
from emotag_service.kafka.records.json_document import SPACE, Document, parse
from emotag_service.kafka.records.plain_codecs import decode_text, read_message
from emotag_service.messages import untaggable
from emotag_service.messages.a2a import carriers
from emotag_service.messages.text import sniff
from emotag_service.messages.untaggable import UntaggableError

if TYPE_CHECKING:
    from emotag_service.kafka.records.paths import Fields
    from emotag_service.messages.content_type import ContentType

_PROTOBUF = frozenset({"application/protobuf", "application/x-protobuf", "application/vnd.google.protobuf"})

# Control characters that no text has; the escape character is in what programs print in colour.
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


class Kind(Enum):
    """What a value is."""

    A2A = auto()
    JSON = auto()
    PROTOBUF = auto()
    TEXT = auto()


def kind_of(value: bytes, media: ContentType) -> tuple[Kind, Document | None]:
    """Tell what a value is; a JSON document comes parsed.

    Without a content type that says so, what starts like an object is JSON, and a fault if it is none: a document that
    was cut is likelier than prose that starts with a brace. An array is JSON if it parses. Everything else is text.

    Raises:
        UntaggableError: NOT_JSON, WRONG_ENCODING or TOO_DEEP.
    """
    if media.name in _PROTOBUF:
        return Kind.PROTOBUF, None
    document = None if media.is_text else parse(value) if media.is_json else _json_if_any(value)
    if document is None:
        return Kind.TEXT, None
    return Kind.A2A if media.is_a2a or carriers(document.root) is not None else Kind.JSON, document


def read_content(value: bytes, media: ContentType, fields: Fields) -> Reading:
    """Find what a value says; the reading has no place yet. Raises UntaggableError."""
    kind, document = kind_of(value, media)
    if document is not None:
        return hear(document.root)[1] if kind is Kind.A2A else fields.read(document.root)
    return read_message(value) if kind is Kind.PROTOBUF else read_text(value, media)


def read_root(root: Any, fields: Fields) -> Reading:
    """The same for JSON that was parsed as part of something else."""
    return fields.read(root) if carriers(root) is None else hear(root)[1]


def read_text(value: bytes, media: ContentType) -> Reading:
    """Find what a value says that is text, or that nothing says to be anything else. Raises UntaggableError."""
    text = decode_text(value, media.charset)
    if not media.is_text and _BINARY.search(text):
        detail = "no content type says what the value is, and it has control characters: name the codec"
        raise UntaggableError(untaggable.NOT_TEXT, detail)
    return Reading(text)


def _json_if_any(value: bytes) -> Document | None:
    first = "{" if value[:1] == b"{" else _first_character(value)
    if first == "{":
        return parse(value)
    if first == "[":
        try:
            return parse(value)
        except UntaggableError as error:
            if error.fault.reason != untaggable.NOT_JSON:
                raise
    return None


def _first_character(value: bytes) -> str:
    encoding, mark = sniff(value)
    if encoding == "utf-8":
        return value[mark:].lstrip(SPACE.encode())[:1].decode("ascii", "replace")
    try:
        return value[mark:].decode(encoding).lstrip(SPACE)[:1]
    except UnicodeDecodeError:
        return ""
