"""What callers were refused, as a metric."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_service.ops.families import counter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from prometheus_client.core import Metric

    from emotag_service.access.caller_refusals import CallerRefusals


class CallerMetrics:
    """Collects from the refusals of all fronts, as soon as there are some that take calls."""

    def __init__(self, refusals: Callable[[], CallerRefusals | None]) -> None:
        self._refusals = refusals

    def collect(self) -> Iterable[Metric]:
        """Of Prometheus' client: read the figures."""
        refusals = self._refusals()
        if refusals is None:
            return
        text = "Unary calls and streams that were refused since their caller had used up its quota."
        yield counter("emotag_caller_refusals", text, dict(refusals.counted).items(), "caller", "reason")
