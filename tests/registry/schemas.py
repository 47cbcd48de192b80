"""Schemas of what agents say, with and without a field for tags, in all three kinds."""

from __future__ import annotations

import json
from typing import Any

from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

EMOTION: dict[str, Any] = {
    "type": "record",
    "name": "Emotion",
    "fields": [
        {"name": "label", "type": "string"},
        {"name": "score", "type": "double"},
        {"name": "labels", "type": {"type": "array", "items": "string"}, "default": []},
        {"name": "note", "type": ["null", "string"], "default": None},
    ],
}


def avro(*, emotion: Any = None, **changes: Any) -> dict[str, Any]:
    """A record of a message; `emotion` is the type of its field for tags."""
    fields = [
        {"name": "id", "type": "string"},
        {"name": "sender", "type": ["null", "string"], "default": None},
        {"name": "text", "type": ["null", "string"]},
        {"name": "cost", "type": {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}},
    ]
    if emotion is not None:
        fields.append({"name": "emotion", "type": emotion, "default": None})
    fields.append({"name": "sent_at", "type": {"type": "long", "logicalType": "timestamp-millis"}})
    return {"type": "record", "name": "Message", "namespace": "agents", "fields": fields, **changes}


NULLABLE_EMOTION = ["null", EMOTION]
NULLABLE_STRING = ["null", "string"]

JSON_SCHEMA: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "title": "Message",
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "text": {"type": "string"},
        "emotion": {"oneOf": [{"type": "null"}, {"$ref": "#/definitions/Emotion"}]},
    },
    "definitions": {
        "Emotion": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "label": {"type": "string"},
                "score": {"type": "number"},
                "labels": {"type": "array", "items": {"type": "string"}},
                "note": {"type": "string"},
            },
        }
    },
    "required": ["text"],
    "additionalProperties": False,
}
JSON_TEXT = json.dumps(JSON_SCHEMA)

_TYPES = {
    "string": FieldDescriptorProto.TYPE_STRING,
    "double": FieldDescriptorProto.TYPE_DOUBLE,
    "int64": FieldDescriptorProto.TYPE_INT64,
}


def message(name: str, *fields: str) -> DescriptorProto:
    """A message of fields such as "string text", "repeated string labels", "agents.Emotion emotion", numbered from 1."""
    made = DescriptorProto(name=name)
    for number, spelled in enumerate(fields, 1):
        *words, field = spelled.split()
        label = FieldDescriptorProto.LABEL_REPEATED if words[0] == "repeated" else FieldDescriptorProto.LABEL_OPTIONAL
        one = made.field.add(name=field, number=number, label=label)
        if words[-1] in _TYPES:
            one.type = _TYPES[words[-1]]
        else:
            one.type, one.type_name = FieldDescriptorProto.TYPE_MESSAGE, f".{words[-1]}"
    return made


def file(name: str, *messages: DescriptorProto, imports: tuple[str, ...] = ()) -> FileDescriptorProto:
    """A file of package "agents"."""
    made = FileDescriptorProto(name=name, package="agents", syntax="proto3", dependency=imports)
    made.message_type.extend(messages)
    return made


EMOTION_FILE = file(
    "agents/emotion.proto",
    message("Emotion", "string category", "double confidence", "repeated string labels", "int64 other"),
)
MESSAGE_FILE = file(
    "agents/message.proto",
    message("Unrelated", "int64 n"),
    message(
        "Message",
        "string id",
        "string text",
        "agents.Emotion emotion",
        "string sender",
        "google.protobuf.Timestamp sent_at",
    ),
    imports=("agents/emotion.proto", "google/protobuf/timestamp.proto"),
)


def classes(*files: FileDescriptorProto) -> dict[str, Any]:
    """Classes of the messages of files, by name, in a pool of their own."""
    from google.protobuf import timestamp_pb2  # noqa: PLC0415 - only to have its file

    pool = DescriptorPool()
    pool.AddSerializedFile(timestamp_pb2.DESCRIPTOR.serialized_pb)
    for one in files:
        pool.AddSerializedFile(one.SerializeToString())
    return {
        one.name: GetMessageClass(pool.FindMessageTypeByName(f"agents.{one.name}"))
        for source in files
        for one in source.message_type
    }
