"""What operators see of a command, where they ask for it: its port, and its traces."""

from __future__ import annotations

import asyncio
import importlib.util
import os
from contextlib import asynccontextmanager, nullcontext
from typing import TYPE_CHECKING

import structlog

from emotag_service.settings import ConfigError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from emotag_service.operator_settings import OperatorSettings
    from emotag_service.ops.drift_reference import Reference
    from emotag_service.ops.view import View
    from emotag_service.ops.workers import WorkerPages
    from emotag_service.tracing import Tracing

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT")


def operators_port(
    config: OperatorSettings, make_view: Callable[[Reference], View | WorkerPages]
) -> AbstractAsyncContextManager[object]:
    """Return what keeps the port open, or nothing without --ops-port; a web server is imported only for it.

    Raises:
        PortError: The address cannot be listened on.
        DriftReferenceError: --drift-reference is none.
    """
    if config.ops_port is None:
        return nullcontext()
    from emotag_service.ops.drift_reference import Reference  # noqa: PLC0415 - see above
    from emotag_service.ops.port import OperatorsPort  # noqa: PLC0415 - see above

    return OperatorsPort(config.ops_host, config.ops_port, make_view(Reference.load(config.drift_reference)))


@asynccontextmanager
async def tracing(config: OperatorSettings, name: str) -> AsyncIterator[Tracing | None]:
    """What makes spans and events, or None where nobody asks for them; OpenTelemetry is imported only for it.

    Raises:
        ConfigError: --otel or --otel-events is given, and OpenTelemetry is not installed.
    """
    asked = config.otel or config.otel_events
    if not (asked or any(os.environ.get(endpoint) for endpoint in _ENDPOINTS)) or not _installed(asked=asked):
        yield None
        return
    from emotag_service.tracing import Tracing  # noqa: PLC0415 - see above

    made = Tracing(name, evaluations=config.otel_events)
    try:
        yield made
    finally:
        await asyncio.to_thread(made.close)


def _installed(*, asked: bool) -> bool:
    """Whether OpenTelemetry is; where only the environment asks, which others may have set, it is no error if not."""
    if importlib.util.find_spec("opentelemetry") and importlib.util.find_spec("opentelemetry.exporter.otlp.proto.grpc"):
        return True
    hint = "OpenTelemetry is not installed: pip install 'emotag[otel]'"
    if asked:
        raise ConfigError(f"--otel: {hint}")
    structlog.get_logger(__name__).warning("no traces", hint=hint)
    return False


def check_reference(config: OperatorSettings) -> None:
    """Read the shares of labels that the operators' port would compare with.

    Raises:
        DriftReferenceError: --drift-reference is none.
    """
    from emotag_service.ops.drift_reference import Reference  # noqa: PLC0415 - brings a metrics library

    Reference.load(config.drift_reference)


def check_tracing(config: OperatorSettings) -> None:
    """Look whether what the workers make spans with is installed.

    Raises:
        ConfigError: --otel or --otel-events is given, and it is not.
    """
    if config.otel or config.otel_events:
        _installed(asked=True)
