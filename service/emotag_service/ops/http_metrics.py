"""What became of the HTTP front's requests, as metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_service.ops.families import counter, gauge, histogram

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from prometheus_client.core import Metric

    from emotag_service.http.app import Traffic


class HttpMetrics:
    """Collects from a port's traffic, as soon as there is one."""

    def __init__(self, traffic: Callable[[], Traffic | None]) -> None:
        self._traffic = traffic

    def collect(self) -> Iterable[Metric]:
        """Of Prometheus' client: read the figures."""
        traffic = self._traffic()
        if traffic is None:
            return
        ended, seconds = dict(traffic.ended).items(), {route: one.copy() for route, one in traffic.seconds.items()}
        yield counter("emotag_http_requests", "HTTP requests that ended.", ended, "route", "status")
        yield gauge("emotag_http_requests_open", "HTTP requests under way.", dict(traffic.open), "route")
        yield histogram("emotag_http_request_duration_seconds", "How long HTTP requests took.", seconds, "route")
