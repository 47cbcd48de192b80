"""What became of every message of a load, by the moment at which it was planned to arrive."""

from __future__ import annotations

import secrets
import time
from bisect import bisect_right
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from emotag.errors import EmotionError

TAGGED, HELD_BACK, INTERRUPTED, NO_ANSWER = "TAGGED", "HELD_BACK", "INTERRUPTED", "NO_ANSWER"


class Tally:
    """The messages of one step: planned, sent, answered. Times are seconds of `clock`.

    Attributes:
        planned: When each message arrives, from the step's begin on; in order.
        seconds: How long messages arrive.
        begun: When the step began.
        sent: When each was handed to gRPC; None where it was not.
        answers: When each was answered, and how: TAGGED, HELD_BACK (given up before it could be sent), or the reason
            of its error; None where it was not.
        refused: The reasons that say that the service had no room, or no replica, for a message.
        duplicates: Answers to what was answered before.
        unknown: Answers to what was never sent.
        misordered: Answers that came after one to a later message of their stream.
    """

    def __init__(
        self, planned: Sequence[float], seconds: float, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self.planned = planned
        self.seconds = seconds
        self.clock = clock
        self.begun = clock()
        self.sent: list[float | None] = [None] * len(planned)
        self.answers: list[tuple[float, str] | None] = [None] * len(planned)
        self.refused: set[str] = set()
        self.duplicates = self.unknown = self.misordered = 0
        self._prefix = secrets.token_hex(4)

    def begin(self) -> None:
        """Let the step begin now."""
        self.begun = self.clock()

    def cut(self) -> None:
        """Let the step have ended now: nothing arrives after it, and what is not answered yet was interrupted."""
        now = self.clock()
        self.seconds = min(self.seconds, max(now - self.begun, 1e-9))
        arrived = bisect_right(self.planned, self.seconds)
        self.planned, self.sent, self.answers = self.planned[:arrived], self.sent[:arrived], self.answers[:arrived]
        for number, answer in enumerate(self.answers):
            if answer is None:
                self.answers[number] = (now, INTERRUPTED)

    def due(self, number: int) -> float:
        """Seconds until a message arrives; 0 or less when it has."""
        return self.begun + self.planned[number] - self.clock()

    def elapsed(self) -> float:
        """Seconds since the begin."""
        return self.clock() - self.begun

    def message_id(self, number: int) -> str:
        """The id that a message is sent with."""
        return f"{self._prefix}-{number}"

    def send(self, number: int) -> None:
        """Note that a message is being sent."""
        self.sent[number] = self.clock()

    def hold_back(self, number: int) -> None:
        """Note that a message was given up, since the service did not read on."""
        self.answers[number] = (self.clock(), HELD_BACK)

    def answer(self, message_id: str, error: EmotionError | None) -> int | None:
        """Note an answer; returns the number of its message, or None when it is an answer to nothing."""
        number = self._number(message_id)
        if number is None:
            self.unknown += 1
        else:
            self.settle(number, error)
        return number

    def settle(self, number: int, error: EmotionError | None) -> None:
        """Note the answer to a message of a number."""
        if self.answers[number] is not None:
            self.duplicates += 1
            return
        what = TAGGED if error is None else error.reason or error.code
        if error is not None and error.transient:
            self.refused.add(what)
        self.answers[number] = (self.clock(), what)

    def lost(self) -> int:
        """How many messages were sent and not answered."""
        return sum(sent is not None and answer is None for sent, answer in zip(self.sent, self.answers, strict=True))

    def waits(self, what: str, *, after_sending: bool = False) -> list[float]:
        """Seconds from the planned arrival, or the sending, of each message that was answered so to its answer."""
        return [
            answer[0] - (sent if after_sending and sent is not None else self.begun + planned)
            for planned, sent, answer in zip(self.planned, self.sent, self.answers, strict=True)
            if answer is not None and answer[1] == what
        ]

    def lateness(self) -> list[float]:
        """Seconds from the planned arrival of each message that was sent to its sending."""
        return [
            sent - self.begun - planned
            for planned, sent in zip(self.planned, self.sent, strict=True)
            if sent is not None
        ]

    def counts(self) -> Counter[str]:
        """How many messages were answered how."""
        return Counter(answer[1] for answer in self.answers if answer is not None)

    def tagged_in_time(self, within: float) -> int:
        """How many were tagged while messages arrived, and within so many seconds of their own arrival."""
        end = self.begun + self.seconds
        return sum(
            answer is not None and answer[1] == TAGGED and answer[0] <= min(end, self.begun + planned + within)
            for planned, answer in zip(self.planned, self.answers, strict=True)
        )

    def _number(self, message_id: str) -> int | None:
        prefix, _, number = message_id.rpartition("-")
        if prefix != self._prefix or not number.isdecimal() or int(number) >= len(self.sent):
            return None
        return int(number) if self.sent[int(number)] is not None else None
