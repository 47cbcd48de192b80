"""From what gRPC and the server say of a failure to the types of `errors`: the one place that does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from google.protobuf.message import DecodeError
from google.rpc import code_pb2, error_details_pb2, status_pb2

from emotag import errors

if TYPE_CHECKING:
    from collections.abc import Iterable

    import grpc
    from google.protobuf import any_pb2
    from google.protobuf.message import Message

# Where gRPC puts a google.rpc.Status beside its own code. The package grpcio-status would read it, at the price of one
# more dependency of the base install.
DETAILS_KEY = "grpc-status-details-bin"

TYPES: dict[str, type[errors.EmotionError]] = {
    "INVALID_ARGUMENT": errors.InvalidArgumentError,
    "FAILED_PRECONDITION": errors.InvalidArgumentError,
    "OUT_OF_RANGE": errors.InvalidArgumentError,
    "RESOURCE_EXHAUSTED": errors.LimitExceededError,
    "UNAVAILABLE": errors.UnavailableError,
    "DEADLINE_EXCEEDED": errors.DeadlineExceededError,
    "CANCELLED": errors.CallCancelledError,
    "UNAUTHENTICATED": errors.UnauthenticatedError,
    "PERMISSION_DENIED": errors.PermissionDeniedError,
    "UNIMPLEMENTED": errors.UnsupportedError,
}


def from_status(status: status_pb2.Status) -> errors.EmotionError:
    """The typed error that a google.rpc.Status stands for; unknown details are ignored."""
    reason, field, retry_after = "", "", None
    info, fault, hint = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest(), error_details_pb2.RetryInfo()
    for detail in status.details:
        if _unpacked(detail, info):
            reason = info.reason
        elif _unpacked(detail, fault) and fault.field_violations:
            field = fault.field_violations[0].field
        elif _unpacked(detail, hint):
            retry_after = max(0.0, hint.retry_delay.seconds + hint.retry_delay.nanos / 1e9)
    code = _code_name(status.code)
    kind = TYPES.get(code, errors.InternalError)
    if kind is errors.LimitExceededError and (reason == "QUEUE_FULL" or retry_after is not None):
        kind = errors.OverloadedError
    return kind(status.message or code, code=code, reason=reason, field=field, retry_after=retry_after)


def from_rpc(failure: grpc.RpcError) -> errors.EmotionError:
    """The typed error that a failed call stands for, with the rich details when the server sent them."""
    code = failure.code()
    metadata = cast("Iterable[tuple[str, str | bytes]]", failure.trailing_metadata() or ())
    for key, value in metadata:
        if key == DETAILS_KEY and isinstance(value, bytes):
            status = _parsed(value)
            if status is not None and status.code == code.value[0]:
                return from_status(status)
    return from_status(status_pb2.Status(code=code.value[0], message=failure.details() or ""))


def interruption(failure: grpc.RpcError) -> errors.EmotionError:
    """The typed error that ended a call which nobody here cancelled.

    CANCELLED is then the word of a proxy that resets its streams as it stops, of gRPC where a connection broke, or of a
    server on which too many calls wait: an interruption like others, and a message may be sent again. So is a failure
    without details, since the server gives them with every error: proxies swallow the status of a stream that its
    server ends, as one that drains does.
    """
    error = from_rpc(failure)
    if isinstance(error, errors.CallCancelledError):
        return errors.UnavailableError(f"the call was reset: {error}", reason="RESET")
    if isinstance(error, errors.InternalError) and not error.reason:
        return errors.UnavailableError(f"the call was cut off: {error}")
    return error


def _unpacked(detail: any_pb2.Any, into: Message) -> bool:
    """Whether a detail is of this type, and parses; one that does not is a proxy's or a newer server's."""
    try:
        return detail.Unpack(into)
    except DecodeError:
        return False


def _parsed(value: bytes) -> status_pb2.Status | None:
    """Details that do not parse are a proxy's or a newer server's; gRPC's own code still holds."""
    try:
        return status_pb2.Status.FromString(value)
    except DecodeError:
        return None


def _code_name(number: int) -> str:
    """Numbers that this version does not know are UNKNOWN, as gRPC has it."""
    known = number in code_pb2.Code.values() and number != code_pb2.OK
    return code_pb2.Code.Name(number) if known else "UNKNOWN"
