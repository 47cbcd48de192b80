"""`cloudevents`: the text in the data of a CloudEvent, the tag in extension attributes `emotion` and `emotionscore`.

The content type tells structured mode, where the value is the envelope, from binary mode, where attributes are headers;
the presence of `ce_` headers does not, as the Kafka binding has it.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from emotag_service.kafka.annotation import UntaggableError
from emotag_service.kafka.codecs import reasons
from emotag_service.kafka.codecs.content import read_content, read_root
from emotag_service.kafka.codecs.document import Document, parse
from emotag_service.kafka.codecs.edits import member, replacement, splice
from emotag_service.kafka.codecs.fields import name_of, spoken
from emotag_service.kafka.codecs.headers import content_type, has, last, parse_content_type
from emotag_service.kafka.codecs.place import EVENT_HEADERS, EVENT_LABEL, EVENT_SCORE, Edit, Place, Placing
from emotag_service.kafka.codecs.protocol import Reading
from emotag_service.kafka.codecs.render import label_json, score_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from emotag_service.kafka.annotation import Annotation
    from emotag_service.kafka.codecs.fields import Fields
    from emotag_service.kafka.codecs.headers import ContentType
    from emotag_service.kafka.record import Headers, Record

_FAMILY = "application/cloudevents"
_STRUCTURED = "application/cloudevents+json"


def is_event(headers: Headers, media: ContentType) -> bool:
    """Whether headers are those of a CloudEvent, in either mode."""
    return media.name.startswith(_FAMILY) or bool(last(headers, "ce_specversion"))


class CloudEventsCodec(Placing):
    """Reads and writes CloudEvents in both modes."""

    name = "cloudevents"

    def __init__(self, fields: Fields) -> None:
        """Make one for data whose text is where the fields say, if it is JSON."""
        self._fields = fields

    def read(self, record: Record) -> Reading:
        """Find the text. Raises UntaggableError."""
        reading, document = self._hear(record)
        reading.place = _event_headers(record) if document is None else _attributes(document)
        return reading

    def hear(self, record: Record) -> Reading:
        """The same without a place, so that none need be there. Raises UntaggableError."""
        return self._hear(record)[0]

    def _hear(self, record: Record) -> tuple[Reading, Document | None]:
        media = content_type(record.headers)
        if media.name == _STRUCTURED:
            return self._structured(record.value or b"")
        if media.name.startswith(_FAMILY):
            raise UntaggableError(
                reasons.UNSUPPORTED_FORMAT, "of structured CloudEvents only single JSON ones are read"
            )
        if not is_event(record.headers, media):
            detail = "neither the content type nor a ce_specversion header says that the record is a CloudEvent"
            raise UntaggableError(reasons.NOT_CLOUDEVENT, detail)
        return self._binary(record, media), None

    def _binary(self, record: Record, media: ContentType) -> Reading:
        if not record.value:
            raise _nothing_said()
        reading = read_content(record.value, media, self._fields)
        reading.id = reading.id or last(record.headers, "ce_id")
        reading.sender = reading.sender or last(record.headers, "ce_source")
        reading.tagged = has(record.headers, EVENT_LABEL) and has(record.headers, EVENT_SCORE)
        return reading

    def _structured(self, value: bytes) -> tuple[Reading, Document]:
        document = parse(value)
        event = document.root
        if type(event) is not dict or "specversion" not in event:
            raise UntaggableError(reasons.NOT_CLOUDEVENT, "the value is not an object with a `specversion`")
        reading = self._data(event)
        reading.id = reading.id or name_of(event.get("id"))
        reading.sender = reading.sender or name_of(event.get("source"))
        reading.tagged = event.get("emotion") is not None and event.get("emotionscore") is not None
        return reading, document

    def _data(self, event: dict[str, Any]) -> Reading:
        if event.get("data") is not None:
            data = event["data"]
            return Reading(spoken(data, "in `data`")) if type(data) is str else read_root(data, self._fields)
        if event.get("data_base64") is not None:
            media = parse_content_type(name_of(event.get("datacontenttype")))
            return read_content(_unpacked(event["data_base64"]), media, self._fields)
        raise _nothing_said()


def _unpacked(data: Any) -> bytes:
    try:
        return base64.b64decode(spoken(data, "in `data_base64`"), validate=True)
    except (binascii.Error, ValueError):
        raise UntaggableError(reasons.WRONG_ENCODING, "`data_base64` is not base64") from None


def _event_headers(record: Record) -> Place:
    if has(record.headers, EVENT_LABEL) != has(record.headers, EVENT_SCORE):
        raise _taken(f"headers {EVENT_LABEL} and {EVENT_SCORE}")
    return EVENT_HEADERS


def _attributes(document: Document) -> Place:
    if (document.root.get("emotion") is None) != (document.root.get("emotionscore") is None):
        raise _taken("attributes `emotion` and `emotionscore`")
    label = _attribute(document, "emotion", label_json)
    return splice(document, label, _attribute(document, "emotionscore", score_json))


def _attribute(document: Document, name: str, render: Callable[[Annotation], str]) -> Edit:
    if name in document.root:
        return replacement(document, document.locate((name,)), render)
    return member(document, document.span, f'"{name}"', render)


def _nothing_said() -> UntaggableError:
    return UntaggableError(reasons.NOTHING_SAID, "the CloudEvent has no data")


def _taken(where: str) -> UntaggableError:
    detail = f"of the {where} only one is there: it is not a tag's, and would be lost; use --codec headers-only"
    return UntaggableError(reasons.TAG_TAKEN, detail)
