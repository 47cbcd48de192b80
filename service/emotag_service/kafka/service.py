"""A whole process of the tagger: topics, an engine, the loop, and the signals that stop them."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import structlog

from emotag_service.kafka.cluster.aiokafka_private import own_connections
from emotag_service.kafka.cluster.client_logs import ClientLogs, log_all_but_copies
from emotag_service.kafka.cluster.destinations import Destinations
from emotag_service.kafka.cluster.reachability import cluster_answers, wait_for_cluster
from emotag_service.kafka.errors import TaggerError
from emotag_service.kafka.plan import Plan
from emotag_service.kafka.registry.choice import open_schemas
from emotag_service.kafka.registry.settings import RegistrySettings
from emotag_service.kafka.tagging.dry_run import DryRun
from emotag_service.kafka.tagging.engine_choice import IN_PROCESS, make_engine
from emotag_service.kafka.tagging.local_engine import LocalEngine
from emotag_service.kafka.tagging.progress import Meters, Progress, Screen
from emotag_service.kafka.tagging.tagger import Tagger
from emotag_service.process.lifetime import StopSignals, freeze_what_is_loaded, unless
from emotag_service.process.logs import stack
from emotag_service.settings import ConfigError

if TYPE_CHECKING:
    from typing import TextIO

    from emotag_service.engine.engine import Engine
    from emotag_service.kafka.cluster.client import ClientSettings
    from emotag_service.kafka.config import TagTopicConfig
    from emotag_service.kafka.registry.schemas import Schemas
    from emotag_service.kafka.tagging.remote_engine import RemoteEngine
    from emotag_service.kafka.tagging.tracing import RecordTracing
    from emotag_service.tracing import Tracing

_log = structlog.get_logger(__name__)


class TaggerService:
    """Tags until it is told to stop.

    Attributes:
        meters: What it has counted.
    """

    def __init__(
        self,
        config: TagTopicConfig,
        client: ClientSettings,
        *,
        screen: Screen,
        output: TextIO,
        began: float,
        tracing: Tracing | None = None,
        registry: RegistrySettings | None = None,
    ) -> None:
        """Make one.

        Args:
            config: What to tag, and how.
            client: How the cluster is reached.
            screen: Where the progress line goes, on a terminal.
            output: Where a dry run prints.
            began: When the process began, by `time.perf_counter`; the time to readiness is logged.
            tracing: Makes spans of records; None for none.
            registry: Where the schemas of values are; None for nowhere.

        Raises:
            SettingsError: Settings contradict each other.
            ConfigError: Likewise.
        """
        self.meters = Meters()
        self._tag_engine: LocalEngine | RemoteEngine | None = None
        self._config = config
        self._client = client
        self._screen = screen
        self._output = output
        self._began = began
        self._tracing = tracing
        self._registry = registry or RegistrySettings()
        self._plan = Plan(config)
        self._loop_settings = config.loop_settings()
        self._signals = StopSignals()

    @property
    def engine(self) -> Engine | None:
        """What tags in this process; None while it starts, and where a service does it."""
        return None if self._tag_engine is None else self._tag_engine.engine

    @property
    def loads(self) -> bool:
        """Whether it has begun to load an engine for this process and has none yet; it waits for the cluster before."""
        return isinstance(self._tag_engine, LocalEngine) and self._tag_engine.engine is None

    async def run(self) -> bool:
        """Tag until a signal; then commit what is written and leave the group. A second signal stops at once.

        Returns:
            Whether it stopped in order.

        Raises:
            TaggerError: What no retry mends; the text says what to do.
        """
        asyncio.get_running_loop().set_exception_handler(log_all_but_copies)
        self._signals.listen()
        with ClientLogs(lambda: cluster_answers(self._client)) as client_logs:
            try:
                async with own_connections():
                    return await unless(self._signals.stop_now, self._tag(client_logs))
            except (TaggerError, ConfigError):
                raise
            except Exception as error:  # whatever it is, it ends here
                if self._config.dry_run and isinstance(error, BrokenPipeError):
                    raise  # whoever read what it prints is gone, which every command of `emotag` ends by alike
                # A traceback would print the words of exceptions, which may quote a record.
                _log.error("tagger failed", error=type(error).__name__, stack=stack(error))
                raise TaggerError(
                    f"it failed with {type(error).__name__}, which nobody foresaw; nothing that was not committed is "
                    "lost: start it again, and report the event above"
                ) from None

    async def check(self) -> None:
        """Load what tags in this process, or read the files that a service is reached with; connect nowhere.

        Raises:
            TaggerError: Settings contradict each other or the checkpoint, or a file cannot be used.
        """
        if (schemas := self._open_schemas()) is not None:
            await schemas.close()
        engine = self._make_engine()
        try:
            if isinstance(engine, LocalEngine):
                await engine.start()
                self._plan.routes.check_labels(engine.labels)
            else:
                await engine.check_files()
        finally:
            await engine.close()

    async def _tag(self, client_logs: ClientLogs) -> None:
        schemas = self._open_schemas()  # before the cluster: what is wrong with these settings is known without it
        try:
            await self._tag_by(schemas, client_logs)
        finally:
            if schemas is not None:
                await schemas.close()

    async def _tag_by(self, schemas: Schemas | None, client_logs: ClientLogs) -> None:
        destinations = Destinations(self._client, self._plan.routes, create=not self._config.no_create_topics)
        # Before the engine: it loads for seconds, and what is wrong with the cluster is known in a moment.
        if not await unless(self._signals.stop, self._prepare_topics(destinations)):
            return
        self._tag_engine = engine = self._make_engine()
        try:
            if await unless(self._signals.stop, engine.start()):
                if self._tracing is not None and engine.engine is not None:
                    engine.engine.observe(self._tracing)
                self._plan.routes.check_labels(engine.labels)
                await self._work(destinations, engine, client_logs, schemas)
        finally:
            await engine.close()

    def _open_schemas(self) -> Schemas | None:
        config = self._config
        return open_schemas(
            self._registry, codec=config.codec, text_field=config.text_field, tag_field=config.tag_field
        )

    def _make_engine(self) -> LocalEngine | RemoteEngine:
        config = self._config
        return make_engine(
            config.engine,
            taxonomy=config.taxonomy,
            checkpoint=config.checkpoint,
            devices=config.devices,
            tls=config.engine_tls,
            token=config.engine_token_file,
            metadata=self._outgoing(),
        )

    async def _prepare_topics(self, destinations: Destinations) -> None:
        await wait_for_cluster(self._client)
        if self._config.dry_run:  # it looks at topics, and makes none
            return
        if self._config.input_pattern:
            await destinations.wait_for(self._config.input_pattern)
        else:
            await destinations.prepare(self._loop_settings.topics)

    async def _work(
        self,
        destinations: Destinations,
        engine: LocalEngine | RemoteEngine,
        client_logs: ClientLogs,
        schemas: Schemas | None,
    ) -> None:
        rewriter = self._plan.rewriter(destinations.limits, schemas)
        if self._config.dry_run:
            dry_run = DryRun(self._loop_settings, self._client, engine, rewriter, self._output, schemas)
            await unless(self._signals.stop, dry_run.run(self._config.dry_run))
            return
        freeze_what_is_loaded()
        self._announce()
        tagger = Tagger(
            self._loop_settings,
            self._client.kwargs(),
            engine,
            rewriter,
            self.meters,
            tracing=self._record_tracing(),
            schemas=schemas,
            ready=destinations.ready,
        )
        beside = [asyncio.ensure_future(self._progress(client_logs).run())]
        if self._config.input_pattern:
            beside.append(asyncio.ensure_future(destinations.watch(self._config.input_pattern)))
        try:
            await tagger.run(self._signals.stop)
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            self._conclude()

    def _outgoing(self) -> tuple[tuple[str, str], ...]:
        """What the frames that a service gets from here hang on."""
        if self._tracing is None or self._config.engine == IN_PROCESS:
            return ()
        return self._tracing.outgoing("emotag tag-topic")

    def _record_tracing(self) -> RecordTracing | None:
        if self._tracing is None:
            return None
        from emotag_service.kafka.tagging.tracing import RecordTracing  # noqa: PLC0415 - OpenTelemetry is an extra

        return RecordTracing(self._tracing, self._config.group)

    def _progress(self, client_logs: ClientLogs) -> Progress:
        return Progress(self.meters, self._screen, client_logs.progress, line=self._screen.isatty())

    def _announce(self) -> None:
        _log.info(
            "tagging",
            bootstrap=",".join(self._client.bootstrap),
            inputs=self._config.input_pattern or list(self._loop_settings.topics),
            outputs=self._config.output or self._config.output_template,
            group=self._config.group,
            codec=self._config.codec,
            engine=self._config.engine,
            delivery=self._config.delivery,
            startup_seconds=round(time.perf_counter() - self._began, 3),
        )

    def _conclude(self) -> None:
        _log.info(
            "stopped",
            published=self.meters.published,
            tagged=self.meters.tagged.total(),
            dead_letters=self.meters.dead_letters.total(),
            transactions=self.meters.transactions,
        )
