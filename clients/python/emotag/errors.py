"""What can go wrong between an agent and the service. The same types are raised, and stand in `Tag.error`.

EmotionError                      base; code, reason, field, retry_after
├── InvalidArgumentError          INVALID_ARGUMENT     bad message or options; names the field (a ValueError)
├── LimitExceededError            RESOURCE_EXHAUSTED   a frame was too large; not sent again
│   └── OverloadedError           RESOURCE_EXHAUSTED   queue full or quota used up; sent again after `retry_after`
├── UnavailableError              UNAVAILABLE          no server, or one that is stopping; sent again
│   └── StreamBrokenError         UNAVAILABLE          a stream gave up; says how many were answered
├── DeadlineExceededError         DEADLINE_EXCEEDED    the timeout or time to live ran out (a TimeoutError)
├── CallCancelledError            CANCELLED            the call was cancelled
│   └── ClientClosedError         CANCELLED            the client was closed before, or meanwhile
├── UnauthenticatedError          UNAUTHENTICATED      no token, or one that is not valid
├── PermissionDeniedError         PERMISSION_DENIED    the token does not allow this
├── UnsupportedError              UNIMPLEMENTED        what answers is not this service, or an older one
├── ProtocolError                 INTERNAL             the server broke the contract
└── InternalError                 INTERNAL, …          the server failed
"""

from __future__ import annotations


class EmotionError(Exception):
    """Base of everything that the SDK raises, and of what stands in `Tag.error`.

    Attributes:
        code: Name of the google.rpc.Code, such as "INVALID_ARGUMENT".
        reason: Stable, upper-case identifier for programs, such as "QUEUE_FULL"; empty when the server gave none.
        field: The field that is at fault, such as "text"; empty when none is.
        retry_after: Seconds after which the server suggests to try again, or None.
        transient: Sending the same again may succeed.
    """

    code = "UNKNOWN"
    transient = False

    def __init__(
        self, problem: str, *, code: str = "", reason: str = "", field: str = "", retry_after: float | None = None
    ) -> None:
        super().__init__(problem)
        self.code = code or type(self).code
        self.reason = reason
        self.field = field
        self.retry_after = retry_after


class InvalidArgumentError(EmotionError, ValueError):
    """A message or an option is not one that the service takes."""

    code = "INVALID_ARGUMENT"


class LimitExceededError(EmotionError):
    """A frame is larger than the server takes."""

    code = "RESOURCE_EXHAUSTED"


class OverloadedError(LimitExceededError):
    """The server holds as much as it may, or the caller has sent as much as it may."""

    transient = True


class UnavailableError(EmotionError):
    """No server answers, or the one that does is stopping."""

    code = "UNAVAILABLE"
    transient = True


class StreamBrokenError(UnavailableError):
    """A stream was interrupted for longer, or more often, than `Retry` allows; `__cause__` is the last interruption.

    Attributes:
        answered: How many messages were answered, counted from the first of the stream.
        unanswered: How many had been taken from the iterable and have no answer.
    """

    transient = False

    def __init__(self, problem: str, *, answered: int = 0, unanswered: int = 0) -> None:
        super().__init__(problem, reason="STREAM_BROKEN")
        self.answered = answered
        self.unanswered = unanswered


class DeadlineExceededError(EmotionError, TimeoutError):
    """The timeout of the call, or the message's time to live, ran out."""

    code = "DEADLINE_EXCEEDED"


class CallCancelledError(EmotionError):
    """The call was cancelled."""

    code = "CANCELLED"


class ClientClosedError(CallCancelledError):
    """The client that was asked is closed, or was closed while it worked."""


class UnauthenticatedError(EmotionError):
    """The server wants a token, or another one."""

    code = "UNAUTHENTICATED"


class PermissionDeniedError(EmotionError):
    """The token does not allow this."""

    code = "PERMISSION_DENIED"


class UnsupportedError(EmotionError):
    """What answers at the target does not offer this call."""

    code = "UNIMPLEMENTED"


class ProtocolError(EmotionError):
    """The server's answer does not follow the contract."""

    code = "INTERNAL"


class InternalError(EmotionError):
    """The server failed."""

    code = "INTERNAL"
