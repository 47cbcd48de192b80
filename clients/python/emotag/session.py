"""A session: one stream as the caller sees it, over as many connections as it takes. No I/O; drivers bring that.

driver                          session
open()                  →       everything unanswered is unsent
next_frame()            →       entries to send now, or none; `done_sending` says to half-close
receive(tags, drain)    →       answers settle; refusals and a drain notice make it half-close
closed(error)           →       seconds to wait before the next open(), or the error to give up with
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag.errors import DeadlineExceededError, EmotionError, StreamBrokenError, UnavailableError
from emotag.retry import Failures

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emotag.entry import Entry
    from emotag.info import Limits
    from emotag.retry import Deadline, Retry
    from emotag.tag import Tag
    from emotag.window import Window


class Session:
    """Admits messages, says what to send, settles answers, and decides when to connect again.

    A refusal that may pass (a full queue, a server that stops) half-closes the connection: what was admitted is still
    answered there, and what was refused is sent again on the next one, after the wait that the server asked for.
    """

    def __init__(self, window: Window, retry: Retry, deadline: Deadline) -> None:
        self._window = window
        self._retry = retry
        self._deadline = deadline
        self._ended = False  # the caller's iterable
        self._leaving = False  # this connection
        self._failures = Failures(retry)  # in a row, without progress
        # Progress is that the oldest message is answered. Any answer would not do: a message that kills every server
        # that takes it would be sent for ever while its neighbours are answered.
        self._oldest: Entry | None = None
        self._retry_after = 0.0
        self._refusal: EmotionError | None = None

    # What the caller's side asks and says

    def has_room(self) -> bool:
        """Whether another message may be taken from the caller."""
        return self._window.has_room()

    def admit(self, entry: Entry) -> None:
        """Take a message in."""
        self._window.admit(entry)

    def end(self) -> None:
        """The caller has no more messages."""
        self._ended = True

    def ready(self) -> bool:
        """Whether `take` has something."""
        return self._window.ready()

    def take(self) -> list[Tag]:
        """Hand out every tag whose turn it is."""
        return self._window.take()

    @property
    def finished(self) -> bool:
        """Every message was taken in, answered and handed out."""
        return self._ended and not len(self._window)

    def remaining(self) -> float | None:
        """Seconds until `expired` is to be raised, connected or not; None for never."""
        return self._deadline.remaining()

    def expired(self) -> DeadlineExceededError:
        """The error of a stream whose time ran out."""
        return DeadlineExceededError(f"the stream's time ran out; {self._counts()}")

    # What the connection's side asks and says

    @property
    def wants_connection(self) -> bool:
        """Whether there is something that only a server can answer."""
        return self._window.unanswered > 0

    def open(self) -> None:
        """A connection is being opened."""
        self._leaving = False
        self._oldest = self._window.oldest()
        self._window.send_all_again()

    def next_frame(self, limits: Limits) -> list[Entry]:
        """Entries to send now; empty when there are none, or when nothing more may be sent on this connection."""
        return [] if self._leaving else self._window.next_frame(limits)

    @property
    def done_sending(self) -> bool:
        """Whether to half-close: nothing more will be sent on this connection."""
        return self._leaving or (self._ended and not self._window.unsent())

    def receive(self, tags: Iterable[Tag], *, drain: bool) -> None:
        """Settle the tags of a frame.

        Raises:
            ProtocolError: A tag is for a message that does not wait for it.
        """
        self._leaving = self._leaving or drain
        for tag in tags:
            entry = self._window.entry(tag.message_id)
            if tag.error is not None and tag.error.transient and self._may_refuse(entry):
                self._refuse(tag.error)
            else:
                self._window.settle(entry, tag)

    def closed(self, error: EmotionError | None) -> float:
        """The connection is over, with an error or in order: seconds to wait before the next.

        Raises:
            StreamBrokenError: There were too many in a row without progress, or there is no time for another.
            EmotionError: `error` itself, when connecting again can not help.
        """
        if error is not None and not error.transient:
            raise error
        if self._window.oldest() is not self._oldest:
            self._failures.reset()
        if not self.wants_connection:
            return 0.0
        self._failures.add()
        cause = error or self._refusal or UnavailableError("the server ended the stream before it answered everything")
        retry_after = max(self._retry_after, cause.retry_after or 0.0)
        self._retry_after, self._refusal = 0.0, None
        count, seconds = self._failures.count, self._failures.seconds
        wait = self._retry.wait(count, retry_after)
        if not self._deadline.allows(wait):
            raise self._broken("there is no time for another attempt", cause)
        if not self._failures.allow(wait):
            raise self._broken(f"interrupted {count} times in {seconds:.0f} s without an answer", cause)
        return wait

    def _may_refuse(self, entry: Entry) -> bool:
        if entry.refusals is None:
            entry.refusals = Failures(self._retry)
        entry.refusals.add()
        return entry.refusals.allow()

    def _refuse(self, error: EmotionError) -> None:
        self._leaving = True
        self._refusal = error
        self._retry_after = max(self._retry_after, error.retry_after or 0.0)

    def _broken(self, why: str, cause: EmotionError) -> StreamBrokenError:
        answered = self._window.answered
        unanswered = self._window.admitted - answered
        error = StreamBrokenError(
            f"{why}; {self._counts()}; last: {cause}",
            answered=answered,
            unanswered=unanswered,
        )
        error.__cause__ = cause
        return error

    def _counts(self) -> str:
        answered = self._window.answered
        return f"{answered:,} messages were answered, {self._window.admitted - answered:,} were not"
