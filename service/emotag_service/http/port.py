"""The HTTP port: uvicorn on the event loop of the engine, over a socket that is taken before a model is loaded."""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import structlog
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from emotag.errors import InvalidArgumentError
from emotag.tls import read_authorities, read_identity
from emotag_service.access.address import ListenError, check_address, unusable
from emotag_service.access.reloaded import Reloaded
from emotag_service.http.app import make_app
from emotag_service.http.desk import Desk

if TYPE_CHECKING:
    from emotag_service.access.callers import Callers
    from emotag_service.access.protection import Protection, TlsFiles
    from emotag_service.contract.traffic import Traffic
    from emotag_service.engine.engine import Engine
    from emotag_service.http.settings import HttpSettings

_log = structlog.get_logger(__name__)
_PREFIX = "http-"
_CLOSE_SECONDS = 1
_SHORT = {"commonName": "CN", "organizationName": "O", "organizationalUnitName": "OU", "countryName": "C"}


class HttpPort:
    """Serves the HTTP front on one address.

    Attributes:
        port: Where it listens.
        traffic: What became of requests; None until it is started.
    """

    def __init__(self, settings: HttpSettings, protection: Protection, *, held: bool = False) -> None:
        """Take the address; port 0 picks a free one.

        Args:
            settings: Where it listens, and what its callers get.
            protection: Who may connect, and do what.
            held: Another process has the address by `hold_address`, for this one and others.

        Raises:
            ListenError: It is in use, none of this machine's, or not protected as it has to be.
        """
        self._settings = settings
        self._protection = protection
        self._tls = None if protection.tls is None else HttpCertificates(protection.tls)
        self._socket = _listen(settings, protection, held=held)
        self.port: int = self._socket.getsockname()[1]
        self.traffic: Traffic | None = None
        self._desk: Desk | None = None
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    def start(self, engine: Engine, callers: Callers) -> None:
        """Answer requests by `engine`, started or not.

        Raises:
            TokenFileError: The file of tokens cannot be used.
        """
        self._desk = Desk(engine, callers, self._settings, self._protection)
        app, self.traffic = make_app(self._desk)
        connections = self._protection.connections
        self._server = _Server(
            uvicorn.Config(
                app,
                http=cast("Any", partial(WatchedConnection, seconds=connections.handshake_seconds)),
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="critical",  # else whoever sends nonsense fills the log, a line each
                access_log=False,
                server_header=False,
                proxy_headers=False,
                limit_concurrency=connections.connections,
                timeout_keep_alive=max(1, int(connections.idle_seconds)),
                timeout_graceful_shutdown=_CLOSE_SECONDS,
                h11_max_incomplete_event_size=connections.metadata_bytes,
                ssl_context_factory=None if self._tls is None else self._tls.context,
            )
        )
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._socket]), name="http port")
        _log.info("http port opened", host=self._settings.host, port=self.port, tls=self._tls is not None)

    def drain(self) -> None:
        """End streams once what was taken is answered; the engine refuses everything new."""
        if self._desk is not None:
            self._desk.stopping.set()

    async def stop(self) -> None:
        """Take no more connections, give replies a moment, and cancel the rest. Idempotent."""
        self.drain()
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            await self._serving
        self._socket.close()


class _Server(uvicorn.Server):
    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]  # a generator's own type there
        """Leave signals to the service."""
        return nullcontext()


class WatchedConnection(H11Protocol):
    """A connection that is closed when no request comes on it: uvicorn waits for ever for the rest of a header."""

    def __init__(self, *args: Any, seconds: float, **kwargs: Any) -> None:
        """Make one; `seconds` is how long the first header may take."""
        super().__init__(*args, **kwargs)
        self._seconds = seconds
        self._seen: object = None
        self._watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Begin to watch, and note whose certificate it is."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "subject": subject_of(transport.get_extra_info("peercert"))}
        self._watch = self.loop.call_later(self._seconds, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop watching."""
        if self._watch is not None:
            self._watch.cancel()
        super().connection_lost(exc)

    def _look(self) -> None:
        """Close when no header came since the last look, and none is being answered."""
        resting = self.cycle is None or self.cycle.response_complete
        if resting and self.cycle is self._seen:
            self.transport.abort()
            return
        self._seen = self.cycle if resting else self._seen
        self._watch = self.loop.call_later(self.timeout_keep_alive, self._look)


class HttpCertificates:
    """What connections are encrypted with: the files as they are at each handshake, else as they last were."""

    def __init__(self, files: TlsFiles) -> None:
        """Read them.

        Raises:
            ListenError: A file cannot be used.
        """
        self._files = files
        every = (files.certificate, files.key, files.client_ca)
        try:
            self._current = Reloaded("certificates", every, self._read, InvalidArgumentError, OSError)
        except (InvalidArgumentError, ssl.SSLError) as error:
            raise ListenError(str(error)) from error

    def context(self, *_: Any) -> ssl.SSLContext:
        """What the server listens with; OpenSSL asks in each handshake what connections go on with."""
        context = self._current.now()
        context.sni_callback = self._refresh
        return context

    def _refresh(self, connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        connection.context = self._current.now()

    def _read(self) -> ssl.SSLContext:
        files, context = self._files, ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        read_identity(files.certificate, files.key, ("--tls-cert", "--tls-key"))  # says what is wrong with a file
        context.load_cert_chain(files.certificate, files.key)
        if files.client_ca is not None:
            read_authorities(files.client_ca, "--tls-client-ca")
            context.load_verify_locations(files.client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
        return context


def subject_of(certificate: Any) -> str:
    """The subject of a client's certificate, spelled as gRPC does; empty where there is none."""
    parts = [part for row in (certificate or {}).get("subject", ()) for part in row]
    return ",".join(f"{_SHORT.get(name, name)}={value}" for name, value in reversed(parts))


def _listen(settings: HttpSettings, protection: Protection, *, held: bool) -> socket.socket:
    host, port = settings.host, settings.port
    try:
        if not held:
            plaintext = protection.tls is None
            check_address(host, port, plaintext=plaintext, insecure=protection.insecure, prefix=_PREFIX)
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=1024, reuse_port=held)
    except (OSError, UnicodeError) as error:
        raise unusable(host, port, error, _PREFIX) from error
