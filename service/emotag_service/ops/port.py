"""The operators' port: HTTP on a thread and an event loop of its own.

Its own, so that a stuck loop of the service is seen and not shared: /livez asks that loop and says 503 when it does
not answer, and /metrics can still be read. A scrape holds streams up by no more than the interpreter's switch interval
(5 ms) at a time, whatever it has to write.
"""

from __future__ import annotations

import asyncio
import socket
from threading import Thread
from typing import TYPE_CHECKING, Self

import structlog
import uvicorn

from emotag_service.ops.app import make_app
from emotag_service.ops.errors import PortError

if TYPE_CHECKING:
    from emotag_service.ops.view import View
    from emotag_service.ops.workers import WorkerPages

_log = structlog.get_logger(__name__)
_MOST_CONNECTIONS = 64
_STOP_SECONDS = 5.0


class OperatorsPort:
    """Serves a view over HTTP while the context lasts.

    Attributes:
        port: Where it listens.
    """

    def __init__(self, host: str, port: int, shown: View | WorkerPages) -> None:
        """Take the address; port 0 picks a free one.

        Raises:
            PortError: It is in use, not allowed, or none of this machine's.
        """
        self._socket = _listen(host, port)
        self.port: int = self._socket.getsockname()[1]
        self._host = host
        self._server = uvicorn.Server(
            uvicorn.Config(
                make_app(shown),
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                limit_concurrency=_MOST_CONNECTIONS,
                timeout_graceful_shutdown=1,
            )
        )
        self._thread = Thread(target=self._run, name="operators port", daemon=True)

    async def __aenter__(self) -> Self:
        self._thread.start()
        _log.info("operators port opened", host=self._host, port=self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.should_exit = True
        await asyncio.to_thread(self._thread.join, _STOP_SECONDS)
        self._socket.close()

    def _run(self) -> None:
        # Not the main thread: uvicorn leaves the signals to the service.
        asyncio.run(self._server.serve(sockets=[self._socket]))


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=_MOST_CONNECTIONS)
    except (OSError, UnicodeError) as error:
        why = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        raise PortError(f"cannot listen on {host}:{port}: {why}; choose with --ops-host and --ops-port") from error
