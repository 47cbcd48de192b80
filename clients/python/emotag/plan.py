"""A plan: the unary calls that tag a list of messages, packed, and sent again where that may help. No I/O."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from emotag.errors import EmotionError, ProtocolError
from emotag.retry import Attempts
from emotag.tag import Tag
from emotag.v1 import emotion_service_pb2 as pb
from emotag.window import FRAME_BYTES, FRAME_MESSAGES, OVERHEAD, too_large

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emotag.entry import Entry, Intake, Item
    from emotag.info import Limits
    from emotag.options import Options
    from emotag.retry import Deadline, Retry

# More per call than this gains nothing, and makes what has to be sent again large.
CALL_MESSAGES = 512


class Plan:
    """Drive it: while there is a `next_call`, make it; tell `answered` or `failed`; wait as long as they say.

    Attributes:
        needs_limits: Whether the limits of the server must be known before the first call.
    """

    def __init__(
        self, items: Iterable[Item], intake: Intake, options: Options, retry: Retry, deadline: Deadline
    ) -> None:
        self._entries = [intake.entry(item) for item in items]
        self._unanswered = deque(entry for entry in self._entries if entry.tag is None)
        self._flying: list[Entry] = []
        self._options = options.wire()
        self._retry = retry
        self._deadline = deadline
        self._attempts = Attempts(retry, deadline)
        largest = max((entry.size for entry in self._unanswered), default=0)
        self.needs_limits = len(self._unanswered) > FRAME_MESSAGES or largest + OVERHEAD > FRAME_BYTES

    def next_call(self, limits: Limits | None) -> pb.ClassifyRequest | None:
        """The next call to make, or None when every message has its tag."""
        self._flying = self._pack(limits)
        if not self._flying:
            return None
        return pb.ClassifyRequest(messages=[entry.wire for entry in self._flying], options=self._options)

    def answered(self, tags: list[Tag]) -> float:
        """The call came back: seconds to wait before the next.

        Raises:
            ProtocolError: There are not as many tags as messages.
        """
        if len(tags) != len(self._flying):
            raise ProtocolError(f"{len(tags)} tags came back for {len(self._flying)} messages")
        refusals: list[tuple[Entry, Tag]] = []
        for entry, tag in zip(self._flying, tags, strict=True):
            if tag.error is not None and tag.error.transient:
                refusals.append((entry, tag))
            else:
                entry.tag = tag
        if len(refusals) < len(tags):
            self._attempts = Attempts(self._retry, self._deadline)
        return self._refused(refusals) if refusals else 0.0

    def failed(self, error: EmotionError) -> float:
        """The call failed as a whole: seconds to wait before it is made again.

        Raises:
            EmotionError: `error` itself, when it is final, or no attempt or time is left.
        """
        wait = self._attempts.failed(error)
        self._unanswered.extendleft(reversed(self._flying))
        return wait

    def tags(self) -> list[Tag]:
        """The answers, in the order of the messages, once there is no next call."""
        return [entry.tag for entry in self._entries if entry.tag is not None]

    def _pack(self, limits: Limits | None) -> list[Entry]:
        packed: list[Entry] = []
        size = 0
        most = FRAME_MESSAGES if limits is None else min(CALL_MESSAGES, limits.max_frame_messages or FRAME_MESSAGES)
        while self._unanswered and len(packed) < most:
            entry = self._unanswered[0]
            if packed and size + entry.size + OVERHEAD > FRAME_BYTES:
                break
            self._unanswered.popleft()
            fault = limits and too_large(entry, limits)
            if fault:
                entry.tag = Tag(entry.id, error=fault)
                continue
            size += entry.size + OVERHEAD
            packed.append(entry)
        return packed

    def _refused(self, refusals: list[tuple[Entry, Tag]]) -> float:
        """Send the refused ones again if there is an attempt and time for it; else their refusals are their answers."""
        errors = [tag.error for _, tag in refusals if tag.error is not None]
        longest = max(errors, key=lambda error: error.retry_after or 0.0)
        try:
            wait = self._attempts.failed(longest)
        except EmotionError:
            for entry, tag in refusals:
                entry.tag = tag
            return 0.0
        self._unanswered.extendleft(entry for entry, _ in reversed(refusals))
        return wait
