"""The codec of topics with a schema registry: framed values by their schemas, all others by another codec."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_service.kafka.records.codec import Codec
from emotag_service.kafka.records.schemas.avro_schema import AvroSchema
from emotag_service.kafka.records.schemas.framing import framing_of
from emotag_service.kafka.records.schemas.json_schema import JsonSchema
from emotag_service.kafka.records.schemas.protobuf_schema import ProtobufSchema
from emotag_service.kafka.records.schemas.schema import unusable
from emotag_service.messages.untaggable import Fault, UntaggableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emotag_service.kafka.records.codec import Reading
    from emotag_service.kafka.records.paths import Fields, Path
    from emotag_service.kafka.records.record import Record
    from emotag_service.kafka.records.schemas.framing import SchemaKey
    from emotag_service.kafka.records.schemas.schema import RegisteredSchema, SchemaText

_KINDS: Mapping[str, type[AvroSchema | ProtobufSchema | JsonSchema]] = {
    "AVRO": AvroSchema,
    "PROTOBUF": ProtobufSchema,
    "JSON": JsonSchema,
}


class SchemaCodec(Codec):
    """Reads and writes framed values; their framing stays."""

    def __init__(self, others: Codec, schemas: Mapping[SchemaKey, RegisteredSchema | Fault]) -> None:
        """Make one.

        Args:
            others: For values without a framing.
            schemas: What is known of each schema; the one of a record has to be there before the record is read.
        """
        self.name = others.name
        self._others = others
        self._schemas = schemas

    def read(self, record: Record) -> Reading:
        """Find the text. Raises UntaggableError."""
        framing = framing_of(record)
        if framing is None:
            return self._others.read(record)
        schema = self._schemas[framing.key]
        if isinstance(schema, Fault):
            raise UntaggableError(schema.reason, schema.detail)
        return schema.read(record, framing)


def make_schema(text: SchemaText, fields: Fields, tag: Path | None) -> RegisteredSchema:
    """Make a schema ready; see `AvroSchema` for the arguments.

    Raises:
        UntaggableError: SCHEMA_UNUSABLE, or NO_TEXT_FIELD.
    """
    kind = _KINDS.get(text.kind)
    if kind is None:
        raise unusable("the schema is neither Avro, Protobuf nor JSON Schema")
    try:
        return kind(text, fields, tag)
    except UntaggableError:
        raise
    except Exception as error:  # whatever a library says of it; its words may quote the schema
        raise unusable(f"the schema is not what a schema of its kind is ({type(error).__name__})") from error
