"""JSON behind a framing: the text where JSON has it, and the tag in a property that the JSON Schema has for it.

Values are not validated against their schema: it tells where a tag may go, and nothing more is asked of it.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from emotag_service.kafka.records.codec import UNTOUCHED, Edit, Splice
from emotag_service.kafka.records.content import read_root
from emotag_service.kafka.records.json_codec import is_tag
from emotag_service.kafka.records.json_document import member, parse, replacement, splice
from emotag_service.kafka.records.schemas.schema import RegisteredSchema, check_depth, check_taken, no_place, unusable
from emotag_service.kafka.records.schemas.tag_facts import FACTS, LABELS, SAMPLE
from emotag_service.messages import untaggable
from emotag_service.messages.tag import label_json, tag_json
from emotag_service.messages.text import MISSING
from emotag_service.messages.untaggable import UntaggableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from emotag_service.kafka.records.codec import Reading
    from emotag_service.kafka.records.json_document import Document
    from emotag_service.kafka.records.paths import Fields, Path
    from emotag_service.kafka.records.record import Record
    from emotag_service.kafka.records.schemas.framing import Framing
    from emotag_service.kafka.records.schemas.schema import SchemaText
    from emotag_service.messages.tag import MessageTag

_MOST_LOOKS = 256  # at parts of a schema for one step: references may go in circles
_KINDS = {str: "string", float: "number", bool: "boolean", list: "array", dict: "object"}


class JsonSchema(RegisteredSchema):
    """One JSON Schema."""

    def __init__(self, text: SchemaText, fields: Fields, tag: Path | None) -> None:
        """Make it; see `AvroSchema`. Raises UntaggableError (SCHEMA_UNUSABLE)."""
        schemas = {name: _parsed(one) for name, one in text.references.items()}
        self._fields = fields
        self._tag = tag
        self._render = None if tag is None else _render(_parsed(text.text), schemas, tag.steps)

    def read(self, record: Record, framing: Framing) -> Reading:
        """Find the text. Raises UntaggableError."""
        document = parse((record.value or b"")[framing.start :])
        reading = read_root(document.root, self._fields)
        reading.place = UNTOUCHED
        if self._render is not None and self._tag is not None:
            try:
                reading.tagged, place = _place(record, document, self._tag, self._render)
            except UntaggableError as error:
                error.sender = reading.sender
                raise
            reading.place = Splice(place.encoding, tuple(_moved(edit, framing.start) for edit in place.edits))
        return reading


def _parsed(text: str) -> Any:
    try:
        schema = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise unusable("the JSON Schema is not JSON") from error
    check_depth(schema)
    return schema


def _place(record: Record, document: Document, tag: Path, render: Callable[[MessageTag], str]) -> tuple[bool, Splice]:
    found = tag.find(document.root)
    if found is MISSING:
        if type(tag.parent.find(document.root)) is not dict:
            raise no_place(tag)
        where = document.locate(tag.parent.steps)
        return False, splice(document, member(document, where, json.dumps(tag.steps[-1]), render))
    if type(found) is str:
        tagged = check_taken(record, tag, found)
    else:
        tagged = is_tag(found) or (type(found) is dict and "label" in found)
        if not (tagged or found is None or found == {}):
            detail = f"--tag-field {tag} holds something that is not a tag; name another"
            raise UntaggableError(untaggable.TAG_TAKEN, detail)
    return tagged, splice(document, replacement(document, document.locate(tag.steps), render))


def _moved(edit: Edit, by: int) -> Edit:
    return edit._replace(start=edit.start + by, end=edit.end + by)


def _render(root: Any, schemas: Mapping[str, Any], steps: Sequence[str]) -> Callable[[MessageTag], str] | None:
    """What writes a tag as the schema has it; None where it has no property for one there."""
    parts = list(_parts(root, root, schemas))
    for step in steps:
        parts = [
            inner
            for part, home in parts
            if isinstance(properties := part.get("properties"), dict) and step in properties
            for inner in _parts(properties[step], home, schemas)
        ][:_MOST_LOOKS]
    for part, home in parts:
        if _allows(part, "object") and "properties" not in part and "type" in part:
            return tag_json
        names = _names(part, home, schemas)
        if names:
            return partial(_object, names)
    return label_json if any("type" in part and _allows(part, "string") for part, _ in parts) else None


def _parts(schema: Any, home: Any, schemas: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], Any]]:
    """The schema and those that it stands for or is made of, each with the document that its references are in."""
    waiting = [(schema, home)]
    for _ in range(_MOST_LOOKS):
        if not waiting:
            return
        part, root = waiting.pop(0)
        if not isinstance(part, dict):
            continue
        yield part, root
        if isinstance(reference := part.get("$ref"), str):
            waiting.append(_referred(reference, root, schemas))
        for word in ("allOf", "anyOf", "oneOf"):
            if isinstance(several := part.get(word), list):
                waiting += [(one, root) for one in several]


def _referred(reference: str, root: Any, schemas: Mapping[str, Any]) -> tuple[Any, Any]:
    name, _, pointer = reference.partition("#")
    home = schemas.get(name) if name else root
    node = home
    for step in pointer.strip("/").split("/") if pointer.strip("/") else ():
        node = node.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(node, dict) else None
    return node, home


def _allows(part: dict[str, Any], kind: str) -> bool:
    kinds = part.get("type")
    return kind == kinds or (isinstance(kinds, list) and kind in kinds)


def _names(part: dict[str, Any], home: Any, schemas: Mapping[str, Any]) -> tuple[str, ...]:
    """Which of an object's properties a tag fills; none where it asks for others, or has none for the label."""
    properties = part.get("properties")
    if not isinstance(properties, dict):
        return ()
    said = _facts(SAMPLE)
    names = tuple(
        name
        for name, schema in properties.items()
        if name in said and any(_allows(one, _KINDS[type(said[name])]) for one, _ in _parts(schema, home, schemas))
    )
    needed = part.get("required")
    if isinstance(needed, list) and not set(map(str, needed)) <= set(names):
        return ()
    return names if any(name in LABELS for name in names) else ()


def _facts(tag: MessageTag) -> dict[str, Any]:
    """All that a tag says, by every name that a property may have for it."""
    return {name: make(tag) for name, (_, make) in FACTS.items()} | tag.document()


def _object(names: tuple[str, ...], tag: MessageTag) -> str:
    said = _facts(tag)
    return json.dumps({name: said[name] for name in names}, separators=(",", ":"))
