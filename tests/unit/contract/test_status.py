"""Every error of the engine has its code and its details."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import pytest
from google.protobuf.message import Message
from google.rpc.code_pb2 import Code
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status

from emotag_service.contract.status import error_status, invalid_field, make_status, refusal
from emotag_service.engine import errors

if TYPE_CHECKING:
    from collections.abc import Callable

D = TypeVar("D", bound=Message)

_CASES = [
    (errors.InvalidMessageError("text", "is empty"), "INVALID_ARGUMENT", "INVALID_MESSAGE"),
    (errors.QueueFullError("full", 0.25), "RESOURCE_EXHAUSTED", "QUEUE_FULL"),
    (errors.ExpiredError("late"), "DEADLINE_EXCEEDED", "EXPIRED_IN_QUEUE"),
    (errors.CancelledMessageError("gone"), "CANCELLED", "CANCELLED"),
    (errors.DrainingError("stopping"), "UNAVAILABLE", "DRAINING"),
    (errors.NoReplicaError("none"), "UNAVAILABLE", "NO_REPLICA"),
    (errors.ComputeError("failed"), "INTERNAL", "COMPUTE_FAILED"),
    (errors.InvalidOptionsError("taxonomy", "unknown"), "INVALID_ARGUMENT", "INVALID_OPTIONS"),
]


def _detail(status: Status, kind: type[D]) -> D | None:
    for packed in status.details:
        detail = kind()
        if packed.Unpack(detail):
            return detail
    return None


@pytest.mark.parametrize(("error", "code", "reason"), _CASES, ids=lambda value: value if isinstance(value, str) else "")
def test_code_and_reason(error: errors.EngineError, code: str, reason: str) -> None:
    status = error_status(error)
    assert status.code == Code.Value(code)
    assert status.message == str(error)
    info = _detail(status, ErrorInfo)
    assert info is not None
    assert (info.domain, info.reason) == ("emotag.v1", reason)


def test_overload_says_when_to_try_again() -> None:
    retry = _detail(error_status(errors.QueueFullError("full", 0.25)), RetryInfo)
    assert retry is not None
    assert retry.retry_delay.ToMilliseconds() == 250


def test_only_overload_says_so() -> None:
    assert all(
        (_detail(error_status(error), RetryInfo) is not None) == isinstance(error, errors.QueueFullError)
        for error, _, _ in _CASES
    )


@pytest.mark.parametrize(("path", "expected"), [("", "top_k"), ("options.", "options.top_k")])
def test_bad_input_names_its_field_by_path(path: str, expected: str) -> None:
    status = error_status(errors.InvalidOptionsError("top_k", "is negative"), path)
    bad = _detail(status, BadRequest)
    assert bad is not None
    assert [(v.field, v.description) for v in bad.field_violations] == [(expected, "is negative")]
    assert status.message == f"{expected}: is negative"


def test_a_refused_call_carries_the_same_details() -> None:
    status = invalid_field("messages", "is empty", "NO_MESSAGES").status
    bad, info = _detail(status, BadRequest), _detail(status, ErrorInfo)
    assert bad is not None
    assert info is not None
    assert bad.field_violations[0].field == "messages"
    assert info.reason == "NO_MESSAGES"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (lambda text: make_status("INTERNAL", "INTERNAL", text), "{}"),
        (lambda text: refusal("NOT_FOUND", "NO_MODEL", text).status, "{}"),
        (lambda text: invalid_field("input", text).status, "input: {}"),
        (lambda text: error_status(errors.InvalidMessageError("line", text)), "line: {}"),
        (lambda text: error_status(errors.InvalidOptionsError("taxonomy", text), "options."), "options.taxonomy: {}"),
        (lambda text: error_status(errors.ComputeError(text)), "{}"),
    ],
    ids=["made", "refusal", "field", "message", "options", "other"],
)
def test_halves_of_surrogate_pairs_are_replaced(status: Callable[[str], Status], expected: str) -> None:
    made = status("Ärger \ud800 and \udfff: 怒り")
    assert made.message == expected.format("Ärger \ufffd and \ufffd: 怒り")
    bad = _detail(made, BadRequest)
    assert bad is None or bad.field_violations[0].description == "Ärger \ufffd and \ufffd: 怒り"


def test_every_error_of_the_engine_has_a_code_that_exists() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.EngineError)]
    assert all(kind.code in Code.keys() for kind in kinds)  # noqa: SIM118 - an enum wrapper is no dict
