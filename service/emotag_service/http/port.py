"""The HTTP port of the service: its routes over the engine, on an address that is taken before a model is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from emotag_service.access.web import WebPort
from emotag_service.http.app import make_app
from emotag_service.http.desk import Desk
from emotag_service.http.settings import HTTP_OPTIONS

if TYPE_CHECKING:
    from emotag_service.access.callers import Callers
    from emotag_service.access.protection import Protection
    from emotag_service.contract.traffic import Traffic
    from emotag_service.engine.engine import Engine
    from emotag_service.http.settings import HttpSettings

_log = structlog.get_logger(__name__)


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
        self._web = WebPort(settings.host, settings.port, protection, HTTP_OPTIONS, held=held)
        self.port = self._web.port
        self.traffic: Traffic | None = None
        self._desk: Desk | None = None

    def start(self, engine: Engine, callers: Callers) -> None:
        """Answer requests by `engine`, started or not.

        Raises:
            TokenFileError: The file of tokens cannot be used.
        """
        self._desk = Desk(engine, callers, self._settings, self._protection)
        app, self.traffic = make_app(self._desk)
        self._web.serve(app)
        _log.info("http port opened", host=self._settings.host, port=self.port, tls=self._web.tls)

    def drain(self) -> None:
        """End streams once what was taken is answered, and refuse everything new."""
        if self._desk is not None:
            self._desk.stop()

    async def replied(self, end: float) -> int:
        """Wait until what was taken is answered to the last byte, until `end` by the loop's clock at most.

        Returns:
            How many replies are cut off.
        """
        left = await self._web.replied(end)
        if left:
            _log.warning("replies cut off", replies=left)
        return left

    async def stop(self) -> None:
        """Take no more connections, give replies a moment, and cancel the rest. Idempotent."""
        self.drain()
        await self._web.stop()
