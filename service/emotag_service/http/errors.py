"""Refusals as each API spells them: one status of google.rpc, several forms of JSON."""

from __future__ import annotations

import base64
import math
from typing import TYPE_CHECKING, Any

from google.rpc.code_pb2 import Code
from google.rpc.error_details_pb2 import ErrorInfo, RetryInfo
from starlette.responses import JSONResponse

from emotag_service.access.bearer import challenge

if TYPE_CHECKING:
    from collections.abc import Callable

    from google.rpc.status_pb2 import Status
    from starlette.responses import Response

    Refuse = Callable[[Status], Response]

_HTTP = {
    "CANCELLED": 499,
    "INVALID_ARGUMENT": 400,
    "DEADLINE_EXCEEDED": 504,
    "NOT_FOUND": 404,
    "PERMISSION_DENIED": 403,
    "RESOURCE_EXHAUSTED": 429,
    "FAILED_PRECONDITION": 400,
    "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503,
    "UNAUTHENTICATED": 401,
}
_BY_REASON = {"BODY_TOO_LARGE": 413, "TOO_MANY_MESSAGES": 413, "ENCODED": 415, "NOT_JSON_TYPE": 415, "SLOW_BODY": 408}
_TEI_BY_REASON = {
    "NO_MESSAGES": (400, "Empty"),
    "TEXT_TOO_LONG": (413, "Validation"),
    "TRUNCATED": (413, "Validation"),
    "MALFORMED_REQUEST": (400, "Validation"),  # as axum, which it is built on: 422 is for JSON of another form
}
_TEI = {
    "INVALID_ARGUMENT": (422, "Tokenizer"),
    "RESOURCE_EXHAUSTED": (429, "Overloaded"),
    "UNAVAILABLE": (503, "Unhealthy"),
    "DEADLINE_EXCEEDED": (504, "Backend"),
    "INTERNAL": (424, "Backend"),
}


def reason_of(status: Status) -> str:
    """`ErrorInfo.reason`."""
    found = _detail(status, ErrorInfo())
    return "" if found is None else found.reason


def http_code(status: Status) -> int:
    """The status of HTTP, by Connect's table but for what HTTP has a word of its own for."""
    return _BY_REASON.get(reason_of(status)) or _HTTP.get(Code.Name(status.code), 500)


def tei(status: Status) -> Response:
    """As text-embeddings-inference refuses."""
    code, reason = Code.Name(status.code), reason_of(status)
    number, kind = http_code(status), "Validation"
    if reason in _TEI_BY_REASON:
        number, kind = _TEI_BY_REASON[reason]
    elif reason not in _BY_REASON and code in _TEI:
        number, kind = _TEI[code]
    return _response({"error": status.message, "error_type": kind}, number, status)


def inference(status: Status) -> Response:
    """As the Open Inference Protocol refuses."""
    return _response({"error": status.message}, http_code(status), status)


def classifications(status: Status) -> Response:
    """As Mistral's API refuses."""
    body = {"object": "error", "message": status.message, "type": reason_of(status).lower(), "code": http_code(status)}
    return _response(body, http_code(status), status)


def connect(status: Status) -> Response:
    """As Connect refuses: the code of gRPC in small letters, details as packed protobuf."""
    details = [
        {"type": one.type_url.rpartition("/")[2], "value": base64.b64encode(one.value).decode().rstrip("=")}
        for one in status.details
    ]
    code = "canceled" if status.code == Code.CANCELLED else Code.Name(status.code).lower()
    return _response({"code": code, "message": status.message, "details": details}, http_code(status), status)


def _response(body: dict[str, Any], number: int, status: Status) -> Response:
    headers = challenge(reason_of(status))
    retry = _detail(status, RetryInfo())
    if retry is not None:
        headers["retry-after"] = str(max(1, math.ceil(retry.retry_delay.ToNanoseconds() / 1e9)))
    return JSONResponse(body, number, headers)


def _detail(status: Status, found: Any) -> Any:
    return next((found for packed in status.details if packed.Unpack(found)), None)
