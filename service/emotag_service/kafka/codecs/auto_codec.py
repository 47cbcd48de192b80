"""`auto`: chooses the codec for every record by its headers, else by its value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_service.kafka.codecs.a2a_codec import A2aCodec
from emotag_service.kafka.codecs.cloudevents_codec import CloudEventsCodec, is_event
from emotag_service.kafka.codecs.content import Kind, kind_of, read_text
from emotag_service.kafka.codecs.headers import content_type
from emotag_service.kafka.codecs.json_codec import JsonCodec
from emotag_service.kafka.codecs.place import UNTOUCHED, Placing
from emotag_service.kafka.codecs.protobuf_codec import read_message

if TYPE_CHECKING:
    from emotag_service.kafka.codecs.fields import Fields
    from emotag_service.kafka.codecs.path import Path
    from emotag_service.kafka.codecs.protocol import Reading
    from emotag_service.kafka.record import Record


class AutoCodec(Placing):
    """Reads CloudEvents, A2A, JSON, protobuf and text, in that order of trial; the place knows how each is written."""

    name = "auto"

    def __init__(self, fields: Fields, tag: Path) -> None:
        """Make one. Raises ValueError as JsonCodec does."""
        self._json = JsonCodec(fields, tag)
        self._a2a = A2aCodec()
        self._events = CloudEventsCodec(fields)

    def read(self, record: Record) -> Reading:
        """Find the text. Raises UntaggableError."""
        value, media = record.value or b"", content_type(record.headers)
        if is_event(record.headers, media):
            return self._events.read(record)
        kind, document = kind_of(value, media)
        if document is not None:
            codec = self._a2a if kind is Kind.A2A else self._json
            return codec.read_document(document)
        reading = read_message(value) if kind is Kind.PROTOBUF else read_text(value, media)
        reading.place = UNTOUCHED
        return reading
