"""What a JSON document says, by the paths of its fields: the text, and whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from emotag_service.kafka.annotation import UntaggableError
from emotag_service.kafka.codecs import reasons
from emotag_service.kafka.codecs.document import Number
from emotag_service.kafka.codecs.encoding import legible, sayable
from emotag_service.kafka.codecs.path import MISSING, Path, parse_path
from emotag_service.kafka.codecs.protocol import Reading

if TYPE_CHECKING:
    from collections.abc import Mapping

_KINDS: Mapping[type, str] = {dict: "an object", list: "an array", Number: "a number", bool: "true or false"}


@dataclass(frozen=True, slots=True)
class Fields:
    """Paths into a document.

    Attributes:
        text: What the agent said; must be there.
        id: Of the message; may be absent, as the next two.
        conversation: That it is a turn of.
        sender: That said it.
    """

    text: Path
    id: Path
    conversation: Path
    sender: Path

    def read(self, root: Any) -> Reading:
        """Find the text; the reading has no place yet. Raises UntaggableError."""
        text = self.text.find(root)
        if not (type(text) is str and text and text.isascii()):
            text = spoken(text, f"at --text-field {self.text}")
        id_, conversation, sender = self.id.find(root), self.conversation.find(root), self.sender.find(root)
        return Reading(text, name_of(id_), name_of(conversation), name_of(sender))


def make_fields(text: str, message_id: str, conversation: str, sender: str) -> Fields:
    """Parse the options. Raises ValueError naming the one that is no path."""
    return Fields(
        parse_path("--text-field", text),
        parse_path("id_field", message_id),
        parse_path("conversation_field", conversation),
        parse_path("sender_field", sender),
    )


def spoken(text: Any, where: str) -> str:
    """Return what stands where the text belongs, if it can be tagged.

    Raises:
        UntaggableError: NO_TEXT, TEXT_NOT_STRING or WRONG_ENCODING.
    """
    if type(text) is str and text:
        return sayable(text)
    if text is MISSING or text is None or text == "":
        missing = "nothing" if text is MISSING else "null" if text is None else "an empty string"
        raise UntaggableError(reasons.NO_TEXT, f"there is {missing} {where}")
    raise UntaggableError(reasons.TEXT_NOT_STRING, f"there is {_KINDS[type(text)]} {where}, not a string")


def name_of(value: Any) -> str:
    """Return a name: a string, or a number as it is spelled; empty for anything else."""
    if type(value) is str and value.isascii():
        return value
    return legible(str(value)) if isinstance(value, str) else ""
