from __future__ import annotations

import pytest
from aiokafka import TopicPartition

from emotag_service.kafka.cluster.client import ClientSettings
from emotag_service.kafka.dead_letters.letter_writer import Ledger
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
