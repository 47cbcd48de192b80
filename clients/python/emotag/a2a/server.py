"""The agent's ports: JSON-RPC and REST on one, gRPC on another, over one executor and one memory of tasks."""

from __future__ import annotations

import logging
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from a2a.server.request_handlers import GrpcHandler
from a2a.types.a2a_pb2_grpc import add_A2AServiceServicer_to_server
from a2a.utils.constants import AGENT_CARD_WELL_KNOWN_PATH
from grpc import aio

from emotag.a2a.agent import AgentRequests, EmotionAgent
from emotag.a2a.card import make_card, sign_card
from emotag.a2a.grpc import CallContexts, TokenCheck
from emotag.a2a.http import make_app
from emotag.a2a.question import QuestionChecks
from emotag.a2a.tasks import RecentTasks
from emotag.errors import InvalidArgumentError
from emotag_service.access.address import spelled
from emotag_service.access.bearer import Bearer
from emotag_service.access.door import Door
from emotag_service.access.protection import ConnectionLimits, Protection
from emotag_service.access.tokens import Tokens
from emotag_service.access.web import WebPort
from emotag_service.grpc.boundary import GuardedServer
from emotag_service.grpc.listen import Certificates, listen

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from a2a.types import AgentCard

    from emotag.info import Info
    from emotag.tagging import Tagging

MOST_CALLS = 256  # at once, on either port
_LIMITS = ConnectionLimits(connections=MOST_CALLS)
_PROTECTION = Protection(connections=_LIMITS)
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
        protection: Protection = _PROTECTION,
    ) -> None:
        """Take no address yet.

        Args:
            tagging: What tags.
            info: What it tags by.
            host: Where both ports listen.
            port: That of HTTP; 0 picks a free one.
            grpc_port: That of gRPC; 0 picks a free one, None opens none.
            public_url: Where others reach the HTTP port, for the card; empty for `url`. They reach that of gRPC by the
                same host.
            card_key: PEM file of the private key that signs the card; None leaves it unsigned.
            protection: Who may connect and call, on either port; of its quotas and switches none is looked at.

        Raises:
            InvalidArgumentError: `public_url` is none.
        """
        self._agent, self._info = EmotionAgent(tagging, info), info
        self._host, self._port, self._grpc_port = host, port, grpc_port
        self._public_url, self._card_key = public_url, card_key
        self._public_host = _host_of(public_url) if public_url else host
        self._protection = protection

    async def __aenter__(self) -> Self:
        """Open the ports.

        Raises:
            ListenError: One is in use, none of this machine's, or not protected as it has to be.
            TokenFileError: The file of tokens cannot be used.
            InvalidArgumentError: The key is none.
            OSError: It cannot be read.
        """
        logging.getLogger("a2a").setLevel(logging.CRITICAL)  # its lines quote what callers wrote
        protection = self._protection
        bearer = None if protection.tokens is None else Bearer(Tokens(protection.tokens))
        async with AsyncExitStack() as opened:
            web = WebPort(self._host, self._port, protection, ("--host", "--port"))
            opened.push_async_callback(web.stop)
            self.url = f"{'https' if web.tls else 'http'}://{spelled(self._host, web.port)}"
            server = None if self._grpc_port is None else _grpc_server(protection, bearer)
            grpc_address = None if server is None else self._bind(server)
            self.card = make_card(
                self._info,
                self._public_url or self.url,
                grpc_address,
                tokens=bearer is not None,
                certificates=protection.mutual,
            )
            if self._card_key is not None:
                sign_card(self.card, self._card_key)
            requests = AgentRequests(
                self._agent, RecentTasks(), self.card, request_context_builder=QuestionChecks(self._info)
            )
            opened.push_async_callback(requests.aclose)
            if server is not None:
                handler, guarded = GrpcHandler(requests, CallContexts()), GuardedServer(server)
                add_A2AServiceServicer_to_server(handler, guarded)  # type: ignore[no-untyped-call]  # generated
                await server.start()
                opened.push_async_callback(server.stop, _CLOSE_SECONDS)
            web.serve(Door(make_app(requests, self.card), bearer, public=(AGENT_CARD_WELL_KNOWN_PATH,)))
            opened.push_async_callback(web.stop)  # before what its requests are answered by
            self._opened = opened.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close them; what is under way has a second."""
        await self._opened.aclose()

    def _bind(self, server: aio.Server) -> str:
        """Listen for gRPC, and return where others reach that."""
        files, insecure = self._protection.tls, self._protection.insecure
        credentials = None if files is None else Certificates(files).credentials()
        port = self._grpc_port or 0
        chosen = ("--host", "--grpc-port")
        port = listen(server, self._host, port, credentials, insecure=insecure, options=chosen)
        return spelled(self._public_host, port)


def _host_of(url: str) -> str:
    problem = f"--url: is {url!r}; give one such as https://emotions.example.org:9999"
    try:
        host = urlsplit(url).hostname
    except ValueError as error:
        raise InvalidArgumentError(problem, field="public_url") from error
    if not host:
        raise InvalidArgumentError(problem, field="public_url")
    return host


def _grpc_server(protection: Protection, bearer: Bearer | None) -> aio.Server:
    return aio.server(
        maximum_concurrent_rpcs=MOST_CALLS,
        interceptors=[] if bearer is None else [TokenCheck(bearer)],
        options=[("grpc.so_reuseport", 0), *protection.connections.options()],
    )
