"""Where an annotation goes in a JSON document: the field that `--tag-field` names, new or from an earlier tag."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from emotag_service.kafka.annotation import UntaggableError
from emotag_service.kafka.codecs import reasons
from emotag_service.kafka.codecs.edits import member, replacement, splice
from emotag_service.kafka.codecs.path import MISSING, Path
from emotag_service.kafka.codecs.place import BeforeLast
from emotag_service.kafka.codecs.render import annotation_json

if TYPE_CHECKING:
    from emotag_service.kafka.codecs.document import Document
    from emotag_service.kafka.codecs.place import Place


class TagField:
    """A field that annotations are written to."""

    def __init__(self, path: Path) -> None:
        """Make one for the path."""
        self._path = path
        self._parent = path.parent
        self._name = json.dumps(path.steps[-1])
        self._at_root = len(path.steps) == 1
        self._last = BeforeLast(f",{self._name}:", annotation_json)

    def place(self, document: Document) -> Place:
        """Decide where the tag goes.

        Raises:
            UntaggableError: TAG_PLACE when only the last step of the path may be missing and more is, TAG_TAKEN when
                what stands there is no tag.
        """
        found = self._path.find(document.root)
        if found is not MISSING:
            self._must_be_free(found)
            return splice(document, replacement(document, document.locate(self._path.steps), annotation_json))
        if self._at_root and type(document.root) is dict and document.ends_tight():
            return self._last
        if type(self._parent.find(document.root)) is not dict:
            detail = f"no object to put the tag in at --tag-field {self._path}: only its last step may be missing"
            raise UntaggableError(reasons.TAG_PLACE, detail)
        return splice(document, member(document, document.locate(self._parent.steps), self._name, annotation_json))

    def is_tagged(self, root: Any) -> bool:
        """Whether a tag stands there."""
        return is_annotation(self._path.find(root))

    def _must_be_free(self, found: Any) -> None:
        if not (found is None or found in ("", {}) or is_annotation(found)):
            detail = f"--tag-field {self._path} holds something that is not a tag; name another"
            raise UntaggableError(reasons.TAG_TAKEN, detail)


def is_annotation(value: Any) -> bool:
    """Whether a value of a document is what an earlier tag left."""
    return type(value) is dict and "category" in value
