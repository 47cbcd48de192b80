"""Several processes of the service on one port: the address that they share, and what they are started with."""

from __future__ import annotations

import json
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from emotag_service.grpc.listen import hold_address
from emotag_service.process.changes import Changes
from emotag_service.process.link import AskError
from emotag_service.process.logs import set_level
from emotag_service.process.supervisor import Supervisor
from emotag_service.process.worker import TRIALS
from emotag_service.settings import given_options

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from emotag_service.config import ServeConfig

_log = structlog.get_logger(__name__)
_COMMAND = (sys.executable, "-m", "emotag_service.cli.worker")


class Workers:
    """The workers of `emotag serve --workers N`.

    Attributes:
        supervisor: Keeps their processes.
    """

    def __init__(self, config: ServeConfig, ready: Callable[[int], None]) -> None:
        """Take the address, so that it stays theirs whichever of them dies.

        Args:
            config: What each of them serves with.
            ready: Called with the port, once, when all of them take messages.

        Raises:
            ListenError: The address is in use, none of this machine's, or not protected as it has to be.
        """
        self._held = hold_address(config.host, config.port, plaintext=config.tls_cert is None, insecure=config.insecure)
        self._config = replace(config, port=self._held.getsockname()[1])
        self._ready = ready
        self._trials: dict[str, dict[str, Any]] = {}
        self.supervisor = Supervisor(
            config.workers,
            self._command,
            drain_seconds=config.drain_seconds,
            on_ready=self._announce,
            relay=self._relay,
        )
        self._changes = Changes(self.supervisor.ask_all, self._adopt, self.supervisor.replace)

    async def run(self) -> int:
        """Serve until a signal; see `Supervisor.run`."""
        with self._held:
            return await self.supervisor.run()

    def _command(self) -> list[str]:
        return [*_COMMAND, *given_options(self._config), TRIALS, json.dumps(self._trials)]

    def _announce(self) -> None:
        _log.info("ready", host=self._config.host, port=self._config.port, workers=self._config.workers)
        self._ready(self._config.port)

    async def _relay(self, what: str, values: dict[str, Any]) -> Any:
        """Make a change that some worker was asked for, in all of them; those that are started later have it, too."""
        if what != "change":
            raise AskError(f"does not know {what}")
        change, given = values["change"], values["given"]
        if change == "drain":
            return self.supervisor.signals.received(signal.SIGTERM)
        answer = await self._changes.make(change, given)
        if change == "log level":
            self._config = replace(self._config, log_level=given["level"])
            set_level(given["level"])
        return answer

    def _adopt(self, what: str, values: Mapping[str, Any]) -> None:
        """Have workers that are started from now on begin with a change; see `Changes`."""
        if what == "swap":
            self._config = replace(self._config, checkpoint=Path(values["checkpoint"]))
        elif values:
            self._trials[what] = {**self._trials.get(what, {}), **values}
        else:
            self._trials.pop(what, None)
