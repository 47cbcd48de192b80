"""Requests of the wire as the engine's own types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag.v1.emotion_service_pb2 import (
    PRIORITY_BULK,
    PRIORITY_INTERACTIVE,
    PRIORITY_UNSPECIFIED,
    REPLY_ORDER_REQUEST,
    REPLY_ORDER_UNORDERED,
    REPLY_ORDER_UNSPECIFIED,
)
from emotag_service.contract.limits import MAX_ID_BYTES, REPEAT_WINDOW, make_id, shorten, too_long
from emotag_service.contract.status import invalid_field, refusal
from emotag_service.engine.errors import InvalidMessageError
from emotag_service.engine.message import Message
from emotag_service.engine.options import Options
from emotag_service.engine.tag import Tag
from emotag_service.messages.text import sayable
from emotag_service.messages.untaggable import UntaggableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from google.protobuf.duration_pb2 import Duration
    from google.protobuf.timestamp_pb2 import Timestamp

    from emotag.v1.emotion_service_pb2 import ClassifyOptions
    from emotag.v1.message_pb2 import Message as WireMessage
    from emotag_service.contract.limits import RepeatWindow

_MAX_DURATION = 315_576_000_000  # seconds, as duration.proto says
_MIN_TIMESTAMP, _MAX_TIMESTAMP = -62_135_596_800, 253_402_300_799  # seconds, as timestamp.proto says
_NANOS = 1_000_000_000
_PRIORITIES = (PRIORITY_UNSPECIFIED, PRIORITY_INTERACTIVE, PRIORITY_BULK)
_ORDERS = (REPLY_ORDER_UNSPECIFIED, REPLY_ORDER_REQUEST, REPLY_ORDER_UNORDERED)


class RefusedTags(dict[int, Tag]):
    """Tags of the messages of one request or frame that do not go to the engine, by index in the request.

    All that a stream keeps of a frame until its tags are written: it has no text.
    """

    __slots__ = ()

    def merge(self, tags: list[Tag | None]) -> list[Tag | None]:
        """The engine's tags and these, in request order."""
        if not self:
            return tags
        rest = iter(tags)
        return [self[index] if index in self else next(rest) for index in range(len(tags) + len(self))]


class Intake:
    """The messages of one request or frame, sorted into what goes to the engine and what is refused here.

    Let go of it once they are submitted: only what the engine holds of their texts is bounded.

    Attributes:
        messages: What goes to the engine, in request order.
        refused: Tags of the others.
    """

    __slots__ = ("messages", "refused")

    def __init__(
        self,
        wire: Iterable[WireMessage],
        problems: dict[int, InvalidMessageError],
        window: RepeatWindow | None = None,
    ) -> None:
        self.messages: list[Message] = []
        self.refused = RefusedTags()
        for index, message in enumerate(wire):
            identifier = message.id or make_id()
            try:
                self.messages.append(_take(message, identifier, problems.get(index), window))
            except InvalidMessageError as error:
                # As in the engine's admission: a traceback would refer to this frame, and that to the tag.
                self.refused[index] = Tag(shorten(identifier), error=error.with_traceback(None))


def read_options(wire: ClassifyOptions) -> Options:
    """Translate the options that concern the engine.

    Raises:
        CallRefusedError: The reply order or the priority is none that the contract knows.
    """
    if wire.reply_order not in _ORDERS:
        raise invalid_field("options.reply_order", f"{wire.reply_order} is not a ReplyOrder", "INVALID_OPTIONS")
    if wire.priority not in _PRIORITIES:
        raise invalid_field("options.priority", f"{wire.priority} is not a Priority", "INVALID_OPTIONS")
    return Options(
        taxonomy=wire.taxonomy,
        all_scores=wire.all_scores,
        top_k=wire.top_k,
        explain=wire.explain,
        bulk=wire.priority == PRIORITY_BULK,
    )


def plain_messages(texts: Sequence[object], names: Sequence[str]) -> list[Message]:
    """Messages of bare texts.

    Raises:
        CallRefusedError: One is no string, or cannot leave in UTF-8; it is named by `names`.
    """
    for text, name in zip(texts, names, strict=True):
        if not isinstance(text, str):
            raise refusal("INVALID_ARGUMENT", "INVALID_REQUEST", f"{name}: must be a string")
        try:
            sayable(text)
        except UntaggableError as error:
            raise refusal("INVALID_ARGUMENT", "INVALID_REQUEST", f"{name}: has {error.fault.detail}") from None
    return [Message(str(text)) for text in texts]


def _take(
    wire: WireMessage, identifier: str, problem: InvalidMessageError | None, window: RepeatWindow | None
) -> Message:
    oversized = too_long(identifier)
    # An id that is refused for its length still counts as a message, without being kept.
    repeated = window is not None and window.repeats("" if oversized else identifier)
    if oversized:
        raise InvalidMessageError("id", f"is longer than {MAX_ID_BYTES} bytes")
    if repeated:
        raise InvalidMessageError("id", f"is the id of one of the last {REPEAT_WINDOW:,} messages of this stream")
    if problem is not None:
        raise problem
    return Message(
        wire.text,
        identifier,
        wire.conversation_id,
        wire.sender,
        _seconds_since_epoch(wire.sent_at) if wire.HasField("sent_at") else None,
        _seconds(wire.time_to_live) if wire.HasField("time_to_live") else None,
    )


def _seconds_since_epoch(timestamp: Timestamp) -> float:
    if not (_MIN_TIMESTAMP <= timestamp.seconds <= _MAX_TIMESTAMP and 0 <= timestamp.nanos < _NANOS):
        raise InvalidMessageError("sent_at", "is not a valid Timestamp: years 1 to 9999, nanos 0 to 999,999,999")
    return timestamp.seconds + timestamp.nanos / _NANOS


def _seconds(duration: Duration) -> float:
    in_range = abs(duration.seconds) <= _MAX_DURATION and abs(duration.nanos) < _NANOS
    if not in_range or duration.seconds * duration.nanos < 0:
        raise InvalidMessageError(
            "time_to_live", "is not a valid Duration: at most 10,000 years, nanos below a second and of the same sign"
        )
    return duration.seconds + duration.nanos / _NANOS
