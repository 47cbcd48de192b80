"""From wire statuses to exceptions."""

from __future__ import annotations

import grpc
import pytest
from google.protobuf import any_pb2
from google.rpc import code_pb2, status_pb2

from emotag import errors
from emotag.status import DETAILS_KEY, from_rpc, from_status, interruption
from tests.unit.sdk.scripted import full, status

EXPECTED = {
    "CANCELLED": errors.CallCancelledError,
    "UNKNOWN": errors.InternalError,
    "INVALID_ARGUMENT": errors.InvalidArgumentError,
    "DEADLINE_EXCEEDED": errors.DeadlineExceededError,
    "NOT_FOUND": errors.InternalError,
    "ALREADY_EXISTS": errors.InternalError,
    "PERMISSION_DENIED": errors.PermissionDeniedError,
    "UNAUTHENTICATED": errors.UnauthenticatedError,
    "RESOURCE_EXHAUSTED": errors.LimitExceededError,
    "FAILED_PRECONDITION": errors.InvalidArgumentError,
    "ABORTED": errors.InternalError,
    "OUT_OF_RANGE": errors.InvalidArgumentError,
    "UNIMPLEMENTED": errors.UnsupportedError,
    "INTERNAL": errors.InternalError,
    "UNAVAILABLE": errors.UnavailableError,
    "DATA_LOSS": errors.InternalError,
}


class Failure(grpc.RpcError):
    """What a failed call says."""

    def __init__(
        self, code: grpc.StatusCode, details: str, metadata: tuple[tuple[str, str | bytes], ...] | None = ()
    ) -> None:
        super().__init__()
        self._said = (code, details, metadata)

    def code(self) -> grpc.StatusCode:
        return self._said[0]

    def details(self) -> str:
        return self._said[1]

    def trailing_metadata(self) -> tuple[tuple[str, str | bytes], ...] | None:
        return self._said[2]


@pytest.mark.parametrize("code", [name for name in code_pb2.Code.keys() if name != "OK"])  # noqa: SIM118 - not a dict
def test_every_code_has_its_type_and_keeps_its_name(code: str) -> None:
    error = from_status(status(code, "why"))
    assert type(error) is EXPECTED[code]
    assert error.code == code
    assert str(error) == "why"


def test_details_are_read() -> None:
    error = from_status(status("INVALID_ARGUMENT", "text: is empty", reason="INVALID_MESSAGE", name="text", retry=2.25))
    assert (error.reason, error.field, error.retry_after) == ("INVALID_MESSAGE", "text", 2.25)


def test_overload_is_told_from_other_limits() -> None:
    assert type(from_status(full(retry=0.5))) is errors.OverloadedError
    assert type(from_status(full(retry=None))) is errors.OverloadedError
    assert type(from_status(status("RESOURCE_EXHAUSTED", "slow down", retry=1.0))) is errors.OverloadedError
    assert (
        type(from_status(status("RESOURCE_EXHAUSTED", "Received message larger than max"))) is errors.LimitExceededError
    )


def test_a_negative_hint_is_no_hint_to_go_back_in_time() -> None:
    assert from_status(status("UNAVAILABLE", "x", retry=-5.0)).retry_after == 0.0


def test_unknown_details_and_codes_are_borne() -> None:
    strange = any_pb2.Any(type_url="type.googleapis.com/what.Ever", value=b"\xff\xff")
    assert from_status(status_pb2.Status(code=13, message="m", details=[strange])).code == "INTERNAL"
    assert from_status(status_pb2.Status(code=9999)).code == "UNKNOWN"
    assert from_status(status_pb2.Status(code=0)).code == "UNKNOWN"


@pytest.mark.parametrize("name", ["ErrorInfo", "BadRequest", "RetryInfo"])
def test_a_detail_that_does_not_parse_is_borne(name: str) -> None:
    broken = any_pb2.Any(type_url=f"type.googleapis.com/google.rpc.{name}", value=b"\xff\xff")
    said = status("UNAVAILABLE", "stopping", reason="DRAINING", name="text", retry=2.25)
    said.details.insert(0, broken)
    error = from_status(said)
    assert (str(error), error.reason, error.field, error.retry_after) == ("stopping", "DRAINING", "text", 2.25)


def test_an_error_without_text_says_its_code() -> None:
    assert str(from_status(status("UNAVAILABLE", ""))) == "UNAVAILABLE"


def test_a_failed_call_with_rich_details() -> None:
    rich = full(retry=1.0)
    failure = Failure(
        grpc.StatusCode.RESOURCE_EXHAUSTED, "plain", (("x", "y"), (DETAILS_KEY, rich.SerializeToString()))
    )
    error = from_rpc(failure)
    assert (type(error), error.retry_after, str(error)) == (errors.OverloadedError, 1.0, rich.message)


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        (),
        ((DETAILS_KEY, b"\xff\xff\xff"),),
        ((DETAILS_KEY, "text"),),
        ((DETAILS_KEY, status("INTERNAL", "of another code").SerializeToString()),),
    ],
)
def test_a_failed_call_whose_details_are_of_no_use(metadata: tuple[tuple[str, str | bytes], ...] | None) -> None:
    error = from_rpc(Failure(grpc.StatusCode.UNAVAILABLE, "plain", metadata))
    assert (type(error), str(error)) == (errors.UnavailableError, "plain")


@pytest.mark.parametrize("code", [grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.CANCELLED])
def test_a_stream_that_ends_without_details_was_cut_off_by_somebody_between(code: grpc.StatusCode) -> None:
    error = interruption(Failure(code, "Received RST_STREAM with error code 0"))
    assert isinstance(error, errors.UnavailableError)
    assert error.transient
    assert "error code 0" in str(error)


def test_what_the_server_says_of_its_own_failure_holds() -> None:
    said = status("INTERNAL", "the model failed", reason="COMPUTE_FAILED")
    metadata = ((DETAILS_KEY, said.SerializeToString()),)
    error = interruption(Failure(grpc.StatusCode.INTERNAL, "the model failed", metadata))
    assert (type(error), error.reason, error.transient) == (errors.InternalError, "COMPUTE_FAILED", False)
