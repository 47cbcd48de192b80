"""Values of a Protobuf schema: the text, and the tag in a field that the schema has for it.

A tag is appended: of a field that comes twice the last counts, and parts of a message are merged, so that what was
there stays byte for byte, unknown fields too. Where a tag is there already the message is written anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError
from google.protobuf.message_factory import GetMessageClass

from emotag_service.kafka.records.codec import UNTOUCHED, Reading
from emotag_service.kafka.records.paths import index_of
from emotag_service.kafka.records.schemas.framing import message_indexes, mismatch
from emotag_service.kafka.records.schemas.protobuf_files import ProtobufFiles
from emotag_service.kafka.records.schemas.schema import Cut, RegisteredSchema, check_taken, no_place, no_text_field
from emotag_service.kafka.records.schemas.tag_facts import LABELS, FactType, facts, fitting
from emotag_service.messages import untaggable
from emotag_service.messages.text import MISSING, name_of, spoken
from emotag_service.messages.untaggable import UntaggableError

if TYPE_CHECKING:
    from google.protobuf.descriptor import Descriptor
    from google.protobuf.message import Message

    from emotag_service.kafka.records.codec import Place
    from emotag_service.kafka.records.paths import Fields, Path
    from emotag_service.kafka.records.record import Record
    from emotag_service.kafka.records.schemas.framing import Framing
    from emotag_service.kafka.records.schemas.schema import SchemaText
    from emotag_service.messages.tag import MessageTag

_MOST_INDEX = 1 << 31
_TYPES = {
    FieldDescriptor.TYPE_STRING: FactType.STRING,
    FieldDescriptor.TYPE_DOUBLE: FactType.NUMBER,
    FieldDescriptor.TYPE_FLOAT: FactType.NUMBER,
    FieldDescriptor.TYPE_BOOL: FactType.BOOLEAN,
}


class ProtobufSchema(RegisteredSchema):
    """One Protobuf schema; a value says which of its messages it is."""

    def __init__(self, text: SchemaText, fields: Fields, tag: Path | None) -> None:
        """Make it; see `AvroSchema`. Raises UntaggableError (SCHEMA_UNUSABLE)."""
        self._files = ProtobufFiles(text)
        self._fields = fields
        self._tag = tag
        self._messages: dict[tuple[int, ...], _MessageType] = {}  # at most as many as the schema has

    def read(self, record: Record, framing: Framing) -> Reading:
        """Find the text. Raises UntaggableError."""
        value = record.value or b""
        indexes, start = message_indexes(framing, value)
        known = self._messages.get(indexes)
        if known is None:
            known = self._messages[indexes] = _MessageType(self._files.message(indexes), self._fields, self._tag)
        return known.read(record, value, start)


class _MessageType:
    """One message of a schema."""

    def __init__(self, descriptor: Descriptor, fields: Fields, tag: Path | None) -> None:
        """Make it. Raises UntaggableError (NO_TEXT_FIELD)."""
        if not _leads_to_string(descriptor, fields.text.steps):
            raise no_text_field(fields.text)
        self._class = GetMessageClass(descriptor)
        self._fields = fields
        self._tag = tag
        self._names = () if tag is None else _tag_names(descriptor, tag.steps)

    def read(self, record: Record, value: bytes, start: int) -> Reading:
        """Find the text. Raises UntaggableError."""
        message = self._parse(value, start)
        fields = self._fields
        id_, talk, sender = (_name(message, path.steps) for path in (fields.id, fields.conversation, fields.sender))
        try:
            text = spoken(_content(message, fields.text.steps), f"at --text-field {fields.text}")
            return Reading(text, id_, talk, sender, *self._place(record, message, start))
        except UntaggableError as error:
            error.sender = sender
            raise

    def _parse(self, value: bytes, start: int) -> Message:
        try:
            return self._class.FromString(value[start:])
        except DecodeError:
            raise mismatch("the value does not parse as the Protobuf message that it is framed as") from None

    def _place(self, record: Record, message: Message, start: int) -> tuple[bool, Place]:
        if self._names is None or self._tag is None or not self._names:
            return False, UNTOUCHED
        value = record.value or b""
        holder: Any = _holder(message, self._tag)
        field = holder.DESCRIPTOR.fields_by_name[self._tag.steps[-1]]
        _check_alone(holder, field, self._tag)
        held = getattr(holder, field.name)
        if field.type == FieldDescriptor.TYPE_STRING:
            there = tagged = check_taken(record, self._tag, held)
        else:
            there = holder.HasField(field.name)
            tagged = any(getattr(held, name) for name in LABELS if name in self._names)
        if there:
            return tagged, Cut(start, len(value), lambda tag: self._rewritten(value, start, tag))
        return tagged, Cut(len(value), len(value), self._appended)

    def _appended(self, tag: MessageTag) -> bytes:
        message = self._class()
        self._fill(message, tag)
        return message.SerializePartialToString()

    def _rewritten(self, value: bytes, start: int, tag: MessageTag) -> bytes:
        message = self._parse(value, start)
        self._fill(message, tag)
        return message.SerializePartialToString()

    def _fill(self, message: Any, tag: MessageTag) -> None:
        steps = self._tag.steps if self._tag is not None else ()
        for step in steps[:-1]:
            message = getattr(message, step)
        if self._names == LABEL_ALONE:
            setattr(message, steps[-1], tag.label)
            return
        message.ClearField(steps[-1])
        held = getattr(message, steps[-1])
        for name, fact in facts(self._names, tag).items():
            if isinstance(fact, list):
                getattr(held, name).extend(fact)
            else:
                setattr(held, name, fact)


LABEL_ALONE = ("",)
"""In the place of names: the field is a string, which gets the label."""


def _leads_to_string(descriptor: Descriptor, steps: tuple[str, ...]) -> bool:
    field = descriptor.fields_by_name.get(steps[0])
    if field is None:
        return False
    rest = steps[1:]
    if field.is_repeated:
        if _is_map(field) or not rest or index_of(rest[0], _MOST_INDEX) is None:
            return False
        rest = rest[1:]
    if not rest:
        return bool(field.type == FieldDescriptor.TYPE_STRING)
    return field.message_type is not None and _leads_to_string(field.message_type, rest)


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and bool(field.message_type.GetOptions().map_entry)


def _content(message: Any, steps: tuple[str, ...]) -> Any:
    """What stands there, if it is a string; MISSING if there is nothing or anything else."""
    _, content = _found(message, steps)
    return content if isinstance(content, str) else MISSING


def _name(message: Any, steps: tuple[str, ...]) -> str:
    """The name that stands there; of an enumeration, which a text is never of, that of its value if it has one."""
    field, content = _found(message, steps)
    if field is None or field.enum_type is None:
        return name_of(content)
    value = field.enum_type.values_by_number.get(content)
    return "" if value is None else value.name


def _found(message: Any, steps: tuple[str, ...]) -> tuple[FieldDescriptor | None, Any]:
    """The scalar field that these steps end at, and what is in it; None and MISSING where they end at none."""
    node = message
    at = 0
    while at < len(steps):
        field = node.DESCRIPTOR.fields_by_name.get(steps[at])
        if field is None or _is_map(field) or (field.has_presence and not node.HasField(field.name)):
            break
        node, at = getattr(node, field.name), at + 1
        if field.is_repeated:
            index = index_of(steps[at], len(node)) if at < len(steps) else None
            if index is None:
                break
            node, at = node[index], at + 1
        if field.message_type is None:
            return (field, node) if at == len(steps) else (None, MISSING)
    return None, MISSING


def _holder(message: Any, tag: Path) -> Any:
    for step in tag.steps[:-1]:
        if not message.HasField(step):
            raise no_place(tag)
        message = getattr(message, step)
    return message


def _check_alone(holder: Any, field: FieldDescriptor, tag: Path) -> None:
    choice = field.containing_oneof
    taken = None if choice is None else holder.WhichOneof(choice.name)
    if taken not in (None, field.name):
        detail = f"--tag-field {tag} is one of several fields of which another is set, and would take its place"
        raise UntaggableError(untaggable.TAG_TAKEN, detail)


def _tag_names(descriptor: Descriptor | None, steps: tuple[str, ...]) -> tuple[str, ...]:
    """Names of the fields that facts go to; empty where the steps lead to nothing that takes tags."""
    for place, step in enumerate(steps):
        field = None if descriptor is None else descriptor.fields_by_name.get(step)
        if field is None or field.is_repeated:
            return ()
        if place == len(steps) - 1 and field.type == FieldDescriptor.TYPE_STRING:
            return LABEL_ALONE
        descriptor = field.message_type
    return () if descriptor is None else fitting((one.name, _fact_type(one)) for one in descriptor.fields)


def _fact_type(field: FieldDescriptor) -> FactType | None:
    if field.is_repeated:
        return FactType.STRINGS if field.type == FieldDescriptor.TYPE_STRING else None
    return _TYPES.get(field.type)
