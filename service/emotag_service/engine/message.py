"""A message: what an agent said, as the engine takes it from any front."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Message:
    """What an agent said.

    Attributes:
        text: Natural language, any script.
        id: Names the message in its tag; the engine makes one when it is empty.
        conversation_id: The conversation that the message is a turn of; empty when it stands alone.
        sender: The agent that said it.
        sent_at: Seconds since the epoch by the sender's clock, or None.
        time_to_live: Seconds from admission after which the tag is worth nothing, or None.
    """

    text: str
    id: str = ""
    conversation_id: str = ""
    sender: str = ""
    sent_at: float | None = None
    time_to_live: float | None = None
