"""The field that an Avro schema has for tags: which facts it takes, and how a tag is written into it."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from fastavro import parse_schema, schemaless_writer
from fastavro.schema import SchemaParseException

from emotag_service.kafka.records.schemas.tag_facts import SAMPLE, FactType, facts, fitting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emotag_service.messages.tag import MessageTag

_TYPES = {
    "string": FactType.STRING,
    "double": FactType.NUMBER,
    "float": FactType.NUMBER,
    "boolean": FactType.BOOLEAN,
}
_UNFIT = (  # what fastavro says that it cannot write, or not by itself
    *(ValueError, TypeError, KeyError, AttributeError, RecursionError),
    SchemaParseException,
)


@dataclass(frozen=True, slots=True)
class AvroTagField:
    """A field for tags.

    Attributes:
        schema: Of the field, which needs no other.
        names: Of the fields of its record that facts go to; empty where it is a string, which gets the label.
    """

    schema: Any
    names: tuple[str, ...]

    def encode(self, tag: MessageTag) -> bytes:
        """Write a tag, with the number of its branch where the field is a union."""
        buffer = BytesIO()
        schemaless_writer(buffer, self.schema, facts(self.names, tag) if self.names else tag.label)
        return buffer.getvalue()


def avro_tag_field(root: Any, steps: Sequence[str]) -> AvroTagField | None:
    """Find the field of a loaded schema that these steps lead to; None where there is none that takes tags."""
    named: dict[str, Any] = {}
    _collect(root, named)
    schema = _field(root, steps, named)
    held = None if schema is None else _only(schema, named)
    if held is None:
        return None
    names: tuple[str, ...] = ()
    if isinstance(held, dict) and held.get("type") == "record":
        names = fitting((one["name"], _fact_type(one["type"], named)) for one in held["fields"])
        if not names:
            return None
    elif _plain(held) != "string":
        return None
    return _tried(_alone(schema, named, set()), names)


def _tried(schema: Any, names: tuple[str, ...]) -> AvroTagField | None:
    """A field that has what tags do not say, and no default for it, takes none."""
    try:
        field = AvroTagField(parse_schema(schema), names)
        field.encode(SAMPLE)
    except _UNFIT:
        return None
    return field


def _collect(schema: Any, named: dict[str, Any]) -> None:
    if isinstance(schema, list):
        for one in schema:
            _collect(one, named)
    elif isinstance(schema, dict):
        if schema.get("type") in {"record", "error", "enum", "fixed"}:
            named[schema["name"]] = schema
        for key in ("type", "items", "values"):
            _collect(schema.get(key), named)
        for one in schema.get("fields", ()):
            _collect(one["type"], named)


def _field(schema: Any, steps: Sequence[str], named: dict[str, Any]) -> Any:
    for step in steps:
        record = _only(schema, named)
        if not (isinstance(record, dict) and record.get("type") == "record"):
            return None
        schema = next((one["type"] for one in record["fields"] if one["name"] == step), None)
        if schema is None:
            return None
    return schema


def _only(schema: Any, named: dict[str, Any]) -> Any:
    """What a value is if it is not null; None where that could be several things."""
    if isinstance(schema, list):
        others = [one for one in schema if _plain(one) != "null"]
        schema = others[0] if len(others) == 1 else None
    if isinstance(schema, dict) and isinstance(schema.get("type"), dict | list):
        return _only(schema["type"], named)
    return named.get(schema, schema) if isinstance(schema, str) else schema


def _plain(schema: Any) -> Any:
    return schema.get("type") if isinstance(schema, dict) else schema


def _fact_type(schema: Any, named: dict[str, Any]) -> FactType | None:
    held = _only(schema, named)
    if isinstance(held, dict) and held.get("type") == "array":
        return FactType.STRINGS if _plain(held["items"]) == "string" else None
    if isinstance(held, dict) and "logicalType" in held:
        return None
    kind = _plain(held)
    return _TYPES.get(kind) if isinstance(kind, str) else None


def _alone(schema: Any, named: dict[str, Any], seen: set[str]) -> Any:
    """The schema with every type spelled out where it comes first, as it must be to be used without the rest."""
    if isinstance(schema, str):
        return _alone(named[schema], named, seen) if schema in named and schema not in seen else schema
    if isinstance(schema, list):
        return [_alone(one, named, seen) for one in schema]
    if schema.get("type") in {"record", "error", "enum", "fixed"}:
        if schema["name"] in seen:
            return schema["name"]
        seen.add(schema["name"])
    made = {key: value for key, value in schema.items() if not key.startswith("__")}
    for key in ("type", "items", "values"):
        if key in made and not (key == "type" and isinstance(made[key], str)):
            made[key] = _alone(made[key], named, seen)
    if "fields" in made:
        made["fields"] = [{**one, "type": _alone(one["type"], named, seen)} for one in made["fields"]]
    return made
