"""What became of the gRPC front's calls, as metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_service.ops.families import counter, gauge, histogram

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from prometheus_client.core import Metric

    from emotag_service.grpc.calls import Calls


class GrpcMetrics:
    """Collects from a server's calls, as soon as there is a server."""

    def __init__(self, calls: Callable[[], Calls | None]) -> None:
        self._calls = calls

    def collect(self) -> Iterable[Metric]:
        """Of Prometheus' client: read the figures."""
        calls = self._calls()
        if calls is None:
            return
        yield counter("emotag_requests", "Calls that ended.", dict(calls.ended).items(), "method", "code")
        yield gauge("emotag_requests_open", "Calls under way, open streams among them.", dict(calls.open), "method")
        seconds = {method: one.copy() for method, one in dict(calls.seconds).items()}
        yield histogram("emotag_request_duration_seconds", "How long unary calls took.", seconds, "method")
