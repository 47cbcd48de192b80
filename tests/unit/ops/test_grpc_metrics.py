from __future__ import annotations

from contextlib import suppress

from grpc import StatusCode

from emotag_service.grpc.calls import Calls
from emotag_service.ops.grpc_metrics import GrpcMetrics
from tests.unit.ops.helpers import collected, value


class Context:
    def code(self):
        return StatusCode.RESOURCE_EXHAUSTED


def test_before_there_is_a_server_there_is_nothing():
    assert collected(GrpcMetrics(lambda: None)) == {}


def test_calls_by_method_and_code():
    calls = Calls()
    calls.expect("Classify", unary=True)
    calls.expect("StreamClassify", unary=False)
    with calls.count("Classify", Context()):
        pass
    with suppress(ValueError), calls.count("Classify", Context()):
        raise ValueError
    with calls.count("StreamClassify", Context()):
        found = collected(GrpcMetrics(lambda: calls))
    assert value(found, "emotag_requests_total", method="Classify", code="OK") == 1
    assert value(found, "emotag_requests_total", method="Classify", code="RESOURCE_EXHAUSTED") == 1
    assert value(found, "emotag_requests_total", method="StreamClassify", code="OK") == 0
    assert value(found, "emotag_requests_open", method="StreamClassify") == 1
    assert value(found, "emotag_requests_open", method="Classify") == 0
    assert value(found, "emotag_request_duration_seconds_count", method="Classify") == 2
