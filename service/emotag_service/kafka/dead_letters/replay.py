"""Brings dead letters back to where they came from, each exactly once: `letter_writer` says how."""

from __future__ import annotations

from collections import Counter
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiokafka.errors import InvalidProducerEpoch, KafkaError, ProducerFenced

from emotag_service.kafka.cluster.failures import explain
from emotag_service.kafka.cluster.producers import RefusedError
from emotag_service.kafka.cluster.topics import open_topics
from emotag_service.kafka.dead_letters.letter_writer import ROOMY_BYTES, Ledger, LetterWriter
from emotag_service.kafka.dead_letters.reader import Reader
from emotag_service.kafka.errors import ClusterError, FencedError, SettingsError
from emotag_service.kafka.records.dead_letter import REPLAY_GROUP, DeadLetter, NotALetterError
from emotag_service.kafka.records.receipt import Receipt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiokafka import TopicPartition

    from emotag_service.kafka.cluster.client import ClientSettings
    from emotag_service.kafka.errors import TaggerError
    from emotag_service.kafka.records.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to replay.

    Attributes:
        topics: Of dead letters.
        to: Topic to write to; empty for where each letter came from.
        reasons: Only letters of these; empty for all.
        group: Who remembers what was replayed.
        dry_run: Only count.
    """

    topics: tuple[str, ...]
    to: str = ""
    reasons: frozenset[str] = frozenset()
    group: str = REPLAY_GROUP
    dry_run: bool = False


@dataclass(slots=True)
class Outcome:
    """What a replay did.

    Attributes:
        replayed: Letters by the topic that they went to.
        earlier: Letters that were replayed before.
        others: Letters of other reasons.
        strangers: Records that are no dead letters of ours, and were left.
    """

    replayed: Counter[str] = field(default_factory=Counter)
    earlier: int = 0
    others: int = 0
    strangers: int = 0


class Replay:
    """One replay."""

    def __init__(self, client: ClientSettings, order: Order) -> None:
        """Make one. Raises SettingsError when letters would go where they are read."""
        if order.to in order.topics:
            raise SettingsError(f"--to is {order.to}, which is read: name the topic that the letters are to go to")
        self.outcome = Outcome()
        self._client = client
        self._order = order
        self._roomy: dict[str, bool] = {}

    async def run(self) -> Outcome:
        """Replay what the topics hold now.

        Raises:
            SettingsError: A topic does not exist.
            FencedError: Another replay of the same letters has begun since.
            TaggerError: The cluster refuses or fails; what is committed is replayed, and the next run goes on there.
        """
        try:
            async with Reader(self._client) as reader:
                for partition in await reader.partitions(self._order.topics):
                    await self._replay(reader, partition)
        except (KafkaError, RefusedError, OSError, AssertionError) as error:
            raise self._explained(error) from error
        return self.outcome

    async def _replay(self, reader: Reader, partition: TopicPartition) -> None:
        writer = None if self._order.dry_run else LetterWriter(self._client, self._order.group, partition)
        try:
            if writer is not None:
                await writer.start()
            await self._read(reader, await self._ledger(reader, partition), partition, writer)
        finally:
            if writer is not None:
                await writer.close()

    async def _ledger(self, reader: Reader, partition: TopicPartition) -> Ledger:
        """What was replayed. A receipt lies behind its letters, so the partition is read to its end before they are.

        Not from its beginning where groups remember: it may have a batch there that cannot be read.
        """
        ledger = Ledger(self._client, self._order.group, partition)
        start = await ledger.first_receipt(self._order.reasons)
        async with aclosing(reader.batches(partition, start=start)) as batches:
            async for records in batches:
                ledger.recall(records)
        return ledger

    async def _read(
        self, reader: Reader, ledger: Ledger, partition: TopicPartition, writer: LetterWriter | None
    ) -> None:
        start = min([await ledger.next_offset(reason) for reason in sorted(self._order.reasons)], default=0)
        async with aclosing(reader.batches(partition, start=start)) as batches:
            async for records in batches:
                letters = await self._due(ledger, records)
                targets = [await self._target(letter) for letter in letters]
                if letters and writer is not None:
                    alone = not all(self._roomy[topic] for topic in targets)
                    await writer.write(letters, targets, ledger.offsets(letters), alone=alone)
                ledger.done(letters)
                self.outcome.replayed.update(targets)

    async def _due(self, ledger: Ledger, records: Sequence[Record]) -> list[DeadLetter]:
        """Those that are to be replayed; counts the others."""
        due = []
        for record in records:
            if Receipt.read(record) is not None:
                continue
            try:
                letter = DeadLetter.read(record)
            except NotALetterError:
                self.outcome.strangers += 1
                continue
            if self._order.reasons and letter.reason not in self._order.reasons:
                self.outcome.others += 1
            elif record.offset < await ledger.next_offset(letter.reason):
                self.outcome.earlier += 1
            else:
                due.append(letter)
        return due

    async def _target(self, letter: DeadLetter) -> str:
        topic = self._order.to or letter.topic
        if topic not in self._roomy:
            async with open_topics(self._client) as topics:
                if topic not in await topics.describe([topic], "Write"):
                    raise SettingsError(
                        f"topic {topic}, where letters are to go, does not exist; create it, or give --to"
                    )
                limits = await topics.max_message_bytes([topic])
            self._roomy[topic] = limits.get(topic, 0) >= ROOMY_BYTES
        return topic

    def _explained(self, error: Exception) -> TaggerError:
        if isinstance(error, ProducerFenced | InvalidProducerEpoch):
            return FencedError("another replay of the same letters has begun since, and goes on instead of this one")
        if isinstance(error, RefusedError):
            return ClusterError(
                f"the topic that letters go to refused them ({error.reason}): {error.fix}, or leave them with --reason"
            )
        explained = explain(error, "replaying dead letters", user=self._client.sasl_username)
        return explained or ClusterError(
            f"replaying dead letters: {type(error).__name__}; is the cluster up? The next run goes on where this ended"
        )
