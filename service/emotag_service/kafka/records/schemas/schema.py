"""A schema of a registry, made ready to find texts and to write tags."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from emotag_service.kafka.records.headers import is_tagged
from emotag_service.messages import untaggable
from emotag_service.messages.untaggable import UntaggableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from emotag_service.kafka.records.codec import Reading
    from emotag_service.kafka.records.paths import Path
    from emotag_service.kafka.records.record import Headers, Record
    from emotag_service.kafka.records.schemas.framing import Framing
    from emotag_service.messages.tag import MessageTag

MOST_DEPTH = 64
"""How deep a schema, and a value by one, may nest."""


@dataclass(frozen=True, slots=True)
class SchemaText:
    """A schema as a registry has it.

    Attributes:
        kind: "AVRO", "PROTOBUF" or "JSON".
        text: The schema; of Protobuf the FileDescriptorProto, serialized, in base64.
        references: Schemas that it refers to, by the names that it has for them, those that others refer to first.
    """

    kind: str
    text: str
    references: Mapping[str, str] = field(default_factory=dict)


class RegisteredSchema(ABC):
    """Finds the text in a value of one schema, and decides where the tag goes. Immutable."""

    @abstractmethod
    def read(self, record: Record, framing: Framing) -> Reading:
        """Find the text. Raises UntaggableError."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A place in a value that is not text: what stands between two positions goes.

    Attributes:
        start: First byte that goes.
        end: First byte after it that stays.
        encode: Makes what stands there instead.
    """

    start: int
    end: int
    encode: Callable[[MessageTag], bytes]

    def write(self, record: Record, tag: MessageTag) -> tuple[bytes | None, Headers]:
        """Return the value with the cut made, and the headers as they are."""
        value = record.value or b""
        return value[: self.start] + self.encode(tag) + value[self.end :], record.headers


def check_taken(record: Record, tag: Path, held: Any) -> bool:
    """Whether a string where a label goes is a tag's, which the headers of the record tell.

    Raises:
        UntaggableError: TAG_TAKEN.
    """
    if not held:
        return False
    if not is_tagged(record.headers):
        detail = f"--tag-field {tag} holds a string, and no emotion-label header says that a tag wrote it; name another"
        raise UntaggableError(untaggable.TAG_TAKEN, detail)
    return True


def check_depth(schema: Any) -> None:
    """Hold a parsed document to a depth, since what reads it recurses. Raises UntaggableError (SCHEMA_UNUSABLE)."""
    level, depth = [schema], 0
    while level:
        if depth > 4 * MOST_DEPTH:  # a type in a field takes about four levels
            raise unusable("the schema nests deeper than any that is read")
        level = [
            one
            for node in level
            for one in (node.values() if isinstance(node, dict) else node if isinstance(node, list) else ())
        ]
        depth += 1


def unusable(detail: str) -> UntaggableError:
    """Make the error of a schema that cannot be used."""
    return UntaggableError(untaggable.SCHEMA_UNUSABLE, detail)


def no_text_field(text: Path) -> UntaggableError:
    """Make the error of a schema that has no place for the text."""
    detail = f"the schema has no string at --text-field {text}: name the field that holds what was said"
    return UntaggableError(untaggable.NO_TEXT_FIELD, detail)


def no_place(tag: Path) -> UntaggableError:
    """Make the error of a value that lacks what holds the tag."""
    detail = f"nothing to put the tag in at --tag-field {tag}: only its last step may be missing"
    return UntaggableError(untaggable.TAG_PLACE, detail)
