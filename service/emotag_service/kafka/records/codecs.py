"""The codecs by name, made from the options of the command line; with those that find out what a value is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from emotag_service.kafka.records.a2a_codec import A2aCodec
from emotag_service.kafka.records.cloudevents_codec import CloudEventsCodec, is_event
from emotag_service.kafka.records.codec import UNTOUCHED, Codec
from emotag_service.kafka.records.content import (
    Kind,
    ProtobufCodec,
    TextCodec,
    kind_of,
    read_content,
    read_message,
    read_text,
)
from emotag_service.kafka.records.headers import content_type
from emotag_service.kafka.records.json_codec import JsonCodec
from emotag_service.kafka.records.paths import Fields, Path, make_fields, parse_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from emotag_service.kafka.records.codec import Reading
    from emotag_service.kafka.records.paths import Fields, Path
    from emotag_service.kafka.records.record import Record


class AutoCodec(Codec):
    """Reads CloudEvents, A2A, JSON, protobuf and text, in that order of trial; the place knows how each is written."""

    name = "auto"

    def __init__(self, fields: Fields, tag: Path) -> None:
        """Make one. Raises ValueError as JsonCodec does."""
        self._fields = fields
        self._json = JsonCodec(fields, tag)
        self._a2a = A2aCodec()
        self._events = CloudEventsCodec(fields)

    def read(self, record: Record) -> Reading:
        """Find the text. Raises UntaggableError."""
        value, media = record.value or b"", content_type(record.headers)
        if is_event(record.headers, media):
            return self._events.read(record)
        kind, document = kind_of(value, media, self._fields)
        if document is not None:
            codec = self._a2a if kind is Kind.A2A else self._json
            return codec.read_document(document)
        reading = read_message(value) if kind is Kind.PROTOBUF else read_text(value, media)
        reading.place = UNTOUCHED
        return reading


class HeadersOnlyCodec(Codec):
    """Reads anything; writes nothing but the emotion-* headers, which are not a codec's."""

    name = "headers-only"

    def __init__(self, fields: Fields) -> None:
        """Make one for JSON whose text is where the fields say."""
        self._fields = fields
        self._events = CloudEventsCodec(fields)

    def read(self, record: Record) -> Reading:
        """Find the text. Raises UntaggableError."""
        reading = self._hear(record)
        reading.place = UNTOUCHED
        return reading

    def _hear(self, record: Record) -> Reading:
        media = content_type(record.headers)
        if is_event(record.headers, media):
            return self._events.hear(record)
        return read_content(record.value or b"", media, self._fields)


_MAKERS: Mapping[str, Callable[[Fields, Path], Codec]] = {
    "auto": AutoCodec,
    "json": JsonCodec,
    "a2a": lambda _fields, _tag: A2aCodec(),
    "cloudevents": lambda fields, _tag: CloudEventsCodec(fields),
    "text": lambda _fields, _tag: TextCodec(),
    "headers-only": lambda fields, _tag: HeadersOnlyCodec(fields),
    "protobuf": lambda _fields, _tag: ProtobufCodec(),
}

NAMES: Final = tuple(_MAKERS)
"""What `--codec` takes, the default first."""


def make_codec(
    name: str = "auto",
    *,
    text_field: str = "text",
    tag_field: str = "emotion",
    id_field: str = "id",
    conversation_field: str = "conversation_id",
    sender_field: str = "sender",
) -> Codec:
    """Make a codec.

    Args:
        name: One of `NAMES`.
        text_field: Where JSON has the text: a dotted path (`payload.parts.0.text`) or a JSON Pointer.
        tag_field: Where JSON gets the tag; only the last step may be missing.
        id_field: Where JSON has the message's id; it may be absent, as the next two.
        conversation_field: Where JSON has the conversation.
        sender_field: Where JSON has the sender.

    Raises:
        ValueError: No such codec, or a field that is no path or in the way of another; names the option.
    """
    maker = _MAKERS.get(name)
    if maker is None:
        raise ValueError(f"--codec: must be one of {', '.join(NAMES)}, not {name!r}")
    fields = make_fields(text_field, id_field, conversation_field, sender_field)
    return maker(fields, parse_path("--tag-field", tag_field))
