"""The files of a Protobuf schema as a registry has them, put together so that messages can be parsed by them."""

from __future__ import annotations

import base64
import binascii
from importlib import import_module
from typing import TYPE_CHECKING

from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError

from emotag_service.kafka.records.schemas.framing import mismatch
from emotag_service.kafka.records.schemas.schema import unusable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from google.protobuf.descriptor import Descriptor
    from google.protobuf.descriptor_pb2 import DescriptorProto

    from emotag_service.kafka.records.schemas.schema import SchemaText

_ROOT = "emotag/registered.proto"  # no schema is imported by this name

# Registries have these built in and never list them. Of messages without fields everything is an unknown field, which
# survives; what meta.proto adds to options is unknown there, and of no interest.
_CONFLUENT: Mapping[str, tuple[str, ...]] = {
    "confluent/meta.proto": (),
    "confluent/type/decimal.proto": ("Decimal",),
    "confluent/type/variant.proto": ("Variant",),
}


class ProtobufFiles:
    """One schema and all that it imports."""

    def __init__(self, text: SchemaText) -> None:
        """Put them together. Raises UntaggableError (SCHEMA_UNUSABLE)."""
        self._file = _file(_ROOT, text.text)
        self._pool = DescriptorPool()
        self._added: set[str] = set()
        files = {name: _file(name, one) for name, one in text.references.items()}
        try:
            self._add(self._file, files)
        except (TypeError, KeyError, RecursionError) as error:
            # Its words quote the schema.
            raise unusable(f"the Protobuf schema does not fit together ({type(error).__name__})") from error

    def message(self, indexes: tuple[int, ...]) -> Descriptor:
        """Find a message by its indexes. Raises UntaggableError (SCHEMA_MISMATCH) where there is none."""
        level, names = self._file.message_type, [self._file.package] if self._file.package else []
        for index in indexes:
            if not 0 <= index < len(level):
                raise mismatch("the value is of a message that its schema does not have")
            found: DescriptorProto = level[index]
            names.append(found.name)
            level = found.nested_type
        return self._pool.FindMessageTypeByName(".".join(names))

    def _add(self, file: FileDescriptorProto, files: Mapping[str, FileDescriptorProto]) -> None:
        self._added.add(file.name)
        for name in file.dependency:
            if name not in self._added:
                self._add(files[name] if name in files else _built_in(name), files)
        self._pool.AddSerializedFile(file.SerializeToString())


def _file(name: str, text: str) -> FileDescriptorProto:
    try:
        file = FileDescriptorProto.FromString(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError, DecodeError):
        detail = "the registry gives no serialized form of the Protobuf schema, as ?format=serialized asks for"
        raise unusable(detail) from None
    file.name = name
    return file


def _built_in(name: str) -> FileDescriptorProto:
    if name in _CONFLUENT:
        package = "confluent.type" if _CONFLUENT[name] else "confluent"
        file = FileDescriptorProto(name=name, package=package, syntax="proto3")
        for message in _CONFLUENT[name]:
            file.message_type.add(name=message)
        return file
    folder, _, rest = name.rpartition("/")
    if folder not in {"google/protobuf", "google/type"} or not rest.removesuffix(".proto").isidentifier():
        raise unusable("the Protobuf schema imports a file that the registry does not list among its references")
    try:
        module = import_module(f"{folder.replace('/', '.')}.{rest.removesuffix('.proto')}_pb2")
    except ImportError:
        raise unusable("the Protobuf schema imports a file of Google's that is not known here") from None
    return FileDescriptorProto.FromString(module.DESCRIPTOR.serialized_pb)
