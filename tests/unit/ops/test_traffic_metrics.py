from __future__ import annotations

from emotag_service.contract.traffic import Traffic
from emotag_service.ops.traffic_metrics import TrafficMetrics
from tests.unit.ops.helpers import collected, value


def metrics(traffic: Traffic | None) -> TrafficMetrics:
    return TrafficMetrics(lambda: traffic, "emotag_http_requests", "HTTP requests", "route", "status")


def test_before_there_is_a_front_there_is_nothing():
    assert collected(metrics(None)) == {}


def test_requests_by_way_and_end():
    traffic = Traffic()
    traffic.expect("/predict", "200", timed=True)
    traffic.expect("/v1/stream", "200", timed=False)
    with traffic.count("/predict", "499") as ending:
        ending.name = "422"
    with traffic.count("/predict", "499"):
        pass
    with traffic.count("/v1/stream", "499"):
        found = collected(metrics(traffic))
    assert value(found, "emotag_http_requests_total", route="/predict", status="422") == 1
    assert value(found, "emotag_http_requests_total", route="/predict", status="499") == 1
    assert value(found, "emotag_http_requests_total", route="/v1/stream", status="200") == 0
    assert value(found, "emotag_http_requests_open", route="/v1/stream") == 1
    assert value(found, "emotag_http_requests_open", route="/predict") == 0
    assert value(found, "emotag_http_request_duration_seconds_count", route="/predict") == 2
