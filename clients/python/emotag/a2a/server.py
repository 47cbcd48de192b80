"""The agent's ports: JSON-RPC and REST on one, gRPC on another, over one executor and one memory of tasks."""

from __future__ import annotations

import asyncio
import logging
import socket
from contextlib import AbstractContextManager, AsyncExitStack, nullcontext
from typing import TYPE_CHECKING, Any

import uvicorn
from a2a.extensions.common import get_requested_extensions
from a2a.server.request_handlers import DefaultGrpcServerCallContextBuilder, GrpcHandler
from a2a.server.routes import create_agent_card_routes, create_jsonrpc_routes, create_rest_routes
from a2a.types.a2a_pb2_grpc import add_A2AServiceServicer_to_server
from grpc import aio
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse

from emotag.a2a.agent import AgentRequests, EmotionAgent
from emotag.a2a.card import make_card, sign_card
from emotag.a2a.extension import EXTENSION, HEADER
from emotag.a2a.question import QuestionChecks
from emotag.a2a.tasks import RecentTasks

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from a2a.server.context import ServerCallContext
    from a2a.types import AgentCard
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from emotag.info import Info
    from emotag.tagging import Tagging

MOST_BYTES = 4 * 2**20  # of one request: what gRPC takes, too, unless told otherwise
MOST_CALLS = 256  # at once, on either port
_CLOSE_SECONDS = 1


class AgentServer:
    """Serves an agent while it is entered.

    Attributes:
        card: Its card; there once it is entered.
        url: Where its HTTP port is reached on this machine; likewise.
    """

    card: AgentCard
    url: str

    def __init__(
        self,
        tagging: Tagging,
        info: Info,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        grpc_port: int | None = None,
        public_url: str = "",
        card_key: Path | None = None,
    ) -> None:
        """Take no address yet.

        Args:
            tagging: What tags.
            info: What it tags by.
            host: Where both ports listen.
            port: That of HTTP; 0 picks a free one.
            grpc_port: That of gRPC; 0 picks a free one, None opens none.
            public_url: Where others reach the HTTP port, for the card; empty for `url`.
            card_key: PEM file of the private key that signs the card; None leaves it unsigned.
        """
        self._agent, self._info = EmotionAgent(tagging, info), info
        self._host, self._port, self._grpc_port = host, port, grpc_port
        self._public_url, self._card_key = public_url, card_key

    async def __aenter__(self) -> Self:
        """Open the ports.

        Raises:
            OSError: One is in use, none of this machine's, or the key cannot be read.
            InvalidArgumentError: The key is none.
        """
        logging.getLogger("a2a").setLevel(logging.CRITICAL)  # its lines quote what callers wrote
        async with AsyncExitStack() as opened:
            family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
            listening = opened.enter_context(socket.create_server((self._host, self._port), family=family))
            shown = f"[{self._host}]" if ":" in self._host else self._host
            self.url = f"http://{shown}:{listening.getsockname()[1]}"
            server = None if self._grpc_port is None else _grpc_server()
            grpc_address = None if server is None else self._bind(server, shown)
            self.card = make_card(self._info, self._public_url or self.url, grpc_address)
            if self._card_key is not None:
                sign_card(self.card, self._card_key)
            requests = AgentRequests(
                self._agent, RecentTasks(), self.card, request_context_builder=QuestionChecks(self._info)
            )
            opened.push_async_callback(requests.aclose)
            if server is not None:
                await _start_grpc(server, requests)
                opened.push_async_callback(server.stop, _CLOSE_SECONDS)
            opened.push_async_callback(_serve(_make_app(requests, self.card), listening))
            self._opened = opened.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close them; what is under way has a second."""
        await self._opened.aclose()

    def _bind(self, server: aio.Server, host: str) -> str:
        address = f"{host}:{self._grpc_port}"
        try:
            return f"{host}:{server.add_insecure_port(address)}"
        except RuntimeError as error:
            raise OSError(f"cannot listen on {address}; choose another with --grpc-port") from error


def _grpc_server() -> aio.Server:
    return aio.server(maximum_concurrent_rpcs=MOST_CALLS, options=[("grpc.so_reuseport", 0)])


async def _start_grpc(server: aio.Server, requests: AgentRequests) -> None:
    handler = GrpcHandler(requests, _GrpcActivation())
    add_A2AServiceServicer_to_server(handler, server)  # type: ignore[no-untyped-call]  # generated
    await server.start()


def _serve(app: ASGIApp, listening: socket.socket) -> Callable[[], Awaitable[None]]:
    """Answer requests of HTTP from now on; returns what ends that."""
    server = _Server(
        uvicorn.Config(
            app,
            lifespan="off",
            log_config=None,
            log_level="critical",  # else whoever sends nonsense fills the log, a line each
            access_log=False,
            server_header=False,
            limit_concurrency=MOST_CALLS,
            timeout_graceful_shutdown=_CLOSE_SECONDS,
        )
    )
    serving = asyncio.create_task(server.serve(sockets=[listening]), name="agent")

    async def stop() -> None:
        server.should_exit = True
        await serving

    return stop


def _make_app(requests: AgentRequests, card: AgentCard) -> Starlette:
    routes = [
        *create_agent_card_routes(card),
        *create_jsonrpc_routes(requests, "/", enable_v0_3_compat=True),
        *create_rest_routes(requests),
    ]
    return Starlette(routes=routes, middleware=[Middleware(_Door)], max_body_size=MOST_BYTES)


class _Door:
    """Refuses pages of browsers, which could use what this machine alone can reach; names extensions in answers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        if "origin" in headers:
            await PlainTextResponse("pages of other origins may not call", 403)(scope, receive, send)
            return
        named = EXTENSION in get_requested_extensions(headers.getlist(HEADER))

        async def answer(message: Message) -> None:
            if named and message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = EXTENSION
            await send(message)

        await self._app(scope, receive, answer)


class _GrpcActivation(DefaultGrpcServerCallContextBuilder):
    """Names extensions in answers, in the trailing metadata."""

    def build(self, context: aio.ServicerContext[Any, Any]) -> ServerCallContext:
        made = super().build(context)
        if EXTENSION in made.requested_extensions:
            context.set_trailing_metadata(((HEADER.lower(), EXTENSION),))
        return made


class _Server(uvicorn.Server):
    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]  # a generator's own type there
        """Leave signals to the command."""
        return nullcontext()
