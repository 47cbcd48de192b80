"""A dry run: shows what would be written for some records; joins no group, writes nothing, commits nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TextIO

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from emotag_service.kafka.cluster.consumers import as_record, lone_consumer
from emotag_service.kafka.cluster.destinations import matching
from emotag_service.kafka.cluster.failures import explain
from emotag_service.kafka.cluster.producers import place
from emotag_service.kafka.cluster.topics import missing_inputs, open_topics
from emotag_service.kafka.errors import ClusterError
from emotag_service.kafka.records.printing import record_json, record_text
from emotag_service.kafka.tagging.buffer import prepare

if TYPE_CHECKING:
    from emotag_service.kafka.cluster.client import ClientSettings
    from emotag_service.kafka.records.record import Record
    from emotag_service.kafka.records.rewriter import Rewriter
    from emotag_service.kafka.registry.schemas import Schemas
    from emotag_service.kafka.tagging.settings import LoopSettings
    from emotag_service.kafka.tagging.tag_engine import Session, TagEngine

_log = structlog.get_logger(__name__)
_POLL_MS = 500
_BATCH = 64


class DryRun:
    """Reads where the group would go on, tags, and prints."""

    def __init__(
        self,
        settings: LoopSettings,
        client: ClientSettings,
        engine: TagEngine,
        rewriter: Rewriter,
        output: TextIO,
        schemas: Schemas | None = None,
    ) -> None:
        """Make one; on a terminal it prints for people, and JSON lines otherwise."""
        self._settings = settings
        self._client = client
        self._engine = engine
        self._rewriter = rewriter
        self._output = output
        self._schemas = schemas
        self._render = record_text if output.isatty() else record_json
        self._partitions: dict[str, int] = {}

    async def run(self, records: int) -> None:
        """Print what would be written for this many records, or for fewer where the inputs end.

        Raises:
            TaggerError: The cluster refuses, an input does not exist, or the policy is to stop at a record.
        """
        sources = await self._sources()
        consumer = lone_consumer(self._client.kwargs(), group=self._settings.group, start=self._settings.start)
        try:
            await consumer.start()
            await self._run(consumer, sources, records)
        except KafkaError as error:
            explained = explain(error, "reading", user=self._client.sasl_username, operation="Read")
            raise explained or ClusterError(f"reading: {type(error).__name__}; is the cluster up?") from error
        finally:
            await consumer.stop()

    async def _sources(self) -> list[TopicPartition]:
        async with open_topics(self._client) as topics:
            pattern = self._settings.pattern
            names = matching(pattern, await topics.names()) if pattern else self._settings.topics
            counts = await topics.find(names, "Read")
        if missing := [name for name in names if name not in counts]:
            raise missing_inputs(missing, self._client.bootstrap)
        return [TopicPartition(name, number) for name, count in counts.items() for number in range(count)]

    async def _run(self, consumer: AIOKafkaConsumer, sources: list[TopicPartition], records: int) -> None:
        shown = 0
        if sources:
            consumer.assign(sources)
            ends = await consumer.end_offsets(sources)
            session = self._engine.session("dry run")
            try:
                while shown < records and await _more(consumer, ends):
                    found = await consumer.getmany(timeout_ms=_POLL_MS, max_records=min(_BATCH, records - shown))
                    for batch in found.values():
                        await self._show(session, [as_record(one) for one in batch])
                        shown += len(batch)
            finally:
                await session.close()
        _log.info("dry run", records=shown, wanted=records, committed=0)

    async def _show(self, session: Session, records: list[Record]) -> None:
        prepared = await prepare(records, self._rewriter, self._schemas)
        readings = [one.reading for one in prepared if one.reading is not None]
        answers = iter(await (await session.submit(readings)) if readings else ())
        for one in prepared:
            answer = next(answers) if one.reading is not None else None
            outgoing = self._rewriter.finish(one, answer)
            partitions = await self._width(outgoing.topic)
            partition = place(outgoing, one.record.partition, partitions or one.record.partition + 1)
            self._output.write(self._render(one.record, outgoing, partition))
        self._output.flush()

    async def _width(self, topic: str) -> int:
        """How many partitions a topic has that is written to; 0 when it would be created, as wide as the input."""
        if topic not in self._partitions:
            async with open_topics(self._client) as topics:
                self._partitions[topic] = (await topics.describe([topic])).get(topic, 0)
        return self._partitions[topic]


async def _more(consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> bool:
    """Whether a partition is not read to where it ended at the start."""
    positions = await asyncio.gather(*(consumer.position(source) for source in ends))
    return any(position < end for position, end in zip(positions, ends.values(), strict=True))
