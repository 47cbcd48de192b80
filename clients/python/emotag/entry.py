"""An entry: one message on its way, from the caller's iterable to its tag."""

from __future__ import annotations

import itertools
import math
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from emotag.errors import EmotionError, InvalidArgumentError
from emotag.message import Message
from emotag.repeats import WINDOW, Repeats
from emotag.tag import Tag
from emotag.v1 import message_pb2 as pb

if TYPE_CHECKING:
    from emotag.retry import Failures

# What may stand in a caller's iterable. An error is answered by a tag with that error in its place: for callers whose
# own source can be bad, such as a line that is no JSON.
Item: TypeAlias = str | Message | EmotionError

MAX_NAME_BYTES = 256  # of id, conversation_id, sender: the contract
SECONDS = {  # what the well-known types can hold
    "sent_at": (-62_135_596_800, 253_402_300_799),  # google.protobuf.Timestamp: years 1 to 9999
    "time_to_live": (-315_576_000_000, 315_576_000_000),  # google.protobuf.Duration: 10,000 years
}
NAMES = ("id", "conversation_id", "sender")


@dataclass(slots=True)
class Entry:
    """One message on its way.

    Attributes:
        id: The id that its tag will have.
        wire: The message as it is sent; empty when `tag` is there from the start, and once a window has settled it.
        size: Bytes of `wire`.
        tag: The final answer, once there is one.
        refusals: How often, and for how long, servers would not take it; None while none refused.
    """

    id: str
    wire: pb.Message = field(default_factory=pb.Message)
    size: int = 0
    tag: Tag | None = None
    refusals: Failures | None = None


class Intake:
    """Makes entries of what the caller gives: ids for those that have none, errors for what can not be sent.

    Several threads may share one that does not look for repeats.
    """

    def __init__(self, *, unique: bool) -> None:
        """`unique`: refuse an id that repeats, as a stream's server does."""
        self._prefix = secrets.token_hex(4)
        self._numbers = itertools.count(1)
        self._repeats = Repeats() if unique else None

    def entry(self, item: Item) -> Entry:
        """Never raises: what can not be sent has its answer at once."""
        number = next(self._numbers)
        given = item.id if isinstance(item, Message) and isinstance(item.id, str) else ""
        message_id = given or f"{self._prefix}-{number}"
        sendable = 0 < len(given) <= MAX_NAME_BYTES  # others are refused, and would be held for 4,096 messages
        repeated = sendable and self._repeats is not None and self._repeats.repeats(given, number)
        try:
            wire = encode(item, message_id)
            if repeated:
                raise _repeated(message_id)
        except EmotionError as error:
            return Entry(message_id, tag=Tag(message_id, error=error))
        return Entry(message_id, wire, wire.ByteSize())


def check_several(messages: object) -> None:
    """Look that messages are not one message, or one text, whose letters would be tagged each for itself.

    Raises:
        InvalidArgumentError: They are.
    """
    if isinstance(messages, str | bytes | Message):
        kind = type(messages).__name__
        raise InvalidArgumentError(f'messages must be several, not one {kind}; give ["…"]', field="messages")


def encode(item: object, message_id: str) -> pb.Message:
    """Express a message in the contract.

    Raises:
        EmotionError: `item` itself if it is one.
        InvalidArgumentError: It can not be sent; names the field.
    """
    if isinstance(item, EmotionError):
        raise item
    if isinstance(item, str):
        return _plain(item, message_id)
    if not isinstance(item, Message):
        raise InvalidArgumentError(
            f"a message must be a str or an emotag.Message, not {type(item).__name__}", reason="INVALID_MESSAGE"
        )
    fault = unsendable(item)
    if fault is not None:
        raise fault
    wire = pb.Message(id=message_id, text=item.text, conversation_id=item.conversation_id, sender=item.sender)
    if item.sent_at is not None:
        wire.sent_at.seconds, wire.sent_at.nanos = split_seconds("sent_at", item.sent_at)
    if item.time_to_live is not None:
        seconds, nanos = split_seconds("time_to_live", item.time_to_live)
        borrow = seconds < 0 < nanos  # a Duration's parts have one sign, a Timestamp's nanos count forward
        wire.time_to_live.seconds, wire.time_to_live.nanos = seconds + borrow, nanos - borrow * 10**9
    return wire


def _plain(text: str, message_id: str) -> pb.Message:
    """The short way for what most callers send."""
    try:
        return pb.Message(id=message_id, text=text)
    except UnicodeEncodeError:
        raise _surrogates("text") from None


def unsendable(message: Message) -> InvalidArgumentError | None:
    """Why a message can not be put on the wire, or None."""
    for name in ("text", *NAMES):
        value = getattr(message, name)
        if not isinstance(value, str):
            return _invalid(name, f"must be a str, not {type(value).__name__}")
        if not value.isascii() and not _encodable(value):
            return _surrogates(name)
        if name != "text" and len(value) * 4 > MAX_NAME_BYTES and len(value.encode()) > MAX_NAME_BYTES:
            return _invalid(name, f"has {len(value.encode()):,} bytes, more than {MAX_NAME_BYTES}")
    return None


def split_seconds(name: str, value: object) -> tuple[int, int]:
    """Whole seconds and the nanoseconds after them, in [0, 10⁹).

    Raises:
        InvalidArgumentError: It is not a number of seconds that the wire can express.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _invalid(name, f"must be a number of seconds, not {type(value).__name__}")
    least, most = SECONDS[name]
    if not least <= value <= most:  # NaN is outside as well
        raise _invalid(name, f"must be between {least:,} and {most:,} seconds, not {value}")
    whole = math.floor(value)
    nanos = round((value - whole) * 1e9)
    return (whole + 1, 0) if nanos == 10**9 else (whole, nanos)


def _encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _surrogates(name: str) -> InvalidArgumentError:
    return _invalid(name, "has lone surrogates, which UTF-8 can not express; decode with errors='replace'")


def _repeated(message_id: str) -> InvalidArgumentError:
    return _invalid(
        "id",
        f"{message_id!r} repeats one of the last {WINDOW:,} messages of this stream; give each its own id, or none",
    )


def _invalid(name: str, problem: str) -> InvalidArgumentError:
    return InvalidArgumentError(f"{name}: {problem}", reason="INVALID_MESSAGE", field=name)
