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
from emotag_service.kafka.errors import (
    ClusterError,
    FencedError,
    SettingsError,
    UnreadableBatchError,
    UnreadableLettersError,
    reset_command,
)
from emotag_service.kafka.records.dead_letter import REPLAY_GROUP, DeadLetter, NotALetterError
from emotag_service.kafka.records.receipt import Receipt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiokafka import TopicPartition

    from emotag_service.kafka.cluster.client import ClientSettings
    from emotag_service.kafka.errors import TaggerError
    from emotag_service.kafka.records.record import Record


_ALONE = 25  # of a transaction in which each letter is a write that waits for the cluster: it must not take too long


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

    def add(self, more: Outcome) -> None:
        """Count that in."""
        self.replayed.update(more.replayed)
        self.earlier += more.earlier
        self.others += more.others
        self.strangers += more.strangers


@dataclass(slots=True)
class _Way:
    """One partition's, over several attempts: after a refusal the next one begins anew, from fencing on.

    Attributes:
        begin: What lies before this offset is replayed or left, and counted.
        alone: One write per letter, so that a refusal names it.
        refused: Offset of the first letter that its topic refused; None when none is known.
        why: The topic's reason for it, and what may be done.
    """

    begin: int = 0
    alone: bool = False
    refused: int | None = None
    why: str = ""

    def note(self, refusal: RefusedError) -> None:
        """Learn from a refusal."""
        self.alone, self.why = True, f"{refusal.reason}: {refusal.fix}"
        if all(len(offsets) == 1 for offsets in refusal.writes):
            self.refused = min(offset for (offset,) in refusal.writes)

    def split(self, records: Sequence[Record]) -> tuple[Sequence[Record], Record | None]:
        """Return those before the letter that was refused, and its record, if it is among these."""
        for number, record in enumerate(records):
            if record.offset == self.refused:
                return records[:number], record
        return records, None


class Replay:
    """One replay."""

    def __init__(self, client: ClientSettings, order: Order) -> None:
        """Make one. Raises SettingsError when letters would go where they are read."""
        if order.to in order.topics:
            raise SettingsError(f"--to is {order.to}, which is read: name the topic that the letters are to go to")
        self.outcome = Outcome()
        self._client = client
        self._order = order
        self._roomy: dict[str, bool | None] = {}

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
        except UnreadableBatchError as error:
            raise UnreadableLettersError(error, self._order.group) from error
        except (KafkaError, OSError, AssertionError) as error:
            raise self._explained(error) from error
        return self.outcome

    async def _replay(self, reader: Reader, partition: TopicPartition) -> None:
        way = _Way()
        while not await self._attempt(reader, partition, way):
            pass

    async def _attempt(self, reader: Reader, partition: TopicPartition, way: _Way) -> bool:
        """Say whether the end was reached; if not, a topic refused what was written, and `way` knows more of it.

        A producer that was refused a write is of no more use. The next one fences whoever has fenced this one and
        gone on, so what is replayed is read again.
        """
        writer = None if self._order.dry_run else LetterWriter(self._client, self._order.group, partition)
        try:
            if writer is not None:
                await writer.start()
            await self._read(reader, await self._ledger(reader, partition), partition, writer, way)
        except RefusedError as error:
            way.note(error)
            return False
        finally:
            if writer is not None:
                await writer.close()
        return True

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
        self, reader: Reader, ledger: Ledger, partition: TopicPartition, writer: LetterWriter | None, way: _Way
    ) -> None:
        start = min([await ledger.next_offset(reason) for reason in sorted(self._order.reasons)], default=0)
        async with aclosing(reader.batches(partition, start=max(start, way.begin))) as batches:
            async for records in batches:
                before, refused = way.split(records)
                await self._write(ledger, before, writer, way)
                if refused is not None:
                    raise self._refused(ledger, DeadLetter.read(refused), way.why)

    async def _write(self, ledger: Ledger, records: Sequence[Record], writer: LetterWriter | None, way: _Way) -> None:
        letters, outcome = await self._due(ledger, records)
        targets = [self._target(letter) for letter in letters]
        for letter, topic in zip(letters, targets, strict=True):
            if await self._is_roomy(topic) is None:
                offset = letter.record.offset
                await self._write(ledger, [record for record in records if record.offset < offset], writer, way)
                raise self._homeless(ledger, letter, topic)
        alone = way.alone or not all(self._roomy[topic] for topic in targets)
        if alone and len(records) > _ALONE:
            for start in range(0, len(records), _ALONE):
                await self._write(ledger, records[start : start + _ALONE], writer, way)
            return
        if letters and writer is not None:
            await writer.write(letters, targets, ledger.offsets(letters), alone=alone)
        ledger.done(letters)
        outcome.replayed.update(targets)
        self.outcome.add(outcome)
        if records:
            way.begin = records[-1].offset + 1

    async def _due(self, ledger: Ledger, records: Sequence[Record]) -> tuple[list[DeadLetter], Outcome]:
        """Those that are to be replayed, and how many others there are."""
        due, left = [], Outcome()
        for record in records:
            if Receipt.read(record) is not None:
                continue
            try:
                letter = DeadLetter.read(record)
            except NotALetterError:
                left.strangers += 1
                continue
            if self._order.reasons and letter.reason not in self._order.reasons:
                left.others += 1
            elif record.offset < await ledger.next_offset(letter.reason):
                left.earlier += 1
            else:
                due.append(letter)
        return due, left

    def _refused(self, ledger: Ledger, letter: DeadLetter, why: str) -> TaggerError:
        return ClusterError(
            f"letter {_place(letter)} is refused by {self._target(letter)}, the topic that it goes to ({why}); "
            f"{_without(ledger, letter)}"
        )

    def _homeless(self, ledger: Ledger, letter: DeadLetter, topic: str) -> TaggerError:
        return SettingsError(
            f"topic {topic}, where letter {_place(letter)} is to go, does not exist; create it, or give --to; "
            f"{_without(ledger, letter)}"
        )

    def _target(self, letter: DeadLetter) -> str:
        return self._order.to or letter.topic

    async def _is_roomy(self, topic: str) -> bool | None:
        """Whether it takes every letter that a tagger can write; None where it does not exist."""
        if topic not in self._roomy:
            async with open_topics(self._client) as topics:
                if topic in await topics.describe([topic], "Write"):
                    limits = await topics.max_message_bytes([topic])
                    self._roomy[topic] = limits.get(topic, 0) >= ROOMY_BYTES
                else:
                    self._roomy[topic] = None
        return self._roomy[topic]

    def _explained(self, error: Exception) -> TaggerError:
        if isinstance(error, ProducerFenced | InvalidProducerEpoch):
            return FencedError("another replay of the same letters has begun since, and goes on instead of this one")
        explained = explain(error, "replaying dead letters", user=self._client.sasl_username)
        return explained or ClusterError(
            f"replaying dead letters: {type(error).__name__}; is the cluster up? The next run goes on where this ended"
        )


def _place(letter: DeadLetter) -> str:
    return f"{letter.record.topic}/{letter.record.partition}@{letter.record.offset}"


def _without(ledger: Ledger, letter: DeadLetter) -> str:
    """How to go on."""
    record, behind = letter.record, f"--to-offset {letter.record.offset + 1}"
    return (
        "what lies before it in its partition is replayed. To go on without it: "
        f"{reset_command(ledger.group(letter.reason), record.topic, record.partition, behind)}; or leave all of "
        f"{letter.reason}, and name the other reasons with --reason"
    )
