"""Errors as google.rpc.Status: the one place where an error becomes a code with details."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from google.protobuf.duration_pb2 import Duration
from google.rpc.code_pb2 import Code
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status

from emotag_service.access.account import STREAM_RETRY_SECONDS, QuotaError
from emotag_service.access.bearer import AccessError
from emotag_service.engine.errors import (
    DrainingError,
    EngineError,
    InvalidMessageError,
    InvalidOptionsError,
    NoReplicaError,
    QueueFullError,
)
from emotag_service.messages.text import legible
from emotag_service.process.logs import stack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from google.protobuf.message import Message as Details

    from emotag_service.engine.errors import MessageError
    from emotag_service.engine.tag import Tag

_log = structlog.get_logger(__name__)
_RETRYABLE = (QueueFullError, DrainingError, NoReplicaError)

DOMAIN = "emotag.v1"
"""`ErrorInfo.domain` of every error of this service."""


class CallRefusedError(Exception):
    """A call that ends with a status of its own, instead of one error per message.

    Attributes:
        status: What the caller gets.
    """

    def __init__(self, status: Status) -> None:
        super().__init__(status.message)
        self.status = status


def make_status(code: str, reason: str, message: str, *details: Details) -> Status:
    """Put a status together.

    Args:
        code: Name of a google.rpc.Code.
        reason: `ErrorInfo.reason`: stable, upper-case, for programs.
        message: For people. Callers' own words may be in it, and halves of surrogate pairs in those, which no status
            can hold: they are replaced.
        details: More details, put after ErrorInfo.
    """
    status = Status(code=Code.Value(code), message=legible(message))
    status.details.add().Pack(ErrorInfo(domain=DOMAIN, reason=reason))
    for detail in details:
        status.details.add().Pack(detail)
    return status


def refusal(code: str, reason: str, problem: str) -> CallRefusedError:
    """Refuse a request as a whole."""
    return CallRefusedError(make_status(code, reason, problem))


def error_status(error: EngineError, path: str = "") -> Status:
    """Translate an error of the engine.

    Args:
        error: What the engine raised or answered.
        path: Put before the field: where the faulty options stand in a request whose call ends, such as "options.".
            The error of one message stands in its tag, and names a field of that message.
    """
    if isinstance(error, InvalidMessageError | InvalidOptionsError):
        violation = bad_field(f"{path}{error.field}", str(error).removeprefix(f"{error.field}: "))
        return make_status(error.code, error.reason, f"{path}{error}", violation)
    if isinstance(error, QueueFullError):
        return make_status(error.code, error.reason, str(error), RetryInfo(retry_delay=_duration(error.retry_after)))
    return make_status(error.code, error.reason, str(error))


def quota_status(error: QuotaError) -> Status:
    """Tell a caller that it has used up its quota, and for how long."""
    hint = RetryInfo(retry_delay=_duration(error.retry_after))
    return make_status("RESOURCE_EXHAUSTED", "QUOTA", str(error), hint)


def too_many_streams(limit: int) -> CallRefusedError:
    """Refuse a stream, since the server has as many as it takes."""
    hint = RetryInfo(retry_delay=_duration(STREAM_RETRY_SECONDS))
    problem = f"{limit:,} streams are open, which is as many as this server takes"
    return CallRefusedError(make_status("RESOURCE_EXHAUSTED", "TOO_MANY_STREAMS", problem, hint))


def invalid_field(field: str, problem: str, reason: str = "INVALID_REQUEST") -> CallRefusedError:
    """Refuse a call for one of its fields.

    Args:
        field: Path of the field in the request.
        problem: What is wrong with it and what would be right.
        reason: `ErrorInfo.reason`.
    """
    return CallRefusedError(make_status("INVALID_ARGUMENT", reason, f"{field}: {problem}", bad_field(field, problem)))


def too_many(given: int | None, limit: int) -> CallRefusedError:
    """Refuse a request or frame for the number of its messages; `given` is None when counting stopped at the limit."""
    count = f"more than {limit}" if given is None else str(given)
    problem = f"has {count} messages, at most {limit} are allowed: send several requests or frames"
    return invalid_field("messages", problem, "TOO_MANY_MESSAGES")


def check_count(messages: int, limit: int) -> None:
    """Look at the number of messages of a request.

    Raises:
        CallRefusedError: There are none, or too many.
    """
    if messages == 0:
        raise invalid_field("messages", "is empty: send at least one message", "NO_MESSAGES")
    if messages > limit:
        raise too_many(messages, limit)


def refuse_if_all_may_retry(tags: Sequence[Tag]) -> None:
    """Refuse a call when no message of it was taken: clients retry whole calls by their status alone.

    Raises:
        CallRefusedError: With the error of the first.
    """
    errors: list[MessageError] = [tag.error for tag in tags if isinstance(tag.error, _RETRYABLE)]
    if len(errors) == len(tags):
        raise CallRefusedError(error_status(errors[0]))


def status_of(error: Exception) -> Status:
    """What a call ends with when this was raised; a defect of ours is logged, and says no more than that."""
    if isinstance(error, CallRefusedError):
        return error.status
    if isinstance(error, AccessError):
        return make_status(error.code, error.reason, str(error))
    if isinstance(error, QuotaError):
        return quota_status(error)
    if isinstance(error, EngineError):
        return error_status(error, "options." if isinstance(error, InvalidOptionsError) else "")
    _log.error("handler failed", error=type(error).__name__, stack=stack(error))
    return make_status("INTERNAL", "INTERNAL", "the server failed; its log says why")


def bad_field(field: str, problem: str) -> BadRequest:
    """Name the field that is at fault; halves of surrogate pairs in the problem are replaced, as in `make_status`."""
    return BadRequest(field_violations=[BadRequest.FieldViolation(field=field, description=legible(problem))])


def _duration(seconds: float) -> Duration:
    duration = Duration()
    duration.FromNanoseconds(int(seconds * 1e9))
    return duration


def refuse_failed(tags: Sequence[Tag], names: Sequence[str]) -> None:
    """Refuse a request for the first of its messages that has no tag: most APIs have no errors of single messages.

    Raises:
        CallRefusedError: It names the message by its place, as `names` has it.
    """
    for tag, name in zip(tags, names, strict=True):
        if isinstance(tag.error, InvalidMessageError):
            raise invalid_field(name, str(tag.error).removeprefix("text: "), tag.error.reason)
        if tag.error is not None:
            raise CallRefusedError(error_status(tag.error))
