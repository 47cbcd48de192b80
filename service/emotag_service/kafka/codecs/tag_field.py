"""Where a tag goes in a JSON document: the field that `--tag-field` names, new or from an earlier tag."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from emotag_service.kafka.codecs.edits import member, replacement, splice
from emotag_service.kafka.codecs.place import BeforeLast
from emotag_service.messages import untaggable
from emotag_service.messages.tag import tag_bytes, tag_json
from emotag_service.messages.text import MISSING
from emotag_service.messages.untaggable import UntaggableError

if TYPE_CHECKING:
    from emotag_service.kafka.codecs.document import Document
    from emotag_service.kafka.codecs.path import Path
    from emotag_service.kafka.codecs.place import Place


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
