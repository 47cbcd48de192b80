"""`cloudevents`: the text in the data of a CloudEvent, the tag in extension attributes `emotion` and `emotionscore`.

The content type tells structured mode, where the value is the envelope, from binary mode, where attributes are headers;
the presence of `ce_` headers does not, as the Kafka binding has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_service.kafka.records.codec import EVENT_HEADERS, EVENT_LABEL, EVENT_SCORE, Codec, Edit, Place, Reading
from emotag_service.kafka.records.content import read_content, read_root
from emotag_service.kafka.records.headers import content_type, has, last
from emotag_service.kafka.records.json_document import Document, member, parse, replacement, splice
from emotag_service.messages import untaggable
from emotag_service.messages.cloudevents import (
    LABEL_ATTRIBUTE,
    SCORE_ATTRIBUTE,
    CloudEvent,
    in_family,
    is_structured,
    nothing_said,
    read_envelope,
)
from emotag_service.messages.tag import label_json, score_json
from emotag_service.messages.text import spoken
from emotag_service.messages.untaggable import UntaggableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from emotag_service.kafka.records.paths import Fields
    from emotag_service.kafka.records.record import Headers, Record
    from emotag_service.messages.content_type import ContentType
    from emotag_service.messages.tag import MessageTag


def is_event(headers: Headers, media: ContentType) -> bool:
    """Whether headers are those of a CloudEvent, in either mode."""
    return in_family(media) or bool(last(headers, "ce_specversion"))


class CloudEventsCodec(Codec):
    """Reads and writes CloudEvents in both modes."""

    name = "cloudevents"

    def __init__(self, fields: Fields) -> None:
        """Make one for data whose text is where the fields say, if it is JSON."""
        self._fields = fields

    def read(self, record: Record) -> Reading:
        """Find the text. Raises UntaggableError."""
        reading, document = self._hear(record)
        try:
            reading.place = _event_headers(record) if document is None else _attributes(document)
        except UntaggableError as error:
            error.sender = reading.sender
            raise
        return reading

    def hear(self, record: Record) -> Reading:
        """The same without a place, so that none need be there. Raises UntaggableError."""
        return self._hear(record)[0]

    def _hear(self, record: Record) -> tuple[Reading, Document | None]:
        media = content_type(record.headers)
        if is_structured(media):
            return self._structured(record.value or b"")
        if in_family(media):
            raise UntaggableError(
                untaggable.UNSUPPORTED_FORMAT, "of structured CloudEvents only single JSON ones are read"
            )
        if not is_event(record.headers, media):
            detail = "neither the content type nor a ce_specversion header says that the record is a CloudEvent"
            raise UntaggableError(untaggable.NOT_CLOUDEVENT, detail)
        return self._binary(record, media), None

    def _binary(self, record: Record, media: ContentType) -> Reading:
        if not record.value:
            raise nothing_said()
        source = last(record.headers, "ce_source")
        try:
            reading = read_content(record.value, media, self._fields)
        except UntaggableError as error:
            error.sender = _sender(error, source)
            raise
        reading.id = reading.id or last(record.headers, "ce_id")
        reading.sender = reading.sender or source
        reading.tagged = has(record.headers, EVENT_LABEL) and has(record.headers, EVENT_SCORE)
        return reading

    def _structured(self, value: bytes) -> tuple[Reading, Document]:
        document = parse(value)
        event = read_envelope(document.root)
        try:
            reading = self._data(event)
        except UntaggableError as error:
            error.sender = event.source if type(event.data) is str else _sender(error, event.source)
            raise
        reading.id = reading.id or event.id
        reading.sender = reading.sender or event.source
        reading.tagged = event.tagged
        return reading, document

    def _data(self, event: CloudEvent) -> Reading:
        if type(event.data) is bytes:
            return read_content(event.data, event.media, self._fields)
        if type(event.data) is str:
            return Reading(spoken(event.data, "in `data`"))
        return read_root(event.data, self._fields, event.media)


def _sender(error: UntaggableError, source: str) -> str | None:
    """Who said what is wrong: the source, unless the data names another or could not be asked."""
    return None if error.sender is None else error.sender or source


def _event_headers(record: Record) -> Place:
    if has(record.headers, EVENT_LABEL) != has(record.headers, EVENT_SCORE):
        raise _taken(f"headers {EVENT_LABEL} and {EVENT_SCORE}")
    return EVENT_HEADERS


def _attributes(document: Document) -> Place:
    if (document.root.get(LABEL_ATTRIBUTE) is None) != (document.root.get(SCORE_ATTRIBUTE) is None):
        raise _taken("attributes `emotion` and `emotionscore`")
    label = _attribute(document, LABEL_ATTRIBUTE, label_json)
    return splice(document, label, _attribute(document, SCORE_ATTRIBUTE, score_json))


def _attribute(document: Document, name: str, render: Callable[[MessageTag], str]) -> Edit:
    if name in document.root:
        return replacement(document, document.locate((name,)), render)
    return member(document, document.span, f'"{name}"', render)


def _taken(where: str) -> UntaggableError:
    detail = f"of the {where} only one is there: it is not a tag's, and would be lost; use --codec headers-only"
    return UntaggableError(untaggable.TAG_TAKEN, detail)
