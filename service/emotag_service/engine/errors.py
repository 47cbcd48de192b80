"""What can go wrong in the engine, each with the wire code that fronts translate it to.

EngineError
├── MessageError                  one message has no tag; its neighbours have theirs
│   ├── InvalidMessageError       INVALID_ARGUMENT     bad input; names the field
│   ├── QueueFullError            RESOURCE_EXHAUSTED   overload; says when to try again
│   ├── ExpiredError              DEADLINE_EXCEEDED    its time to live ran out in the queue
│   ├── CancelledMessageError     CANCELLED            the caller went away
│   ├── DrainingError             UNAVAILABLE          the engine is stopping; safe to send again
│   ├── NoReplicaError            UNAVAILABLE          every replica is fenced
│   └── ComputeError              INTERNAL             it failed on two replicas, or alone
├── InvalidOptionsError           INVALID_ARGUMENT     bad options; names the field
├── ModelMismatchError            FAILED_PRECONDITION  a model cannot take the place of the one in service
└── DeviceError                   FAILED_PRECONDITION  a device is unknown, missing, or cannot run the model
"""

from __future__ import annotations


class EngineError(Exception):
    """Base of everything that the engine raises or answers.

    Attributes:
        code: Name of the google.rpc.Code that fronts answer with.
        reason: Stable, upper-case identifier for programs.
    """

    code = "INTERNAL"
    reason = "ENGINE_ERROR"


class MessageError(EngineError):
    """One message has no tag."""


class InvalidMessageError(MessageError):
    """The message is not one that can be tagged.

    Attributes:
        field: The field of the message that is at fault, such as "text".
    """

    code = "INVALID_ARGUMENT"
    reason = "INVALID_MESSAGE"

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field


class QueueFullError(MessageError):
    """The engine holds as much as it may.

    Attributes:
        retry_after: Seconds after which there will probably be room.
    """

    code = "RESOURCE_EXHAUSTED"
    reason = "QUEUE_FULL"

    def __init__(self, problem: str, retry_after: float) -> None:
        super().__init__(problem)
        self.retry_after = retry_after


class ExpiredError(MessageError):
    """The message's time to live ran out before a replica took it."""

    code = "DEADLINE_EXCEEDED"
    reason = "EXPIRED_IN_QUEUE"


class CancelledMessageError(MessageError):
    """The caller went away before a replica took the message."""

    code = "CANCELLED"
    reason = "CANCELLED"


class DrainingError(MessageError):
    """The engine is stopping and takes nothing new; safe to send again elsewhere."""

    code = "UNAVAILABLE"
    reason = "DRAINING"


class NoReplicaError(MessageError):
    """Every replica is fenced; safe to send again elsewhere."""

    code = "UNAVAILABLE"
    reason = "NO_REPLICA"


class ComputeError(MessageError):
    """The model failed on this message."""

    code = "INTERNAL"
    reason = "COMPUTE_FAILED"


class InvalidOptionsError(EngineError):
    """The options name something that the checkpoint does not have.

    Attributes:
        field: The option that is at fault, such as "taxonomy".
    """

    code = "INVALID_ARGUMENT"
    reason = "INVALID_OPTIONS"

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field


class ModelMismatchError(EngineError):
    """A model cannot take the place of the one in service: callers were told of other labels or limits."""

    code = "FAILED_PRECONDITION"
    reason = "MODEL_MISMATCH"


class DeviceError(EngineError):
    """A device is unknown or missing, or the model does not run on it; says what to do instead."""

    code = "FAILED_PRECONDITION"
    reason = "DEVICE"


def nothing_to_read() -> InvalidMessageError:
    """Return the error of a text without tokens."""
    return InvalidMessageError("text", "has nothing to read: only blanks, controls or zero-width characters")
