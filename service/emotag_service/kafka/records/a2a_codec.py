"""`a2a`: the text in the parts of an A2A message, the tag in its metadata under the URI of an extension."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from emotag_service.kafka.records.codec import Codec, Edit, Reading, Splice
from emotag_service.kafka.records.json_document import Document, element, member, parse, replacement, splice
from emotag_service.messages import untaggable
from emotag_service.messages.a2a import EXTENSION, Carrier, carriers
from emotag_service.messages.tag import nothing, tag_json
from emotag_service.messages.untaggable import UntaggableError

if TYPE_CHECKING:
    from emotag_service.kafka.records.record import Record

_URI = json.dumps(EXTENSION)


class A2aCodec(Codec):
    """Reads and writes A2A messages; touches `metadata[EXTENSION]` and `extensions` and nothing else."""

    name = "a2a"

    def read(self, record: Record) -> Reading:
        """Find the text. Raises UntaggableError."""
        return self.read_document(parse(record.value or b""))

    def read_document(self, document: Document) -> Reading:
        """The same for a document that was parsed before."""
        carrier, reading = hear(document.root)
        try:
            reading.place = _place(document, carrier)
        except UntaggableError as error:
            error.sender = reading.sender
            raise
        return reading


def hear(root: Any) -> tuple[Carrier, Reading]:
    """Find who says something in a parsed document, and what; the reading has no place yet.

    Raises:
        UntaggableError: NOT_A2A, NOTHING_SAID, TEXT_NOT_STRING or WRONG_ENCODING.
    """
    for carrier in _carriers(root):
        text = _text(carrier)
        if text:
            tagged = type(metadata := carrier.node.get("metadata")) is dict and metadata.get(EXTENSION) is not None
            return carrier, Reading(text, carrier.id, carrier.context, carrier.sender, tagged)
    raise UntaggableError(untaggable.NOTHING_SAID, "nothing in the A2A message is text")


def _text(carrier: Carrier) -> str:
    try:
        return carrier.text()
    except UntaggableError as error:
        error.sender = carrier.sender
        raise


def _carriers(root: Any) -> list[Carrier]:
    found = carriers(root)
    if found is None and not (type(root) is dict and "jsonrpc" in root):
        detail = "the value is no A2A message, task, update or JSON-RPC envelope of one"
        raise UntaggableError(untaggable.NOT_A2A, detail)
    return found or []


def _place(document: Document, carrier: Carrier) -> Splice:
    metadata, extensions = _metadata(document, carrier), _extensions(document, carrier)
    return splice(document, metadata) if extensions is None else splice(document, extensions, metadata)


def _metadata(document: Document, carrier: Carrier) -> Edit:
    steps = (*carrier.steps, "metadata")
    whole = f"{{{_URI}:"
    if "metadata" not in carrier.node:
        return member(document, document.locate(carrier.steps), '"metadata"', tag_json, whole, "}")
    metadata = carrier.node["metadata"]
    if metadata is None:
        return replacement(document, document.locate(steps), tag_json, whole, "}")
    if type(metadata) is not dict:
        raise UntaggableError(untaggable.TAG_PLACE, "`metadata` of the A2A message is not an object")
    if EXTENSION in metadata:
        return replacement(document, document.locate((*steps, EXTENSION)), tag_json)
    return member(document, document.locate(steps), _URI, tag_json)


def _extensions(document: Document, carrier: Carrier) -> Edit | None:
    steps = (*carrier.steps, "extensions")
    if "extensions" not in carrier.node:
        return member(document, document.locate(carrier.steps), '"extensions"', nothing, f"[{_URI}]")
    extensions = carrier.node["extensions"]
    if extensions is None:
        return replacement(document, document.locate(steps), nothing, f"[{_URI}]")
    if type(extensions) is not list:
        raise UntaggableError(untaggable.TAG_PLACE, "`extensions` of the A2A message is not an array")
    return None if EXTENSION in extensions else element(document, document.locate(steps), nothing, _URI)
