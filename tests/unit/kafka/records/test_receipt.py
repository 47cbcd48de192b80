"""Receipts are told from letters and from what others write, and stand in for offsets that have expired."""

from __future__ import annotations

import pytest
from aiokafka import TopicPartition

from emotag_service.kafka.cluster.client import ClientSettings
from emotag_service.kafka.dead_letters.letter_writer import Ledger
from emotag_service.kafka.records.dead_letter import DeadLetter, NotALetterError, bury
from emotag_service.kafka.records.receipt import NAMES, Receipt
from emotag_service.kafka.records.record import Record
from emotag_service.messages.untaggable import Fault
from tests.unit.kafka.records.made import make_record

PLACE = TopicPartition("lost", 3)


def written(receipt: Receipt, at: int = 1_000) -> Record:
    """As it is read back, from that offset."""
    out = receipt.outgoing(*PLACE)
    return Record(out.topic, out.partition or 0, at, 5, out.key, out.value, out.headers)


def test_it_is_read_back_from_its_partition_and_is_no_letter():
    receipt = Receipt("emotag-replay.NOT_JSON", 12)
    record = written(receipt)
    assert (record.topic, record.partition) == PLACE
    assert Receipt.read(record) == receipt
    with pytest.raises(NotALetterError):
        DeadLetter.read(record)


def test_a_compacted_topic_keeps_the_last_of_a_group():
    first, second, other = (Receipt(group, 12).outgoing(*PLACE) for group in ("a.X", "a.X", "a.Y"))
    assert first.key == second.key != other.key
    assert first.value, "null would be the end of it"


def test_a_letter_of_a_receipt_is_a_letter():
    out = bury(written(Receipt("a.X", 12)), "lost", Fault("NOT_JSON", ""), 0.0)
    record = Record("lost", 3, 1_001, 5, out.key, out.value, out.headers)
    assert Receipt.read(record) is None
    assert DeadLetter.read(record).reason == "NOT_JSON"


@pytest.mark.parametrize("offset", [b"", b"-1", b"x", b"1.5", b"9" * 20, "\N{SUPERSCRIPT TWO}".encode(), None])
def test_what_only_looks_like_one_is_none(offset: bytes | None):
    headers = ((NAMES[0], b"a.X"), (NAMES[1], offset))
    assert Receipt.read(Record("lost", 3, 1_000, 5, b"k", b"v", headers)) is None


def test_one_that_was_copied_from_elsewhere_is_none():
    assert Receipt.read(written(Receipt("a.X", 12), at=11)) is None
    assert Receipt.read(make_record()) is None


async def test_the_larger_of_receipt_and_offset_counts(monkeypatch: pytest.MonkeyPatch):
    async def committed(reason: str) -> int:
        return {"AHEAD": 50, "BEHIND": 7}.get(reason, 0)

    ledger = Ledger(ClientSettings(bootstrap=("a:1",)), "replay", PLACE)
    monkeypatch.setattr(ledger, "_committed", committed)
    reasons = {"AHEAD": 40, "BEHIND": 30, "EXPIRED": 20}
    receipts = [Receipt(f"replay.{reason}", offset) for reason, offset in reasons.items()]
    ledger.recall(map(written, [*receipts, Receipt("replay.EXPIRED", 10), Receipt("another.NEVER", 99)]))
    ledger.recall([make_record()])
    found = {reason: await ledger.next_offset(reason) for reason in (*reasons, "NEVER")}
    assert found == {"AHEAD": 50, "BEHIND": 30, "EXPIRED": 20, "NEVER": 0}


async def test_receipts_are_looked_for_from_where_the_groups_are(monkeypatch: pytest.MonkeyPatch):
    """What lies before may not even be readable."""

    async def committed(reason: str) -> int:
        return {"A": 50, "B": 7}.get(reason, 0)

    ledger = Ledger(ClientSettings(bootstrap=("a:1",)), "replay", PLACE)
    monkeypatch.setattr(ledger, "_committed", committed)
    assert [await ledger.first_receipt(reasons) for reasons in ({"A"}, {"A", "B"}, {"A", "C"}, ())] == [50, 7, 0, 0]
