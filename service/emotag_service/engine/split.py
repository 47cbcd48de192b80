"""A split: a share of conversations is answered by a candidate, the others by the live model."""

from __future__ import annotations

from collections import Counter
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emotag_model.checkpoint import Identity
    from emotag_service.engine.branch import Branch
    from emotag_service.engine.caller import Entry
    from emotag_service.engine.message import Message

MOST_SALT_BYTES = 64
_RANGE = 2**64


class Split:
    """Says which model answers a message. Belongs to the engine's event loop.

    A conversation is always on the same side: in every process that has the same salt, and for a larger share those
    of a smaller one stay where they were. A message without conversation is one of its own, by its id.

    Attributes:
        candidate: Identity of the model that answers the share.
        branch: It in service; None once it ended by itself.
        share: Of conversations that the candidate answers, from 0 to 1.
        salt: What conversations are hashed with.
        live_messages: Messages that the live model got.
        candidate_messages: Messages that the candidate got.
        messages: The same by model: another one may have become the live one meanwhile, the candidate too.
        problem: Why the candidate answers no more; empty while it does.
    """

    def __init__(self, branch: Branch, share: float, salt: str = "") -> None:
        """Make one; without a salt it is the candidate's digest, so that each candidate has another draw.

        Raises:
            ValueError: The share is none, or the salt is too long.
        """
        if len(salt.encode()) > MOST_SALT_BYTES:
            raise ValueError(f"salt: is longer than {MOST_SALT_BYTES} bytes; shorten it")
        self.candidate = branch.model.identity
        self.branch: Branch | None = branch
        self.salt = salt or self.candidate.digest
        self.live_messages = self.candidate_messages = 0
        self.messages: Counter[Identity] = Counter()
        self.problem = ""
        self.resize(share)

    def resize(self, share: float) -> None:
        """Answer another share by the candidate. Raises ValueError when it is not above 0 and at most 1."""
        if not 0 < share <= 1:
            raise ValueError(f"share: is {share:g}; give the share of conversations, above 0 and at most 1")
        self.share = share
        self._below = int(share * _RANGE)

    def takes(self, conversation: str) -> bool:
        """Tell whether a conversation is the candidate's."""
        name = conversation.encode("utf-8", "surrogatepass")
        return int.from_bytes(blake2b(name, key=self.salt.encode(), digest_size=8).digest(), "big") < self._below

    def divide(
        self, messages: Sequence[Message], entries: Sequence[Entry], live: Identity
    ) -> tuple[list[Entry], list[Entry]]:
        """Return which of the admitted ones among `messages` the live model answers, and which the candidate."""
        sides: tuple[list[Entry], list[Entry]] = ([], [])
        for entry in entries:
            sides[self.takes(messages[entry.index].conversation_id or entry.message_id)].append(entry)
        self.count_live(live, len(sides[0]))
        self.candidate_messages += len(sides[1])
        self.messages[self.candidate] += len(sides[1])
        return sides

    def count_live(self, live: Identity, messages: int) -> None:
        """Count messages that the live model, which is `live` now, gets."""
        self.live_messages += messages
        self.messages[live] += messages
