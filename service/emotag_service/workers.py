"""Several processes of the service on the same ports: the addresses that they share, and what they are started with."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from emotag_service.access.address import check_apart, hold_address
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
        """Take the addresses, so that they stay theirs whichever of them dies.

        Args:
            config: What each of them serves with.
            ready: Called with the port for gRPC, once, when all of them take messages.

        Raises:
            ListenError: An address is in use, none of this machine's, or not protected as it has to be.
        """
        with ExitStack() as held:
            self._config = _hold(config, held)
            self._held = held.pop_all()
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
        config = self._config
        http = {} if config.http_port is None else {"http_port": config.http_port}
        _log.info("ready", host=config.host, port=config.port, workers=config.workers, **http)
        self._ready(config.port)

    async def _relay(self, what: str, values: dict[str, Any]) -> Any:
        """Make a change that some worker was asked for, in all of them; those that are started later have it, too."""
        if what != "change":
            raise AskError(f"does not know {what}")
        change, given = values["change"], values["given"]
        if change == "drain":
            return self.supervisor.signals.drain()
        return await self._changes.make(change, given)

    def _adopt(self, what: str, values: Mapping[str, Any]) -> None:
        """Have workers that are started from now on begin with a change; see `Changes`."""
        if what == "swap":
            self._config = replace(self._config, checkpoint=Path(values["checkpoint"]))
        elif what == "log level":
            self._config = replace(self._config, log_level=values["level"])
            set_level(values["level"])
        elif values:
            self._trials[what] = {**self._trials.get(what, {}), **values}
        else:
            self._trials.pop(what, None)


def _hold(config: ServeConfig, held: ExitStack) -> ServeConfig:
    """Take what ports there are; the configuration that is returned has the numbers of those that were picked."""

    def hold(host: str, port: int, options: tuple[str, str]) -> int:
        plaintext = config.tls_cert is None
        taken = hold_address(host, port, plaintext=plaintext, insecure=config.insecure, options=options)
        picked: int = held.enter_context(taken).getsockname()[1]
        return picked

    check_apart(*config.addresses)  # one that is held and not listened on looks free to others of ours
    port, *http = [hold(*front) for front in config.fronts]
    return replace(config, port=port, http_port=http[0] if http else None)
