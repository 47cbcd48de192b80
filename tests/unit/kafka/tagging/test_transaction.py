from __future__ import annotations

from emotag_service.kafka.tagging.progress import Meters
from emotag_service.kafka.tagging.transaction import Transaction
from emotag_service.messages.untaggable import Fault
from tests.unit.kafka.tagging.fakes import FakeRewriter, record, tag


def add(transaction, offset, value, answer=None):
    rewriter = FakeRewriter()
    prepared = rewriter.prepare(record(offset, value))
    transaction.add(prepared, answer, rewriter.finish(prepared, answer))


def test_it_counts_what_became_of_every_record():
    transaction, meters = Transaction(10.0), Meters()
    add(transaction, 3, b"hello", tag("joy"))
    add(transaction, 4, b"again", tag("fear"))
    add(transaction, 5, b"skip")
    add(transaction, 6, b"bad")
    assert (transaction.records, transaction.next_offset) == (4, 7)
    assert meters.published == 0  # only what is committed counts
    transaction.report(meters, 10.5)
    assert meters.tagged == {"joy": 1, "fear": 1}
    assert (meters.skipped, meters.failed, meters.dead_letters) == (1, 0, {"BAD": 1})
    assert (meters.transactions, meters.transaction_durations.total, meters.published) == (1, 0.5, 4)


def test_what_is_passed_on_without_a_tag_has_failed():
    transaction, meters = Transaction(0.0), Meters()
    prepared = FakeRewriter().prepare(record(0))
    outgoing = FakeRewriter().finish(prepared, tag())
    transaction.add(prepared, Fault("INTERNAL", "it failed"), outgoing)
    transaction.report(meters, 0.0)
    assert (meters.failed, meters.tagged.total()) == (1, 0)
