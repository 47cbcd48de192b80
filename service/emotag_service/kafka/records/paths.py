"""Paths into a JSON document, as options give them: dotted (`payload.text`) or JSON Pointers (`/payload/text`)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from emotag_service.kafka.records.codec import Reading
from emotag_service.messages.text import MISSING, name_of, spoken
from emotag_service.messages.untaggable import UntaggableError

_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")
_BAD_ESCAPE = re.compile(r"~(?![01])")


@dataclass(frozen=True, slots=True)
class Path:
    """Steps from the root of a document to a value.

    Attributes:
        steps: Member names; in an array a step is an index, counted from 0.
        spelled: As the operator wrote it, for messages.
    """

    steps: tuple[str, ...]
    spelled: str
    _only: str | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_only", self.steps[0] if len(self.steps) == 1 else None)

    def __str__(self) -> str:
        return self.spelled

    @property
    def parent(self) -> Path:
        """The path to what holds the value."""
        return Path(self.steps[:-1], self.spelled)

    def find(self, root: Any) -> Any:
        """Return the value, or MISSING. Of members with one name the last counts, as in every JSON parser."""
        if self._only is not None and type(root) is dict:
            return root.get(self._only, MISSING)
        node = root
        for step in self.steps:
            node = node.get(step, MISSING) if type(node) is dict else _element(node, step)
        return node

    def within(self, other: Path) -> bool:
        """Whether this path leads through the other, or ends where it does."""
        return self.steps[: len(other.steps)] == other.steps


def parse_path(option: str, spelled: str) -> Path:
    """Parse the value of an option.

    Args:
        option: Its name on the command line, for the message.
        spelled: `a.b.0` or, for names that have dots, `/a/b/0` with `~1` for a slash and `~0` for a tilde.

    Raises:
        ValueError: It is no path; says which option and how to write it.
    """
    if spelled.startswith("/"):
        return Path(_pointer_steps(option, spelled), spelled)
    steps = tuple(spelled.split("."))
    if not all(steps):
        raise ValueError(
            f"{option}: a step of {spelled!r} is empty; "
            "write a path such as payload.text, or a JSON Pointer such as /payload/text"
        )
    return Path(steps, spelled)


def index_of(step: str, length: int) -> int | None:
    """Return the index that a step means in an array of that length, or None."""
    return index if _INDEX.fullmatch(step) and (index := int(step)) < length else None


def _pointer_steps(option: str, spelled: str) -> tuple[str, ...]:
    if _BAD_ESCAPE.search(spelled):
        raise ValueError(f"{option}: in the JSON Pointer {spelled!r} a tilde is written ~0 and a slash ~1")
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in spelled[1:].split("/"))


def _element(node: Any, step: str) -> Any:
    if type(node) is not list:
        return MISSING
    index = index_of(step, len(node))
    return MISSING if index is None else node[index]


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
            text = self._spoken(text, root)
        id_, conversation, sender = self.id.find(root), self.conversation.find(root), self.sender.find(root)
        return Reading(text, name_of(id_), name_of(conversation), name_of(sender))

    def _spoken(self, text: Any, root: Any) -> str:
        try:
            return spoken(text, f"at --text-field {self.text}")
        except UntaggableError as error:
            error.sender = name_of(self.sender.find(root))
            raise


def make_fields(
    text: str, message_id: str = "id", conversation: str = "conversation_id", sender: str = "sender"
) -> Fields:
    """Parse the options. Raises ValueError naming the one that is no path."""
    return Fields(
        parse_path("--text-field", text),
        parse_path("id_field", message_id),
        parse_path("conversation_field", conversation),
        parse_path("sender_field", sender),
    )
