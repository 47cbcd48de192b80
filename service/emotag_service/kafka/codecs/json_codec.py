"""`json`: the text in one field of a JSON document, the tag in another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_service.kafka.codecs.document import Document, parse, usual_root
from emotag_service.kafka.codecs.place import Placing
from emotag_service.kafka.codecs.tag_field import TagField

if TYPE_CHECKING:
    from emotag_service.kafka.codecs.fields import Fields
    from emotag_service.kafka.codecs.path import Path
    from emotag_service.kafka.codecs.protocol import Reading
    from emotag_service.kafka.record import Record


class JsonCodec(Placing):
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
        reading.tagged, reading.place = self._tag.look(document)
        return reading
