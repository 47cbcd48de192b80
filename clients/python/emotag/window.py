"""The window: the messages that were taken from the caller's iterable and whose tags it does not have yet. No I/O."""

from __future__ import annotations

from collections import deque
from itertools import takewhile
from typing import TYPE_CHECKING

from emotag.errors import InvalidArgumentError, ProtocolError
from emotag.tag import Tag
from emotag.v1 import message_pb2 as pb

if TYPE_CHECKING:
    from emotag.entry import Entry
    from emotag.info import Limits

# Less than the 4,096 ids that a server remembers, so that whatever is sent again on a new stream is no repeat there;
# enough to keep several batches in flight.
ROOM_MESSAGES = 1024
ROOM_BYTES = 16 << 20
FRAME_MESSAGES = 64
FRAME_BYTES = 1 << 20
# What a message costs in a frame beside its own bytes: a tag and a length.
OVERHEAD = 8
_EMPTY = pb.Message()


class Window:
    """Bounded, ordered, and the only place that knows which messages are unanswered."""

    def __init__(self, *, ordered: bool, room: int = ROOM_MESSAGES) -> None:
        self._ordered = ordered
        self._room = room
        self._bytes = 0
        self._held: deque[Entry] = deque()  # ordered: from admission until handed out
        self._ready: deque[Entry] = deque()  # unordered: answered, not handed out
        self._unanswered: dict[str, Entry] = {}  # in the order of admission
        self._unsent: deque[Entry] = deque()
        self._handed_out = 0

    def __len__(self) -> int:
        return len(self._held) if self._ordered else len(self._unanswered) + len(self._ready)

    @property
    def unanswered(self) -> int:
        """How many messages wait for an answer of the server."""
        return len(self._unanswered)

    @property
    def answered(self) -> int:
        """How many tags the caller has, or gets before anything else happens."""
        source = self._held if self._ordered else self._ready
        return self._handed_out + sum(1 for _ in takewhile(lambda entry: entry.tag is not None, source))

    @property
    def admitted(self) -> int:
        """How many messages were taken in, from the first."""
        return self._handed_out + len(self)

    def has_room(self) -> bool:
        """Whether another message may be taken from the caller."""
        return len(self) < self._room and self._bytes < ROOM_BYTES

    def admit(self, entry: Entry) -> None:
        """Take a message in; one that has its answer already only waits for its turn."""
        if self._ordered:
            self._held.append(entry)
        if entry.tag is None:
            self._unanswered[entry.id] = entry
            self._unsent.append(entry)
            self._bytes += entry.size
        elif not self._ordered:
            self._ready.append(entry)

    def unsent(self) -> bool:
        """Whether there is something to send."""
        return bool(self._unsent)

    def send_all_again(self) -> None:
        """On a new connection everything unanswered is unsent."""
        self._unsent = deque(self._unanswered.values())

    def next_frame(self, limits: Limits) -> list[Entry]:
        """The entries of the next frame: what is there, as many as fit; empty when there is nothing.

        A message of more than a frame's usual size travels alone, if the server reads that much at all.
        """
        entries: list[Entry] = []
        size = 0
        most = min(FRAME_MESSAGES, limits.max_frame_messages or FRAME_MESSAGES)
        while self._unsent and len(entries) < most:
            entry = self._unsent[0]
            if entries and size + entry.size + OVERHEAD > FRAME_BYTES:
                break
            self._unsent.popleft()
            if fault := too_large(entry, limits):
                self.settle(entry, Tag(entry.id, error=fault))
                continue
            size += entry.size + OVERHEAD
            entries.append(entry)
        return entries

    def entry(self, message_id: str) -> Entry:
        """The unanswered entry that an answer is for.

        Raises:
            ProtocolError: There is none.
        """
        try:
            return self._unanswered[message_id]
        except KeyError:
            raise ProtocolError(f"the server answered a message that does not wait for it: {message_id!r}") from None

    def settle(self, entry: Entry, tag: Tag) -> None:
        """Record a message's final answer."""
        del self._unanswered[entry.id]
        self._bytes -= entry.size
        entry.wire = _EMPTY  # else an entry that waits for its turn would hold bytes that are counted no more
        entry.tag = tag
        if not self._ordered:
            self._ready.append(entry)

    def ready(self) -> bool:
        """Whether there is a tag to hand out."""
        return bool(self._ready) or bool(self._held and self._held[0].tag is not None)

    def take(self) -> list[Tag]:
        """Hand out every tag whose turn it is."""
        source = self._held if self._ordered else self._ready
        tags: list[Tag] = []
        while source and (tag := source[0].tag) is not None:
            tags.append(tag)
            source.popleft()
        self._handed_out += len(tags)
        return tags

    def oldest(self) -> Entry | None:
        """The unanswered message that was taken in first."""
        return next(iter(self._unanswered.values()), None)


def too_large(entry: Entry, limits: Limits) -> InvalidArgumentError | None:
    """Why a message would break the connection that it were sent on, or None."""
    if not limits.max_frame_bytes or entry.size + OVERHEAD <= limits.max_frame_bytes:
        return None
    return InvalidArgumentError(
        f"text: the message has {entry.size:,} bytes, more than the {limits.max_frame_bytes:,} that the server reads; "
        "send its beginning",
        reason="INVALID_MESSAGE",
        field="text",
    )
