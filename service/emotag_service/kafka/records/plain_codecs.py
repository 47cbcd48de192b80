"""`text` and `protobuf`: values that have no place for a tag, which is in the headers alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from google.protobuf.message import DecodeError

from emotag.v1.message_pb2 import Message
from emotag_service.kafka.records.codec import UNTOUCHED, Codec, Reading
from emotag_service.kafka.records.headers import content_type
from emotag_service.messages import untaggable
from emotag_service.messages.text import decode, mark_of
from emotag_service.messages.untaggable import UntaggableError

if TYPE_CHECKING:
    from emotag_service.kafka.records.record import Record

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
        UntaggableError: WRONG_ENCODING, UNSUPPORTED_FORMAT for a charset that is not known, NO_TEXT.
    """
    encoding, mark = mark_of(value)
    if not mark:
        encoding = _encoding_of(charset)
    text = decode(value, encoding, mark)
    if not text:
        raise UntaggableError(untaggable.NO_TEXT, "the value is empty")
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
        raise UntaggableError(untaggable.NO_TEXT, "the emotag.v1.Message has no text, or an empty one")
    return Reading(message.text, message.id, message.conversation_id, message.sender)


def _parse(value: bytes) -> Message:
    try:
        return Message.FromString(value)
    except DecodeError:
        detail = "the value does not parse as emotag.v1.Message"
        raise UntaggableError(untaggable.NOT_PROTOBUF, detail) from None
