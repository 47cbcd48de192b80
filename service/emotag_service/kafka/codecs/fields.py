"""What a JSON document says, by the paths of its fields: the text, and whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from emotag_service.kafka.codecs.path import Path, parse_path
from emotag_service.kafka.codecs.protocol import Reading
from emotag_service.messages.text import name_of, spoken


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
