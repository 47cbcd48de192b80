"""`headers-only`: finds the text as `auto` does, and leaves the value and the event's attributes as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_service.kafka.codecs.cloudevents_codec import CloudEventsCodec, is_event
from emotag_service.kafka.codecs.content import read_content
from emotag_service.kafka.codecs.headers import content_type
from emotag_service.kafka.codecs.place import UNTOUCHED, Placing

if TYPE_CHECKING:
    from emotag_service.kafka.codecs.fields import Fields
    from emotag_service.kafka.codecs.protocol import Reading
    from emotag_service.kafka.record import Record


class HeadersOnlyCodec(Placing):
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
