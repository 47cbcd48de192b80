"""An OTLP receiver: what a collector is, as far as tests ask."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Self

import grpc
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2, logs_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

if TYPE_CHECKING:
    from collections.abc import Callable


class Receiver(trace_service_pb2_grpc.TraceServiceServicer):
    """Receives while the context lasts.

    Attributes:
        spans: Those that came so far.
        events: Log records that came so far.
        services: What the processes that sent them are called.
        raw: All that came, as text.
    """

    def __init__(self) -> None:
        self.spans: list[Any] = []
        self.events: list[Any] = []
        self.services: set[str] = set()
        self.raw = ""
        self._news = threading.Condition()
        self._server = grpc.server(ThreadPoolExecutor(2))
        trace_service_pb2_grpc.add_TraceServiceServicer_to_server(self, self._server)
        logs_service_pb2_grpc.add_LogsServiceServicer_to_server(_Logs(self), self._server)
        self._port = self._server.add_insecure_port("127.0.0.1:0")

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop(None).wait()

    @property
    def variables(self) -> dict[str, str]:
        """What a process needs to send here, and soon."""
        return {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{self._port}",
            "OTEL_BSP_SCHEDULE_DELAY": "100",
            "OTEL_BLRP_SCHEDULE_DELAY": "100",
        }

    def Export(self, request: Any, context: Any) -> Any:  # noqa: N802 - the contract's
        """Take spans."""
        self.take(request, request.resource_spans, lambda scope: self.spans.extend(scope.spans), "scope_spans")
        return trace_service_pb2.ExportTraceServiceResponse()

    def take(self, request: Any, resources: Any, keep: Callable[[Any], None], field: str) -> None:
        with self._news:
            self.raw += str(request)
            for resource in resources:
                self.services.add(attributes(resource.resource)["service.name"])
                for scope in getattr(resource, field):
                    keep(scope)
            self._news.notify_all()

    def wait(self, enough: Callable[[], bool], seconds: float = 60) -> None:
        """Wait until what came is enough."""
        with self._news:
            assert self._news.wait_for(enough, seconds), [span.name for span in self.spans]

    def named(self, name: str) -> list[Any]:
        """Spans of one name."""
        return [span for span in self.spans if span.name == name]


class _Logs(logs_service_pb2_grpc.LogsServiceServicer):
    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver

    def Export(self, request: Any, context: Any) -> Any:  # noqa: N802 - the contract's
        """Take log records."""
        receiver = self._receiver
        receiver.take(
            request, request.resource_logs, lambda scope: receiver.events.extend(scope.log_records), "scope_logs"
        )
        return logs_service_pb2.ExportLogsServiceResponse()


def attributes(holder: Any) -> dict[str, Any]:
    """Attributes of a span, an event or a resource."""
    return {pair.key: getattr(pair.value, str(pair.value.WhichOneof("value"))) for pair in holder.attributes}
