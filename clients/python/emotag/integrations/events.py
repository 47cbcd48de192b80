"""What adapters show an observer, and what an observer tells: messages, before and after they have a tag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emotag.tag import Tag

INPUT = "input"
"""What an agent is told: by a person, or by whoever called it."""
OUTPUT = "output"
"""What an agent says."""
HANDOFF = "handoff"
"""What one agent says to another of its own system."""
TOOL = "tool"
"""What a tool gave back."""
KINDS = (INPUT, OUTPUT, HANDOFF, TOOL)


@dataclass(frozen=True, slots=True)
class SeenMessage:
    """A message as an adapter finds it.

    Attributes:
        framework: Where, such as "langchain".
        kind: `INPUT`, `OUTPUT`, `HANDOFF` or `TOOL`.
        text: What was said; empty where there is none, as in a call of a tool.
        agent: The agent that was told it, or that said it.
        sender: Who said it.
        conversation_id: The thread, session or run that it belongs to.
        message_id: The framework's own name for it, by which it is known again; empty where there is none.
    """

    framework: str
    kind: str
    text: str
    agent: str = ""
    sender: str = ""
    conversation_id: str = ""
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class TaggedMessage:
    """A message with its tag, as `on_tag` is given it.

    Attributes:
        framework: Where, such as "langchain".
        kind: `INPUT`, `OUTPUT`, `HANDOFF` or `TOOL`.
        agent: The agent that was told it, or that said it.
        sender: Who said it.
        conversation_id: The thread, session or run that it belongs to.
        message_id: The framework's name for it, or one that was made up.
        tag: Its tag, which has no error.
        text: What was said, where the observer was asked to keep it; else None.
    """

    framework: str
    kind: str
    agent: str
    sender: str
    conversation_id: str
    message_id: str
    tag: Tag
    text: str | None = None
