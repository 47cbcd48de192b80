from __future__ import annotations

from emotag_service.http.app import Traffic
from emotag_service.ops.http_metrics import HttpMetrics
from tests.unit.ops.helpers import collected, value


def test_before_there_is_a_port_there_is_nothing():
    assert collected(HttpMetrics(lambda: None)) == {}


def test_requests_by_route_and_status():
    traffic = Traffic(["/predict", "/v1/stream"])
    with traffic.count("/predict") as status:
        status.append(422)
    with traffic.count("/predict"):
        pass
    with traffic.count("/v1/stream"):
        found = collected(HttpMetrics(lambda: traffic))
    assert value(found, "emotag_http_requests_total", route="/predict", status="422") == 1
    assert value(found, "emotag_http_requests_total", route="/predict", status="499") == 1
    assert value(found, "emotag_http_requests_total", route="/v1/stream", status="200") == 0
    assert value(found, "emotag_http_requests_open", route="/v1/stream") == 1
    assert value(found, "emotag_http_request_duration_seconds_count", route="/predict") == 2
