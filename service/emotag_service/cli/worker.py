"""One worker of `emotag serve --workers N`: the service, linked to the supervisor that spawned it. Not for people."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from emotag_model.checkpoint import CheckpointError
from emotag_service.access.address import ListenError
from emotag_service.access.tokens import TokenFileError
from emotag_service.cli.operators import tracing
from emotag_service.config import ServeConfig
from emotag_service.engine.errors import EngineError
from emotag_service.ops.errors import DriftReferenceError
from emotag_service.process.link import AskError, WorkerLink
from emotag_service.process.logs import configure
from emotag_service.process.worker import LINK, NUMBER, QUESTIONS, TRIALS
from emotag_service.service import Service
from emotag_service.settings import ConfigError, SettingsParser, make_settings

if TYPE_CHECKING:
    from emotag_service.ops.workers import WorkerView
    from emotag_service.tracing import Tracing

_TELL_SECONDS = 5.0


class LinkedService:
    """A service and its link to the supervisor."""

    def __init__(self, config: ServeConfig, began: float, traced: Tracing | None, trials: dict[str, Any]) -> None:
        self.link = WorkerLink(self._answer)
        self._service = Service(
            config,
            ready=self._tell_ready,
            began=began,
            tracing=traced,
            processes=config.workers,
            make_change=self._ask_for_change,
            trials=trials,
        )
        self._view = _view(self._service, config)
        self._telling: asyncio.Task[Any] | None = None

    async def run(self, end: socket.socket) -> int:
        """Serve; returns the exit code. Without its supervisor it stops in order."""
        talking = await self.link.open(end)
        talking.add_done_callback(self._stop_when_alone)
        try:
            return 0 if await self._service.run() else 1
        except (ConfigError, DriftReferenceError) as error:
            return await self._fail(str(error), 2)
        except (ListenError, TokenFileError, CheckpointError, EngineError) as error:
            return await self._fail(str(error), 1)

    async def _fail(self, problem: str, code: int) -> int:
        with suppress(AskError):  # the supervisor may be gone, too
            await self.link.ask("failed", within=_TELL_SECONDS, problem=problem)
        return code

    def _stop_when_alone(self, talking: asyncio.Task[None]) -> None:
        if not talking.cancelled():  # by the end of the event loop
            self._service.drain()

    def _tell_ready(self, _port: int) -> None:
        self._telling = asyncio.create_task(self.link.ask("ready"))

    async def _ask_for_change(self, what: str, values: dict[str, Any]) -> Any:
        """Have the supervisor make a change, in all workers."""
        return await self.link.ask("change", change=what, given=values)

    async def _answer(self, what: str, values: dict[str, Any]) -> Any:
        if self._view is not None and what in QUESTIONS:
            return await self._view.answer(what)
        return await self._service.control.answer(what, values)


def main() -> int:
    """Run it; the options are those of `emotag serve`, and two more."""
    began = time.perf_counter()
    # Its command line says all that was set, wherever that was. Variables and the file that one of them names may have
    # changed since the supervisor read them: by those it would serve otherwise than the others, or not at all.
    parser = SettingsParser(prog="emotag serve", description=__doc__, environment={})
    parser.add_settings(ServeConfig)
    parser.add_argument(NUMBER, type=int, required=True, help="which worker this is")
    parser.add_argument(LINK, type=int, required=True, help="file descriptor of the link")
    parser.add_argument(TRIALS, type=json.loads, default={}, help="the shadow and the split to begin with, as JSON")
    args = parser.parse_args()
    config = make_settings(ServeConfig, args)
    configure(config.log_format, config.log_level, worker=args.number)
    return asyncio.run(_run(config, args.trials, socket.socket(fileno=args.link), began))


async def _run(config: ServeConfig, trials: dict[str, Any], end: socket.socket, began: float) -> int:
    async with tracing(config, "emotag-serve") as traced:
        return await LinkedService(config, began, traced, trials).run(end)


def _view(service: Service, config: ServeConfig) -> WorkerView | None:
    """What the supervisor's operators' port shows of it; a metrics library is imported only for that."""
    if config.ops_port is None:
        return None
    from emotag_service.ops.drift_reference import Reference  # noqa: PLC0415 - see above
    from emotag_service.ops.serving import serving_view  # noqa: PLC0415 - see above
    from emotag_service.ops.workers import WorkerView  # noqa: PLC0415 - see above

    return WorkerView(serving_view(service, Reference.load(config.drift_reference)))


if __name__ == "__main__":
    sys.exit(main())
