"""An agent that frames what it says by Confluent's serializers, in every kind of schema."""

from __future__ import annotations

import json
from typing import Any

from confluent_kafka.schema_registry import (
    SchemaRegistryClient,
    header_schema_id_serializer,
    prefix_schema_id_serializer,
    topic_subject_name_strategy,
)
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer, ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf.json_format import MessageToDict

from tests.brokers.records import Seen
from tests.integration.kafka.checks import BEGINNING
from tests.registry.schemas import EMOTION_FILE, JSON_TEXT, MESSAGE_FILE, NULLABLE_EMOTION, avro, classes
from tests.registry.server import Registry

CLASSES = classes(EMOTION_FILE, MESSAGE_FILE)
AVRO_TEXT = json.dumps(avro(emotion=NULLABLE_EMOTION))
KINDS = ("avro", "json", "protobuf")
FORMS = {"prefix": prefix_schema_id_serializer, "header": header_schema_id_serializer}


class Agent:
    """Says things by Confluent's serializers, and reads them back by its deserializers."""

    def __init__(self, registry: Registry, topic: str, kind: str, form: str) -> None:
        self._topic = topic
        self.kind = kind
        self._client = client = SchemaRegistryClient({"url": registry.url})
        names = {"subject.name.strategy": topic_subject_name_strategy}
        conf = {**names, "schema.id.serializer": FORMS[form]}
        if kind == "avro":
            self._serialize, self._read = (
                AvroSerializer(client, AVRO_TEXT, conf=conf),
                AvroDeserializer(client, conf=names),
            )
        elif kind == "json":
            self._serialize, self._read = (
                JSONSerializer(JSON_TEXT, client, conf=conf),
                JSONDeserializer(JSON_TEXT, schema_registry_client=client, conf=names),
            )
        else:
            self._serialize = ProtobufSerializer(CLASSES["Message"], client, conf=conf)
            self._read = ProtobufDeserializer(CLASSES["Message"], names, client)

    def close(self) -> None:
        self._client.close()

    def say(self, text: str, number: int = 0) -> Seen:
        headers: list[tuple[str, bytes | None]] = [("trace", b"1"), ("trace", None)]
        context = SerializationContext(self._topic, MessageField.VALUE, headers)
        value = self._serialize(self._message(text), context)
        return Seen(value, b"k", tuple(headers), 0, BEGINNING + number)

    def understood(self, one: Seen) -> dict[str, Any]:
        context = SerializationContext(self._topic, MessageField.VALUE, list(one.headers))
        found = self._read(one.value, context)
        if self.kind != "protobuf":
            return found
        return MessageToDict(found, preserving_proto_field_name=True)

    def _message(self, text: str) -> Any:
        if self.kind == "protobuf":
            return CLASSES["Message"](id="m", text=text)
        values: dict[str, Any] = {"id": "m", "text": text}
        return {**values, "cost": b"\1", "sent_at": 1} if self.kind == "avro" else values
