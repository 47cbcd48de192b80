"""Values of an Avro schema: the text, and the tag in a field that the schema has for it, every other byte as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emotag_service.kafka.records.codec import UNTOUCHED, Reading
from emotag_service.kafka.records.json_document import Number
from emotag_service.kafka.records.paths import index_of
from emotag_service.kafka.records.schemas.avro_tag import avro_tag_field
from emotag_service.kafka.records.schemas.avro_types import avro_type, load
from emotag_service.kafka.records.schemas.avro_walk import AvroWalk, Found, Wanted
from emotag_service.kafka.records.schemas.framing import zigzag
from emotag_service.kafka.records.schemas.schema import Cut, RegisteredSchema, check_taken, no_place, no_text_field
from emotag_service.kafka.records.schemas.tag_facts import LABELS
from emotag_service.messages.text import MISSING, decode, name_of, spoken
from emotag_service.messages.untaggable import UntaggableError

if TYPE_CHECKING:
    from emotag_service.kafka.records.codec import Place
    from emotag_service.kafka.records.paths import Fields, Path
    from emotag_service.kafka.records.record import Record
    from emotag_service.kafka.records.schemas.avro_types import AvroType
    from emotag_service.kafka.records.schemas.framing import Framing
    from emotag_service.kafka.records.schemas.schema import SchemaText

_MOST_INDEX = 1 << 31  # of an element of an array, as a schema cannot say how many there are
_OTHERS: dict[str, Any] = {"null": None, "array": [], "map": {}, "record": {}, "boolean": False}


class AvroSchema(RegisteredSchema):
    """One Avro schema."""

    def __init__(self, text: SchemaText, fields: Fields, tag: Path | None) -> None:
        """Make it.

        Args:
            text: The schema.
            fields: Where the text is.
            tag: Where the tag goes if the schema has a field for it there; None for headers alone.

        Raises:
            UntaggableError: SCHEMA_UNUSABLE, or NO_TEXT_FIELD.
        """
        root = load(text)
        self._type = avro_type(root)
        if not _leads_to_string(self._type, fields.text.steps):
            raise no_text_field(fields.text)
        self._fields = fields
        self._tag = tag
        self._field = None if tag is None else avro_tag_field(root, tag.steps)
        self._wanted = self._all_wanted()

    def read(self, record: Record, framing: Framing) -> Reading:
        """Find the text. Raises UntaggableError."""
        value = record.value or b""
        found = AvroWalk(value, framing.start).whole(self._type, self._wanted)
        id_, talk, sender = (_name(value, found.get(one)) for one in ("id", "conversation", "sender"))
        try:
            text = spoken(_content(value, found.get("text")), f"at --text-field {self._fields.text}")
            return Reading(text, id_, talk, sender, *self._place(record, found))
        except UntaggableError as error:
            error.sender = sender
            raise

    def _all_wanted(self) -> Wanted:
        wanted = Wanted()
        for name in ("text", "id", "conversation", "sender"):
            wanted.add(name, getattr(self._fields, name).steps)
        if self._field is not None and self._tag is not None:
            wanted.add("tag", self._tag.steps)
            for name in LABELS if self._field.names else ():
                wanted.add(f"tag {name}", (*self._tag.steps, name))
        return wanted

    def _place(self, record: Record, found: dict[str, Found]) -> tuple[bool, Place]:
        if self._field is None or self._tag is None:
            return False, UNTOUCHED
        if (at := found.get("tag")) is None:
            raise no_place(self._tag)
        place = Cut(at.start, at.end, self._field.encode)
        value = record.value or b""
        if self._field.names:
            return any(name_of(_content(value, found.get(f"tag {name}"))) for name in LABELS), place
        return check_taken(record, self._tag, _content(value, at)), place


def _content(value: bytes, found: Found | None) -> Any:
    """What stands there, if it is a string or a whole number; of anything else what kind it is."""
    if found is None:
        return MISSING
    if found.type.kind == "string":
        at = zigzag(value, found.began)[1]
        return decode(value[at : found.end], "utf-8")
    if found.type.kind in {"int", "long"}:
        return Number(str(zigzag(value, found.began)[0]))
    return _OTHERS.get(found.type.kind, 0)


def _name(value: bytes, found: Found | None) -> str:
    """The name that stands there; of an enumeration, which a text and a tag are never of, the symbol."""
    if found is not None and found.type.kind == "enum":
        return name_of(found.type.symbols[zigzag(value, found.began)[0]])
    return name_of(_content(value, found))


def _leads_to_string(kind: AvroType, steps: tuple[str, ...]) -> bool:
    if kind.kind == "union":
        return any(_leads_to_string(one, steps) for one in kind.branches)
    if not steps:
        return kind.kind == "string"
    if kind.kind == "record":
        return any(name == steps[0] and _leads_to_string(one, steps[1:]) for name, one in kind.fields)
    if kind.items is None or (kind.kind == "array" and index_of(steps[0], _MOST_INDEX) is None):
        return False
    return _leads_to_string(kind.items, steps[1:])
