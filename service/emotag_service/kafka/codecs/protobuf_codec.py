"""`protobuf`: the value is an emotag.v1.Message, which has no field for a tag; the tag is in the headers alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from google.protobuf.message import DecodeError

from emotag.v1.message_pb2 import Message
from emotag_service.kafka.codecs.place import UNTOUCHED, Placing
from emotag_service.kafka.codecs.protocol import Reading
from emotag_service.messages import untaggable
from emotag_service.messages.untaggable import UntaggableError

if TYPE_CHECKING:
    from emotag_service.kafka.record import Record


class ProtobufCodec(Placing):
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
