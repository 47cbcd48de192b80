"""`json`: the text in one field of a JSON document, the tag in another."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from emotag_service.kafka.records.codec import BeforeLast, Codec
from emotag_service.kafka.records.json_document import Document, member, parse, replacement, splice, usual_root
from emotag_service.messages import untaggable
from emotag_service.messages.tag import tag_bytes, tag_json
from emotag_service.messages.text import MISSING
from emotag_service.messages.untaggable import UntaggableError

if TYPE_CHECKING:
    from emotag_service.kafka.records.codec import Place, Reading
    from emotag_service.kafka.records.json_document import Document
    from emotag_service.kafka.records.paths import Fields, Path
    from emotag_service.kafka.records.record import Record


class JsonCodec(Codec):
    """Reads and writes fields by path."""

    name = "json"

    def __init__(self, fields: Fields, tag: Path) -> None:
        """Make one.

        Args:
            fields: Where the text is.
            tag: Where the tag goes.

        Raises:
            ValueError: The tag would replace the text, or go inside it.
        """
        if tag.within(fields.text) or fields.text.within(tag):
            raise ValueError(f"--tag-field: {tag} would replace --text-field {fields.text}, or go inside it")
        self._fields = fields
        self._tag = TagField(tag)

    def read(self, record: Record) -> Reading:
        """Find the text. Raises UntaggableError."""
        value = record.value or b""
        root = usual_root(value)
        place = None if root is None else self._tag.look_at_end(root)
        if place is None:
            return self.read_document(parse(value))
        reading = self._fields.read(root)
        reading.place = place
        return reading

    def read_document(self, document: Document) -> Reading:
        """The same for a document that was parsed before."""
        reading = self._fields.read(document.root)
        try:
            reading.tagged, reading.place = self._tag.look(document)
        except UntaggableError as error:
            error.sender = reading.sender
            raise
        return reading


class TagField:
    """A field that tags are written to."""

    def __init__(self, path: Path) -> None:
        """Make one for the path."""
        self._path = path
        self._parent = path.parent
        self._name = json.dumps(path.steps[-1])
        self._last = BeforeLast(f",{self._name}:".encode(), tag_bytes) if len(path.steps) == 1 else None

    def look_at_end(self, root: dict[str, Any]) -> Place | None:
        """Where the tag goes in a document that `usual_root` takes, if that is its end, as it is for most."""
        return None if self._path.steps[0] in root else self._last

    def look(self, document: Document) -> tuple[bool, Place]:
        """Tell whether a tag stands there, and decide where the next one goes.

        Raises:
            UntaggableError: TAG_PLACE when only the last step of the path may be missing and more is, TAG_TAKEN when
                what stands there is no tag.
        """
        found = self._path.find(document.root)
        if found is not MISSING:
            tagged = is_tag(found)
            if not (tagged or found is None or found in ("", {})):
                detail = f"--tag-field {self._path} holds something that is not a tag; name another"
                raise UntaggableError(untaggable.TAG_TAKEN, detail)
            where = document.locate(self._path.steps)
            return tagged, splice(document, replacement(document, where, tag_json))
        if self._last is not None and type(document.root) is dict and document.ends_tight():
            return False, self._last
        if type(self._parent.find(document.root)) is not dict:
            detail = f"no object to put the tag in at --tag-field {self._path}: only its last step may be missing"
            raise UntaggableError(untaggable.TAG_PLACE, detail)
        where = document.locate(self._parent.steps)
        return False, splice(document, member(document, where, self._name, tag_json))


def is_tag(value: Any) -> bool:
    """Whether a value of a document is what an earlier tag left."""
    return type(value) is dict and "category" in value
