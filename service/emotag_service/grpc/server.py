"""The gRPC server around an engine: from the first connection to the last answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import grpc
import structlog
from grpc import aio
from grpc_health.v1 import health_pb2_grpc

from emotag.v1 import admin_service_pb2_grpc
from emotag.v1.emotion_service_pb2 import (
    ClassifyRequest,
    ClassifyResponse,
    GetModelInfoRequest,
    GetModelInfoResponse,
    StreamClassifyRequest,
    StreamClassifyResponse,
)
from emotag_service.access.address import is_local
from emotag_service.access.callers import Callers
from emotag_service.access.protection import Protection
from emotag_service.access.tokens import Tokens
from emotag_service.contract.limits import FrontLimits
from emotag_service.contract.traffic import Traffic
from emotag_service.grpc.access import ADMIN_NAME, INFERENCE_NAME, Access
from emotag_service.grpc.admin import AdminServicer
from emotag_service.grpc.boundary import GuardedServer
from emotag_service.grpc.health import HEALTH_NAME, SERVICE_NAME, Health
from emotag_service.grpc.inference import InferenceServicer
from emotag_service.grpc.listen import Certificates, listen
from emotag_service.grpc.reflection import add_reflection
from emotag_service.grpc.servicer import EmotionServicer
from emotag_service.grpc.wire import reader

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from emotag_service.engine.engine import Engine
    from emotag_service.grpc.tracing import CallTracing

    MakeChange = Callable[[str, dict[str, Any]], Awaitable[Any]]

_log = structlog.get_logger(__name__)

_OPTIONS = (
    # Idle agent streams are pinged by their clients every 30 s; the default would close them for it.
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    # A peer that vanished without a word is found within two minutes.
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
)
_LIMITS = FrontLimits()
_PROTECTION = Protection()
_LINGER_SECONDS = 2.0
_CLOSE_SECONDS = 1.0


class Server:
    """Serves `emotag.v1.EmotionService`, the Open Inference Protocol, grpc.health.v1 and reflection on one address.

    The address is taken when the server is made, so that a port in use is known before a model is loaded; callers that
    connect meanwhile wait.

    Attributes:
        port: The port that is listened on.
        health: What grpc.health.v1 answers.
        calls: What became of those of EmotionService.
    """

    def __init__(
        self,
        host: str,
        port: int,
        limits: FrontLimits = _LIMITS,
        protection: Protection = _PROTECTION,
        *,
        tracing: CallTracing | None = None,
        held: bool = False,
    ) -> None:
        """Take the address; port 0 picks a free one.

        Args:
            host: Address to listen on.
            port: Port to listen on.
            limits: What one call may ask for.
            protection: Who may connect, and do what.
            tracing: Makes spans of calls; None for none.
            held: See `listen`.

        Raises:
            ListenError: It is in use, none of this machine's, or not protected as it has to be.
            TokenFileError: The file of tokens cannot be used.
        """
        self.health = Health()
        self.calls = Traffic()
        self._limits = limits
        self._protection = protection
        self._tracing = tracing
        access = [] if protection.tokens is None else [Access(Tokens(protection.tokens))]
        # No compression: messages are short, and the time goes where tags could be computed.
        self._server = aio.server(
            interceptors=access,
            options=(
                *_OPTIONS,
                # 0, or a second server would silently share the port, and the kernel split callers between the two.
                ("grpc.so_reuseport", int(held)),
                ("grpc.max_receive_message_length", limits.frame_bytes),
                *protection.connections.options(),
            ),
        )
        credentials = None if protection.tls is None else Certificates(protection.tls).credentials()
        self.port = listen(self._server, host, port, credentials, insecure=protection.insecure, held=held)
        self._servicer: EmotionServicer | None = None
        self._open_to_admins = protection.tokens is None and is_local(host)

    async def start(
        self, engine: Engine, callers: Callers | None = None, make_change: MakeChange | None = None
    ) -> None:
        """Answer calls by `engine`, started or not; health follows it.

        Args:
            engine: What tags.
            callers: The accounts of who calls, where other fronts have them, too.
            make_change: Makes the changes that AdminService is asked for; without it there is no such service.
        """
        callers = Callers(engine, self._protection.quota) if callers is None else callers
        self._servicer = EmotionServicer(engine, self._limits, self._protection, callers, self._tracing)
        guarded = GuardedServer(self._server)
        handlers = _handlers(self._servicer, self._limits, self._tracing)
        guarded.add_registered_method_handlers(SERVICE_NAME, handlers, self.calls)
        health_pb2_grpc.add_HealthServicer_to_server(self.health, guarded)
        inference = InferenceServicer(engine, self._limits, self._protection, callers)
        guarded.add_registered_method_handlers(INFERENCE_NAME, inference.handlers(), self.calls)
        described = [SERVICE_NAME, HEALTH_NAME]
        if make_change is not None:
            admin = AdminServicer(make_change, open_to_all=self._open_to_admins)
            admin_service_pb2_grpc.add_AdminServiceServicer_to_server(admin, guarded)  # type: ignore[arg-type]
            described.append(ADMIN_NAME)
        if self._protection.reflection:
            add_reflection(guarded, *described)
        engine.on_health(lambda healthy: self.health.set(serving=healthy))
        self.health.set(serving=engine.healthy)
        await self._server.start()

    async def drain(self, engine: Engine, grace: float) -> int:
        """Refuse new messages, answer what was admitted, tell every stream, and end all calls within `grace` seconds.

        A stream on which nothing is in flight and that its caller does not close is ended after two seconds.

        Returns:
            How many admitted messages had no answer in time.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + grace
        self.health.stop()
        if self._servicer is None:
            return 0
        streams = self._servicer.streams
        streams.drain(grace)
        linger = loop.call_later(min(_LINGER_SECONDS, grace), streams.end)
        try:
            unanswered: int = await engine.drain(grace)
            async with asyncio.timeout_at(end):
                await streams.empty()
        except TimeoutError:
            _log.warning("streams cut off", streams=len(streams))
        finally:
            linger.cancel()
        return unanswered

    async def stop(self) -> None:
        """Take no more connections, cut every stream, give other replies a moment, and cancel the rest. Idempotent."""
        self.health.stop()
        if self._servicer is not None:
            self._servicer.streams.cut()
        await self._server.stop(_CLOSE_SECONDS)


def _handlers(
    servicer: EmotionServicer, limits: FrontLimits, tracing: CallTracing | None
) -> Mapping[str, grpc.RpcMethodHandler]:  # type: ignore[type-arg]
    # By hand, because requests are read by our own, tolerant deserialisers.
    return {
        "Classify": grpc.unary_unary_rpc_method_handler(
            servicer.classify if tracing is None else tracing.unary("Classify", servicer.classify),
            request_deserializer=reader(ClassifyRequest, limits.frame_messages),
            response_serializer=ClassifyResponse.SerializeToString,
        ),
        "StreamClassify": grpc.stream_stream_rpc_method_handler(
            servicer.stream_classify,
            request_deserializer=reader(StreamClassifyRequest, limits.frame_messages),
            response_serializer=StreamClassifyResponse.SerializeToString,
        ),
        "GetModelInfo": grpc.unary_unary_rpc_method_handler(
            servicer.get_model_info,
            request_deserializer=GetModelInfoRequest.FromString,
            response_serializer=GetModelInfoResponse.SerializeToString,
        ),
    }
