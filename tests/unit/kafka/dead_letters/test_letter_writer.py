from __future__ import annotations

from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import IllegalOperation, ProducerFenced

from emotag_service.kafka.cluster.client import ClientSettings
from emotag_service.kafka.dead_letters import letter_writer
from emotag_service.kafka.dead_letters.letter_writer import Ledger, LetterWriter
from emotag_service.kafka.records.dead_letter import DeadLetter, bury
from emotag_service.kafka.records.record import Record
from emotag_service.messages.untaggable import Fault
from tests.unit.kafka.records.made import make_record


class Cluster:
    """Answers what groups have committed, and counts how often it is asked."""

    def __init__(self, **committed: int) -> None:
        self.committed = committed
        self.asked: list[str] = []

    async def answer(self, reason: str) -> int:
        self.asked.append(reason)
        return self.committed.get(reason, 0)


@pytest.fixture
def cluster() -> Cluster:
    return Cluster(NOT_JSON=7)


@pytest.fixture
def ledger(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    client = ClientSettings(bootstrap=("a:1",))
    ledger = Ledger(client, "replay", TopicPartition("lost", 0))
    monkeypatch.setattr(ledger, "_committed", cluster.answer)
    return ledger


def letter(offset: int, reason: str) -> DeadLetter:
    out = bury(make_record(), "lost", Fault(reason, ""), 0.0)
    return DeadLetter.read(Record("lost", 0, offset, 0, None, None, out.headers))


async def test_every_reason_is_asked_for_once(ledger: Ledger, cluster: Cluster):
    assert [await ledger.next_offset("NOT_JSON") for _ in range(3)] == [7, 7, 7]
    assert await ledger.next_offset("NO_TEXT") == 0
    assert cluster.asked == ["NOT_JSON", "NO_TEXT"]


async def test_each_reason_goes_on_by_itself(ledger: Ledger, cluster: Cluster):
    letters = [letter(8, "NOT_JSON"), letter(9, "NO_TEXT"), letter(11, "NOT_JSON")]
    assert ledger.offsets(letters) == {"replay.NOT_JSON": 12, "replay.NO_TEXT": 10}
    ledger.done(letters)
    assert (await ledger.next_offset("NOT_JSON"), await ledger.next_offset("NO_TEXT")) == (12, 10)
    assert cluster.asked == []


def test_nothing_to_commit(ledger: Ledger):
    assert ledger.offsets([]) == {}


class Overtaken:
    """A producer and its outbox: another one takes the partition between two writes."""

    def __init__(self, refused: Exception | None = None) -> None:
        self.sends = 0
        self._refused = refused

    async def begin_transaction(self) -> None:
        pass

    async def send(self, _: Any, *, alone: bool) -> None:
        assert alone
        self.sends += 1
        if self.sends > 1:
            raise IllegalOperation("not in transaction")

    async def delivered(self) -> None:
        if self._refused is not None:
            raise self._refused

    def forget(self) -> None:
        pass

    async def abort_transaction(self) -> None:
        raise ProducerFenced


def _fenced(_: Any) -> None:
    raise ProducerFenced


@pytest.mark.parametrize("refused", [None, ValueError("a letter was refused")])
async def test_what_ended_the_transaction_is_raised(monkeypatch: pytest.MonkeyPatch, refused: Exception | None) -> None:
    writer = LetterWriter(ClientSettings(bootstrap=("a:1",)), "replay", TopicPartition("lost", 0))
    await writer.close()  # the producer that it has made
    overtaken = Overtaken(refused)
    monkeypatch.setattr(writer, "_producer", overtaken)
    monkeypatch.setattr(writer, "_outbox", overtaken)
    monkeypatch.setattr(letter_writer, "raise_failure", _fenced)
    with pytest.raises(ProducerFenced if refused is None else ValueError):
        await writer.write([], [], {})
    assert overtaken.sends == 2
