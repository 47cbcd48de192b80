"""What a tag says under which name: a field that a schema has for tags is filled by name and type."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from emotag_service.messages.tag import MessageTag, ModelName

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


class FactType(Enum):
    """What a fact is."""

    STRING = auto()
    NUMBER = auto()
    BOOLEAN = auto()
    STRINGS = auto()


def _document(name: str) -> Callable[[MessageTag], Any]:
    return lambda tag: tag.document()[name]


FACTS: Mapping[str, tuple[FactType, Callable[[MessageTag], Any]]] = {
    "label": (FactType.STRING, lambda tag: tag.label),
    "category": (FactType.STRING, lambda tag: tag.label),
    "score": (FactType.NUMBER, lambda tag: round(float(tag.score), 6)),
    "confidence": (FactType.NUMBER, lambda tag: round(float(tag.score), 6)),
    "labels": (FactType.STRINGS, lambda tag: list(tag.labels)),
    "taxonomy": (FactType.STRING, lambda tag: tag.taxonomy),
    "category_set": (FactType.STRING, lambda tag: tag.taxonomy),
    "uncertain": (FactType.BOOLEAN, lambda tag: tag.uncertain),
    "truncated": (FactType.BOOLEAN, lambda tag: tag.truncated),
    "model": (FactType.STRING, lambda tag: str(tag.model)),
    "status": (FactType.STRING, _document("status")),
    "tagged_at": (FactType.STRING, _document("tagged-at")),
}
"""By the names that fields of Avro and Protobuf can have."""

LABELS = ("label", "category")
"""Names of the fact without which a field is not for tags."""

SAMPLE = MessageTag("joy", 0.5, ("joy",), ("joy",), (0.5,), "basic", ModelName("sample", "1", "0" * 64), 0.0)
"""A tag, to try once what a schema takes."""


def fitting(fields: Iterable[tuple[str, FactType | None]]) -> tuple[str, ...]:
    """Return the names of those fields that a fact goes to; none at all where none is for the label."""
    names = tuple(name for name, kind in fields if name in FACTS and FACTS[name][0] is kind)
    return names if any(name in LABELS for name in names) else ()


def facts(names: Iterable[str], tag: MessageTag) -> dict[str, Any]:
    """What a tag says under these names."""
    return {name: FACTS[name][1](tag) for name in names}
