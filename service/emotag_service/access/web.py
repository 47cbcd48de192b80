"""The HTTP port of whatever answers by HTTP: uvicorn on the event loop, over a socket that is taken before."""

from __future__ import annotations

import asyncio
import fcntl
import select
import socket
import ssl
import sys
import termios
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import h11
import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.protocols.http.h11_impl import H11Protocol

from emotag.tls import read_authorities, read_identity
from emotag_service.access.address import check_address, unusable
from emotag_service.access.files import reloaded_certificates
from emotag_service.access.subject import subject_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp

    from emotag_service.access.protection import Protection, TlsFiles

_CLOSE_SECONDS = 1
_LOOK_SECONDS = 0.05  # between two looks at what replies have left to send: nobody tells when the last byte has gone
_HELD_SECONDS = 1.0  # between two looks at a peer that is not read: nobody tells that it has gone either
# A peer that vanished without a word, and that nothing is sent to, is found after 80 s. TCP_USER_TIMEOUT is not set: it
# would find those soon whom something is sent to, too, but also ends peers that are there and merely do not read.
_PROBES = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 2}


class WebPort:
    """Takes an address, and answers what comes there by an application.

    Attributes:
        port: Where it listens.
        tls: Whether it is encrypted.
    """

    def __init__(
        self, host: str, port: int, protection: Protection, options: tuple[str, str], *, held: bool = False
    ) -> None:
        """Take the address.

        Args:
            host: Name or address of an interface.
            port: 0 picks a free one.
            protection: Who may connect, and do what.
            options: Those that choose host and port.
            held: Another process has the address by `hold_address`, for this one and others.

        Raises:
            ListenError: It is in use, none of this machine's, or not protected as it has to be.
        """
        self._protection = protection
        self._certificates = None if protection.tls is None else HttpCertificates(protection.tls)
        self._socket = _listen(host, port, protection, options, held=held)
        self.port: int = self._socket.getsockname()[1]
        self.tls = protection.tls is not None
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    def serve(self, app: ASGIApp, *, lifespan: bool = False) -> None:
        """Answer by `app` from now on; `lifespan`, where it is to be told when that begins and ends."""
        connections = self._protection.connections
        self._server = _Server(
            uvicorn.Config(
                app,
                http=cast("Any", partial(WatchedConnection, seconds=connections.handshake_seconds)),
                ws="none",
                lifespan="on" if lifespan else "off",
                log_config=None,
                log_level="critical",  # else whoever sends nonsense fills the log, a line each
                access_log=False,
                server_header=False,
                proxy_headers=False,
                limit_concurrency=connections.connections,
                timeout_keep_alive=max(1, int(connections.idle_seconds)),
                timeout_graceful_shutdown=_CLOSE_SECONDS,
                h11_max_incomplete_event_size=connections.metadata_bytes,
                ssl_context_factory=None if self._certificates is None else self._certificates.context,
            ),
            connections.handshake_seconds,
        )
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._socket]), name="http port")

    async def replied(self, end: float) -> int:
        """Wait until what is answered now is with its callers' machines, until `end` by the loop's clock at most.

        Whoever asks later holds nothing up, on the same connection neither: who does has all of the reply before.

        Returns:
            How many replies were not there then.
        """
        if self._server is None:
            return 0
        open_now = cast("set[WatchedConnection]", self._server.server_state.connections)
        owing = [(each, each.cycle) for each in open_now if each.owes()]
        while owing:
            await asyncio.sleep(_LOOK_SECONDS)  # also past the end, at which the engine answers what it gives up
            owing = [(each, reply) for each, reply in owing if each in open_now and each.cycle is reply and each.owes()]
            if asyncio.get_running_loop().time() >= end:
                break
        return len(owing)

    async def stop(self) -> None:
        """Take no more connections, give replies a moment, and cancel the rest. Idempotent."""
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            await self._serving
        self._socket.close()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, handshake_seconds: float) -> None:
        super().__init__(config)
        self._handshake_seconds = handshake_seconds

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, as uvicorn does on sockets that it is given, which has no bound of its own for TLS handshakes."""
        await self.lifespan.startup()
        if self.lifespan.should_exit:
            sys.exit(STARTUP_FAILURE)
        config, loop = self.config, asyncio.get_running_loop()

        def connection() -> asyncio.Protocol:
            made: Any = config.http_protocol_class
            return cast("asyncio.Protocol", made(config, self.server_state, self.lifespan.state, loop))

        seconds = None if config.ssl is None else self._handshake_seconds
        self.servers = [
            await loop.create_server(
                connection, sock=each, ssl=config.ssl, backlog=config.backlog, ssl_handshake_timeout=seconds
            )
            for each in sockets or ()
        ]
        self.started = True

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]  # a generator's own type there
        """Leave signals to the service."""
        return nullcontext()


class WatchedConnection(H11Protocol):
    """A connection that is closed when no request comes on it: uvicorn waits for ever for the rest of a header.

    What answers finds in its scope's state `subject`, whose certificate it came with, and `gone`, an event that is set
    once the connection is lost.
    """

    def __init__(self, *args: Any, seconds: float, **kwargs: Any) -> None:
        """Make one; `seconds` is how long the first header may take."""
        super().__init__(*args, **kwargs)
        self._seconds = seconds
        self._seen: object = None
        self._watch: asyncio.TimerHandle | None = None
        self._held: asyncio.TimerHandle | None = None
        self._gone = asyncio.Event()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Begin to watch, and note whose certificate it is."""
        super().connection_made(transport)
        subject = subject_of(transport.get_extra_info("peercert"))
        self.app_state = {**self.app_state, "subject": subject, "gone": self._gone}
        self._watch = self.loop.call_later(self._seconds, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop watching, and tell who waits for it."""
        for timer in (self._watch, self._held):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)
        self._gone.set()

    def data_received(self, data: bytes) -> None:
        """Take what came, and look after the peer while nothing more is read of it."""
        super().data_received(data)
        if self.flow.read_paused and self._held is None:
            self._held = self.loop.call_later(_HELD_SECONDS, self._look_behind)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP; where a reply has begun already there is nothing to say any more."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True  # what answers it has nobody to answer, and fails on none of its writes
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            super().send_400_response(msg)
        else:
            self.transport.close()

    def owes(self) -> bool:
        """Whether some of a reply is not with the peer's machine yet: not written, or not sent, or not received."""
        if self.cycle is not None and not self.cycle.response_complete:
            return True
        return _unsent(self.transport) > 0

    def _look(self) -> None:
        """Close when no header came since the last look, and none is being answered."""
        resting = self.cycle is None or self.cycle.response_complete
        if resting and self.cycle is self._seen:
            self.transport.abort()
            return
        self._seen = self.cycle if resting else self._seen
        self._watch = self.loop.call_later(self.timeout_keep_alive, self._look)

    def _look_behind(self) -> None:
        """Close when the peer has gone in the middle of a body that is not read on: asyncio does not see that then."""
        self._held = None
        if not self.flow.read_paused:
            return
        if self.cycle is not None and self.cycle.more_body and _hung_up(self.transport):
            self.transport.close()  # what is written goes out, where it has but closed its side
            return
        self._held = self.loop.call_later(_HELD_SECONDS, self._look_behind)


class HttpCertificates:
    """What connections are encrypted with: the files as they are at each handshake, else as they last were."""

    def __init__(self, files: TlsFiles) -> None:
        """Read them.

        Raises:
            ListenError: A file cannot be used.
        """
        self._files = files
        self._current = reloaded_certificates(files, self._read)

    def context(self, *_: Any) -> ssl.SSLContext:
        """What the server listens with."""
        context = _LatestContext(ssl.PROTOCOL_TLS_SERVER)
        context.latest = self._current.now
        return context

    def _read(self) -> ssl.SSLContext:
        files, context = self._files, ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        read_identity(files.certificate, files.key, ("--tls-cert", "--tls-key"))  # says what is wrong with a file
        context.load_cert_chain(files.certificate, files.key)
        if files.client_ca is not None:
            read_authorities(files.client_ca, "--tls-client-ca")
            context.load_verify_locations(files.client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
            # Whoever resumes a session shows no certificate. Without tickets nobody does by TLS 1.3.
            context.options |= ssl.OP_NO_TICKET
            context.num_tickets = 0
        return context


class _LatestContext(ssl.SSLContext):
    """Leaves each handshake to the context of the latest files, which knows no sessions of those before it.

    OpenSSL's own way, a context that is changed within the handshake, is too late: sessions are looked up before, and
    whom an authority let in that is trusted no more would come back by one.
    """

    latest: Callable[[], ssl.SSLContext]

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        """Begin a handshake."""
        return self.latest().wrap_bio(*args, **kwargs)


def _hung_up(transport: asyncio.Transport) -> bool:
    """Whether the peer has closed its side, be there something unread of it or not; False where systems do not tell."""
    connection = transport.get_extra_info("socket")
    if connection is None or connection.fileno() < 0:  # it is lost
        return False
    poll = select.poll()
    poll.register(connection.fileno(), getattr(select, "POLLRDHUP", 0))
    return bool(poll.poll(0))


def _unsent(transport: asyncio.Transport) -> int:
    """The bytes written to a connection that its peer's machine does not have yet.

    Those in the kernel count, too: it throws them away when a connection is closed on which something came unread.
    """
    below = getattr(getattr(transport, "_ssl_protocol", None), "_transport", None)  # TLS hands on all at once
    waiting = sum(each.get_write_buffer_size() for each in (transport, below) if each is not None)
    connection = transport.get_extra_info("socket")
    if connection is None or connection.fileno() < 0:  # it is lost
        return 0
    try:
        sent = fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, bytes(4))
    except OSError:  # not every system says
        return waiting
    return waiting + int.from_bytes(sent, sys.byteorder)


def _listen(host: str, port: int, protection: Protection, options: tuple[str, str], *, held: bool) -> socket.socket:
    try:
        if not held:
            plaintext = protection.tls is None
            check_address(host, port, plaintext=plaintext, insecure=protection.insecure, options=options)
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.create_server(address[:2], family=family, backlog=1024, reuse_port=held)
    except (OSError, UnicodeError) as error:
        raise unusable(host, port, error, options) from error
    _probe_peers(listening)
    return listening


def _probe_peers(listening: socket.socket) -> None:
    """Have the kernel ask peers that are silent whether they are there; connections have it from where they came in."""
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _PROBES.items():
        if (option := getattr(socket, name, None)) is not None:  # macOS has another name for the first
            listening.setsockopt(socket.IPPROTO_TCP, option, value)
