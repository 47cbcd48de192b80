"""grpc.health.v1: whether this process should be sent messages.

Not the servicer of grpcio-health-checking: there, one watcher that leaves silences every other watcher of the service,
and watchers hold up the stop of the server.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import grpc
from grpc_health.v1 import health_pb2_grpc
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

from emotag.v1.emotion_service_pb2 import DESCRIPTOR

if TYPE_CHECKING:
    from grpc import aio

HEALTH_NAME = "grpc.health.v1.Health"
SERVICE_NAME = DESCRIPTOR.services_by_name["EmotionService"].full_name
_KNOWN = ("", SERVICE_NAME)


class Health(health_pb2_grpc.HealthServicer):  # type: ignore[misc]  # ships no types
    """Answers for the whole process and for EmotionService, which are healthy together. NOT_SERVING until told."""

    def __init__(self) -> None:
        self._status: int = HealthCheckResponse.NOT_SERVING
        self._stopping = False
        self._changed = asyncio.Event()

    @property
    def serving(self) -> bool:
        """Messages are welcome."""
        return self._status == int(HealthCheckResponse.SERVING)

    @property
    def stopping(self) -> bool:
        """They never will be again."""
        return self._stopping

    def set(self, *, serving: bool) -> None:
        """Say whether messages are welcome; once stopping, they never are again."""
        if not self._stopping:
            self._become(HealthCheckResponse.SERVING if serving else HealthCheckResponse.NOT_SERVING)

    def stop(self) -> None:
        """Say NOT_SERVING to everybody, for good."""
        self._stopping = True
        self._become(HealthCheckResponse.NOT_SERVING)

    def _become(self, status: int) -> None:
        self._status = status
        self._changed.set()
        self._changed = asyncio.Event()

    async def Check(self, request: HealthCheckRequest, context: aio.ServicerContext[Any, Any]) -> HealthCheckResponse:  # noqa: N802
        """Answer once; NOT_FOUND for a service that is not here."""
        if request.service not in _KNOWN:
            await context.abort(grpc.StatusCode.NOT_FOUND, f"no such service: known are {', '.join(map(repr, _KNOWN))}")
        return HealthCheckResponse(status=self._status)

    async def Watch(self, request: HealthCheckRequest, context: aio.ServicerContext[Any, Any]) -> None:  # noqa: N802
        """Answer now and at every change, until the caller leaves or the server stops."""
        told = None
        while True:
            # Before the write: what changes while it waits is told in the next turn.
            changed, stopping = self._changed, self._stopping
            status = self._status if request.service in _KNOWN else HealthCheckResponse.SERVICE_UNKNOWN
            if status != told:
                await context.write(HealthCheckResponse(status=status))
                told = status
            if stopping:
                return
            await changed.wait()
