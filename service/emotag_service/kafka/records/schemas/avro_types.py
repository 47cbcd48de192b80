"""The types of an Avro schema, with names resolved, as a walk over values needs them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from fastavro.repository import AbstractSchemaRepository
from fastavro.schema import SchemaParseException, load_schema

from emotag_service.kafka.records.schemas.schema import SchemaText, check_depth, unusable

_SIZES = {"null": 0, "boolean": 1, "float": 4, "double": 8}
_PRIMITIVES = {*_SIZES, "int", "long", "bytes", "string"}


@dataclass(slots=True)
class AvroType:
    """One type; those that contain themselves are circles of these.

    Attributes:
        kind: As Avro names it: "record", "union", "long", ….
        size: Bytes that every value of it takes; None where that depends.
        fields: Of a record, in order.
        branches: Of a union, in order.
        items: Of an array, or the values of a map.
        symbols: Of an enumeration, in order.
    """

    kind: str
    size: int | None = None
    fields: tuple[tuple[str, AvroType], ...] = ()
    branches: tuple[AvroType, ...] = ()
    items: AvroType | None = None
    symbols: tuple[str, ...] = ()


def load(text: SchemaText) -> Any:
    """Parse a schema and what it refers to: names are whole, each type is spelled out where it comes first.

    Raises:
        UntaggableError: SCHEMA_UNUSABLE.
    """
    schemas = {name: _parsed(one) for name, one in text.references.items()}
    for schema in list(schemas.values()):
        if isinstance(schema, dict) and "name" in schema:
            schemas[_full_name(schema)] = schema
    root = _parsed(text.text)
    try:
        return load_schema("$root", repo=_Repository({**schemas, "$root": root}))
    except (SchemaParseException, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise unusable(f"the Avro schema cannot be parsed ({type(error).__name__})") from error


class _Repository(AbstractSchemaRepository):
    def __init__(self, schemas: dict[str, Any]) -> None:
        self._schemas = schemas

    def load(self, name: str) -> Any:
        return self._schemas[name]


def _parsed(text: str) -> Any:
    try:
        schema = json.loads(text)
    except (ValueError, RecursionError) as error:
        # The registry takes a bare name of a primitive, too.
        if text.strip() in _PRIMITIVES:
            return text.strip()
        raise unusable("the Avro schema is not JSON") from error
    check_depth(schema)
    return schema


def _full_name(schema: dict[str, Any]) -> str:
    name, space = str(schema["name"]), schema.get("namespace")
    return f"{space}.{name}" if space and "." not in name else name


def avro_type(schema: Any, names: dict[str, AvroType] | None = None) -> AvroType:
    """Make the type of a loaded schema."""
    names = {} if names is None else names
    if isinstance(schema, str):
        return names[schema] if schema in names else AvroType(schema, _SIZES.get(schema))
    if isinstance(schema, list):
        branches = tuple(avro_type(one, names) for one in schema)
        if any(one.kind == "union" for one in branches):
            raise unusable("the Avro schema has a union right in a union")
        return AvroType("union", branches=branches)
    kind = schema["type"]
    if isinstance(kind, str) and kind in _NAMED:
        return _NAMED[kind](schema, names)
    if kind in {"array", "map"}:
        return AvroType(kind, items=avro_type(schema["items" if kind == "array" else "values"], names))
    return avro_type(kind, names)


def _fixed(schema: dict[str, Any], names: dict[str, AvroType]) -> AvroType:
    names[schema["name"]] = made = AvroType("fixed", int(schema["size"]))
    return made


def _enum(schema: dict[str, Any], names: dict[str, AvroType]) -> AvroType:
    names[schema["name"]] = made = AvroType("enum", symbols=tuple(schema["symbols"]))
    return made


def _record(schema: dict[str, Any], names: dict[str, AvroType]) -> AvroType:
    made = names[schema["name"]] = AvroType("record")  # before its fields, which may contain it
    made.fields = tuple((one["name"], avro_type(one["type"], names)) for one in schema["fields"])
    sizes = [one.size for _, one in made.fields]
    if None not in sizes:
        made.size = sum(size for size in sizes if size is not None)
    return made


_NAMED = {"record": _record, "error": _record, "fixed": _fixed, "enum": _enum}
