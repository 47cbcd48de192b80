"""A message: what an agent said, as the SDK takes it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Message:
    """What an agent said.

    Attributes:
        text: Natural language, any script, not empty.
        id: Names the message in its tag; made by the SDK when empty. At most 256 bytes.
        conversation_id: The conversation that the message is a turn of; empty when it stands alone.
        sender: The agent that said it.
        sent_at: Seconds since the epoch by the sender's clock, as `time.time()` gives them, or None.
        time_to_live: Seconds, from when the server reads the message, after which the tag is worth nothing, or None.
    """

    text: str
    id: str = ""
    conversation_id: str = ""
    sender: str = ""
    sent_at: float | None = None
    time_to_live: float | None = None
