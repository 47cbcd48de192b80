"""What a value is, by its content type or else by its looks; and the codecs of those that have no place for a tag."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from google.protobuf.message import DecodeError

from emotag.v1.message_pb2 import Message
from emotag_service.kafka.records.a2a_codec import hear
from emotag_service.kafka.records.codec import UNTOUCHED, Codec, Reading
from emotag_service.kafka.records.headers import content_type
from emotag_service.kafka.records.json_document import SPACE, Document, parse
from emotag_service.messages import untaggable
from emotag_service.messages.a2a import carriers, is_marked
from emotag_service.messages.content_type import ABSENT
from emotag_service.messages.text import decode, mark_of, sniff
from emotag_service.messages.untaggable import UntaggableError

if TYPE_CHECKING:
    from emotag_service.kafka.records.paths import Fields
    from emotag_service.kafka.records.record import Record
    from emotag_service.messages.content_type import ContentType

# Only these: Python has codecs that are no encodings of text, and some that purpose-made input makes slow.
_CHARSETS = {
    "": "utf-8",
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "iso-8859-1": "latin-1",
    "latin1": "latin-1",
    "windows-1252": "cp1252",
    "utf-16": "utf-16-be",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "utf-32": "utf-32-be",
    "utf-32le": "utf-32-le",
    "utf-32be": "utf-32-be",
}
_PROTOBUF = frozenset({"application/protobuf", "application/x-protobuf", "application/vnd.google.protobuf"})

# Control characters that no text has; the escape character is in what programs print in colour.
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


class TextCodec(Codec):
    """Reads plain text: UTF-8, or what a byte order mark or the content type's charset says."""

    name = "text"

    def read(self, record: Record) -> Reading:
        """Find the text. Raises UntaggableError."""
        text = decode_text(record.value or b"", content_type(record.headers).charset)
        return Reading(text, place=UNTOUCHED)


def decode_text(value: bytes, charset: str = "") -> str:
    """Decode plain text; a byte order mark counts for more than the charset.

    Raises:
        UntaggableError: WRONG_ENCODING, UNSUPPORTED_FORMAT for a charset that is not known, NO_TEXT; it names nobody.
    """
    encoding, mark = mark_of(value)
    try:
        if not mark:
            encoding = _encoding_of(charset)
        text = decode(value, encoding, mark)
    except UntaggableError as error:
        error.sender = ""
        raise
    if not text:
        raise UntaggableError(untaggable.NO_TEXT, "the value is empty", sender="")
    return text


def _encoding_of(charset: str) -> str:
    try:
        return _CHARSETS[charset]
    except KeyError:
        detail = "the content type names a charset that is not read; use UTF-8"
        raise UntaggableError(untaggable.UNSUPPORTED_FORMAT, detail) from None


class ProtobufCodec(Codec):
    """Reads our own Message."""

    name = "protobuf"

    def read(self, record: Record) -> Reading:
        """Find the text. Raises UntaggableError."""
        reading = read_message(record.value or b"")
        reading.place = UNTOUCHED
        return reading


def read_message(value: bytes) -> Reading:
    """Find the text of an emotag.v1.Message; the reading has no place yet.

    Raises:
        UntaggableError: NOT_PROTOBUF or NO_TEXT.
    """
    message = _parse(value)
    if not message.text:
        detail = "the emotag.v1.Message has no text, or an empty one"
        raise UntaggableError(untaggable.NO_TEXT, detail, message.sender)
    return Reading(message.text, message.id, message.conversation_id, message.sender)


def _parse(value: bytes) -> Message:
    try:
        return Message.FromString(value)
    except DecodeError:
        detail = "the value does not parse as emotag.v1.Message"
        raise UntaggableError(untaggable.NOT_PROTOBUF, detail) from None


class Kind(Enum):
    """What a value is."""

    A2A = auto()
    JSON = auto()
    PROTOBUF = auto()
    TEXT = auto()


def kind_of(value: bytes, media: ContentType, fields: Fields) -> tuple[Kind, Document | None]:
    """Tell what a value is; a JSON document comes parsed.

    Without a content type that says so, what starts like an object is JSON, and a fault if it is none: a document that
    was cut is likelier than prose that starts with a brace. An array is JSON if it parses. Everything else is text.
    JSON is A2A by its shape; what has but the outline of one of its tasks is not, if the text is where the fields say.

    Raises:
        UntaggableError: NOT_JSON, WRONG_ENCODING or TOO_DEEP.
    """
    if media.name in _PROTOBUF:
        return Kind.PROTOBUF, None
    document = None if media.is_text else parse(value) if media.is_json else _json_if_any(value)
    if document is None:
        return Kind.TEXT, None
    return Kind.A2A if media.is_a2a or _is_a2a(document.root, media, fields) else Kind.JSON, document


def read_content(value: bytes, media: ContentType, fields: Fields) -> Reading:
    """Find what a value says; the reading has no place yet. Raises UntaggableError."""
    kind, document = kind_of(value, media, fields)
    if document is not None:
        return hear(document.root)[1] if kind is Kind.A2A else fields.read(document.root)
    return read_message(value) if kind is Kind.PROTOBUF else read_text(value, media)


def read_root(root: Any, fields: Fields, media: ContentType = ABSENT) -> Reading:
    """The same for JSON that was parsed as part of something else."""
    return hear(root)[1] if _is_a2a(root, media, fields) else fields.read(root)


def read_text(value: bytes, media: ContentType) -> Reading:
    """Find what a value says that is text, or that nothing says to be anything else. Raises UntaggableError."""
    text = decode_text(value, media.charset)
    if not media.is_text and _BINARY.search(text):
        detail = "no content type says what the value is, and it has control characters: name the codec"
        if value[:1] == b"\0":
            detail += ", or give --schema-registry if a serializer of Confluent's wrote it"
        raise UntaggableError(untaggable.NOT_TEXT, detail, sender="")
    return Reading(text)


def _is_a2a(root: Any, media: ContentType, fields: Fields) -> bool:
    found = carriers(root)
    if found is None:
        return False
    if found or media.is_a2a or is_marked(root):
        return True
    text = fields.text.find(root)
    return not (type(text) is str and text)


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
