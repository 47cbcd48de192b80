"""A whole process of the service: an engine, its gRPC and HTTP fronts, and the signals that stop them."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from emotag_model.checkpoint import Checkpoint, default_checkpoint
from emotag_service.access.address import check_apart, check_plaintext
from emotag_service.access.callers import Callers
from emotag_service.access.tokens import Tokens
from emotag_service.control import Control
from emotag_service.engine.engine import Engine
from emotag_service.engine.errors import InvalidOptionsError
from emotag_service.engine.options import Options
from emotag_service.grpc.listen import Certificates
from emotag_service.grpc.server import Server
from emotag_service.process.changes import Changes
from emotag_service.process.lifetime import StopSignals, in_left_thread, keep_pauses_short, unless
from emotag_service.process.link import AskError
from emotag_service.process.logs import log_loop_error
from emotag_service.settings import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from emotag_service.config import ServeConfig
    from emotag_service.grpc.server import MakeChange
    from emotag_service.http.port import HttpPort
    from emotag_service.tracing import Tracing

_log = structlog.get_logger(__name__)


class Service:
    """Serves until it is told to stop.

    Attributes:
        server: The gRPC front; None until its address is taken.
        http: The HTTP front; None where it is not asked for.
        engine: What tags; None until the checkpoint is loaded.
        callers: The accounts of who calls, by any front; None until calls are taken.
        control: What changes this process.
    """

    def __init__(
        self,
        config: ServeConfig,
        *,
        ready: Callable[[int], None],
        began: float,
        tracing: Tracing | None = None,
        processes: int = 1,
        make_change: MakeChange | None = None,
        trials: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        """Make one.

        Args:
            config: What to serve with.
            ready: Called with the port once messages are welcome.
            began: When the process began, by `time.perf_counter`; the time to readiness is logged.
            tracing: Makes spans of what is done; None for none.
            processes: How many serve on the port; of more than one, a supervisor holds it.
            make_change: Makes the changes that AdminService is asked for; without it they are made here alone.
            trials: The shadow and the split to begin with.
        """
        self.server: Server | None = None
        self.engine: Engine | None = None
        self.callers: Callers | None = None
        self.http: HttpPort | None = None
        self._config = config
        self._ready = ready
        self._began = began
        self._tracing = tracing
        self._processes = processes
        self._trials = trials or {}
        self._signals = StopSignals(grace_seconds=config.drain_seconds)
        self.control = Control(lambda: self.engine, config, self._trials, self.drain)
        self._make_change = make_change or Changes(self._ask).make

    async def run(self) -> bool:
        """Serve until a signal, then drain; a second signal stops at once.

        Returns:
            Whether every admitted message was answered, and no answer over HTTP was cut off.

        Raises:
            ConfigError: Settings contradict the checkpoint.
            ListenError: The address cannot be listened on.
            CheckpointError: The checkpoint cannot be loaded.
            EngineError: The engine cannot be started.
        """
        asyncio.get_running_loop().set_exception_handler(log_loop_error)
        self._signals.listen()
        keep_pauses_short()
        self.server = server = self._listen()
        try:
            self.http = open_http(self._config, held=self._processes > 1)
            if await unless(self._signals.stop, self._load()) and self.engine is not None:
                return await self._serve(server, self.engine)
            return True  # nothing was taken yet
        finally:
            await self._stop(server)

    def drain(self) -> None:
        """Have it stop in order, as a first signal does; what is under way of that goes on."""
        self._signals.drain()

    def _listen(self) -> Server:
        host, port, protection = self._config.host, self._config.port, self._config.protection
        held = self._processes > 1
        if self._tracing is None:
            return Server(host, port, protection=protection, held=held)
        from emotag_service.grpc.tracing import CallTracing  # noqa: PLC0415 - OpenTelemetry is an extra

        return Server(host, port, protection=protection, held=held, tracing=CallTracing(self._tracing))

    async def _load(self) -> None:
        self.engine = engine = await in_left_thread(partial(load_engine, self._config, self._processes))
        if self._tracing is not None:
            engine.observe(self._tracing)

    async def _serve(self, server: Server, engine: Engine) -> bool:
        starting = asyncio.ensure_future(self._start(server, engine))
        try:
            if await unless(self._signals.stop, _end_of(starting)):
                self._announce(server, engine)
                await self._signals.stop.wait()
            elif not engine.stats().held:
                return True
            clean = await self._drain(server, engine)  # it may still warm up, for what was taken meanwhile
            if engine.branches.live.pool.hopeless:
                await starting  # raises why no replica came to run, where none did
            return clean
        finally:
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
            # Together, so that calls which wait for the engine are answered before they are cancelled.
            await asyncio.gather(self.control.close(), engine.close(), self._stop(server))

    async def _start(self, server: Server, engine: Engine) -> None:
        if self._trials:  # before anything is taken, which would be answered as if there were none
            await engine.start()
            await self.control.resume()
        self.callers = callers = Callers(engine, self._config.protection.quota)
        if self.http is not None:
            self.http.start(engine, callers)
        # Together, so that health can be asked, and messages can queue, while replicas warm up.
        begun = [server.start(engine, callers, self._make_change)]
        await asyncio.gather(*begun, *([] if self._trials else [engine.start()]))

    async def _stop(self, server: Server) -> None:
        stops = [server.stop()] if self.http is None else [server.stop(), self.http.stop()]
        await asyncio.gather(*stops)

    async def _ask(self, what: str, *, within: float | None = None, **values: Any) -> dict[int, Any]:  # noqa: ARG002
        """Ask this process as a supervisor asks its workers."""
        try:
            return {0: await self.control.answer(what, values)}
        except AskError as error:
            return {0: error}

    def _announce(self, server: Server, engine: Engine) -> None:
        model = engine.model.identity
        _log.info(
            "serving",
            host=self._config.host,
            port=server.port,
            model=model.name,
            version=model.version,
            computes=engine.model.computes,
            startup_seconds=round(time.perf_counter() - self._began, 3),
        )
        self._ready(server.port)

    async def _drain(self, server: Server, engine: Engine) -> bool:
        end = asyncio.get_running_loop().time() + self._config.drain_seconds
        unanswered, cut_off = 0, 0

        async def drain() -> None:
            nonlocal unanswered, cut_off
            if self.http is not None:
                self.http.drain()
            unanswered = await server.drain(engine, self._config.drain_seconds)
            if self.http is not None:  # its replies went on meanwhile
                cut_off = await self.http.replied(end)

        finished = await unless(self._signals.stop_now, drain())
        clean = finished and not unanswered and not cut_off
        _log.info("stopped", clean=clean, unanswered=unanswered if finished else None)
        return clean


async def _end_of(task: asyncio.Future[None]) -> None:
    """Wait for a task, which goes on when the wait is given up."""
    await asyncio.shield(task)


def open_http(config: ServeConfig, *, held: bool) -> HttpPort | None:
    """Take the address of the HTTP port where it is asked for; a web server is imported only for it.

    Args:
        config: What to serve with.
        held: A supervisor has the address, for this process and others.

    Raises:
        ListenError: The address cannot be listened on.
    """
    if config.http is None:
        return None
    from emotag_service.http.port import HttpPort  # noqa: PLC0415 - see above

    return HttpPort(config.http, config.protection, held=held)


def load_engine(config: ServeConfig, processes: int = 1) -> Engine:
    """Load the checkpoint, and make the engine of it, not started; `processes` share the cores.

    Raises:
        CheckpointError: The checkpoint cannot be loaded.
        EngineError: The engine cannot be had on these devices.
        ConfigError: Settings contradict the checkpoint.
    """
    checkpoint, limits = Checkpoint.load(config.checkpoint or default_checkpoint()), config.engine_limits
    try:
        engine = Engine.from_checkpoint(checkpoint, devices=config.devices, limits=limits, processes=processes)
        engine.check_options(Options(config.http_taxonomy))
    except ValueError as error:  # bounds that do not fit the checkpoint
        raise ConfigError(str(error)) from error
    except InvalidOptionsError as error:
        raise ConfigError(f"--http-taxonomy: {str(error).partition(': ')[2]}") from error
    return engine


def check(config: ServeConfig) -> None:
    """Read every file that settings name and look at the addresses, as a start would, and listen on nothing.

    A name that nobody knows here may be known where it is served.

    Raises:
        ConfigError: Settings contradict each other or the checkpoint.
        ListenError: A certificate cannot be used, an address not in plaintext, or one is given twice.
        TokenFileError: The file of tokens cannot be used.
        CheckpointError: The checkpoint cannot be loaded.
        EngineError: The engine cannot be had on these devices.
    """
    protection = config.protection
    if protection.tls is not None:
        Certificates(protection.tls)
    elif not protection.insecure:
        _check_addresses(config)
    check_apart(*config.addresses)
    if protection.tokens is not None:
        Tokens(protection.tokens)
    load_engine(config)


def _check_addresses(config: ServeConfig) -> None:
    for host, port, options in config.fronts:
        with suppress(OSError, UnicodeError):
            check_plaintext(host, port, insecure=False, option=options[0])
