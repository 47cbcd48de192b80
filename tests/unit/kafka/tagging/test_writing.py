from __future__ import annotations

import asyncio

import pytest

from emotag_service.kafka.cluster.producers import RefusedError
from emotag_service.kafka.errors import StopPolicyError, UnreadableBatchError
from emotag_service.kafka.tagging.buffer import Buffer, TagBatch
from emotag_service.kafka.tagging.transaction import Refusals
from emotag_service.kafka.tagging.writing import Writing
from tests.unit.engine.helpers import until
from tests.unit.kafka.tagging.fakes import SOURCE, FakeRewriter, FakeWriter, Log, make_context, record, tag


class Play:
    """A writing half with a clock that is moved by hand."""

    def __init__(self, **options):
        self.now = 0.0
        self.log, self.script, self.reports = Log(), {}, []
        self.writer = FakeWriter(self.log, self.script)
        self.buffer, self.refusals = Buffer(lambda: None), Refusals(SOURCE)
        context = make_context(**{"transaction_seconds": 5.0, **options})
        context.clock = lambda: self.now
        self.writing = Writing(context, self.writer, self.buffer, self.refusals, self._committed)
        self.task = asyncio.ensure_future(self.writing.run())

    def batch(self, *given, answers=None):
        self.buffer.put(given)
        prepared = [FakeRewriter().prepare(one) for one in given]
        if answers is None:
            answers = asyncio.get_running_loop().create_future()
            answers.set_result([tag() for one in prepared if one.reading])
        self.writing.batches.put_nowait(TagBatch(prepared, answers))

    def _committed(self, transaction):
        self.refusals.passed(transaction.next_offset)
        self.reports.append(transaction)

    async def end(self):
        self.writing.stop.set()
        await self.task


async def test_a_transaction_stays_open_over_many_batches_until_it_is_old():
    play = Play()
    for number in range(5):
        play.batch(record(number))
        await until(lambda number=number: play.writer.steps.count("send") == number + 1)
    assert "commit" not in play.writer.steps
    play.now = 5.0
    play.batch(record(5))
    await until(lambda: play.log.committed == 6)
    assert play.log.transactions == [6]
    assert play.writer.steps.count("begin") == 1
    await play.end()


async def test_an_old_transaction_is_committed_although_no_tag_comes():
    play = Play(transaction_seconds=0.05)
    play.batch(record(0))
    never = asyncio.get_running_loop().create_future()
    play.batch(record(1), answers=never)
    await until(lambda: play.writer.steps.count("send") == 1)
    play.now = 1.0
    await until(lambda: play.log.committed == 1)
    never.set_result([tag()])
    await until(lambda: play.writer.steps.count("send") == 2)
    await play.end()
    assert play.log.offsets == [0, 1]


async def test_a_full_transaction_is_committed_at_once():
    play = Play(transaction_records=3)
    play.batch(*[record(number) for number in range(4)])
    await until(lambda: play.log.committed == 4)
    await play.end()


async def test_stopping_commits_what_is_written_and_gives_up_the_rest():
    play = Play()
    play.batch(record(0))
    await until(lambda: "send" in play.writer.steps)
    play.batch(record(1), answers=asyncio.get_running_loop().create_future())
    await play.end()
    assert (play.log.committed, play.log.offsets) == (1, [0])
    assert play.buffer.records == 1


async def test_without_records_there_is_no_transaction():
    play = Play()
    await play.end()
    assert play.writer.steps == []


async def test_what_is_written_is_let_go_and_reported_when_committed():
    play = Play()
    play.batch(record(0), record(1, b"skip"))
    await until(lambda: play.buffer.records == 0)
    assert play.reports == []
    await play.end()
    assert [transaction.records for transaction in play.reports] == [2]


async def test_a_stop_by_policy_commits_what_comes_before_and_nothing_after():
    play = Play()
    play.batch(record(0), record(1), record(2, b"stop"), record(3))
    with pytest.raises(StopPolicyError):
        await play.task
    assert (play.log.committed, play.log.offsets) == (2, [0, 1])


async def test_a_stop_at_the_very_first_record_leaves_nothing_open():
    play = Play()
    play.batch(record(0, b"stop"))
    with pytest.raises(StopPolicyError):
        await play.task
    assert play.log.committed is None
    assert play.writer.steps[-1] == "abort"


async def test_what_cannot_be_read_commits_what_comes_before():
    play = Play()
    play.batch(record(0), record(1))
    error = UnreadableBatchError("in", 0, 2, 3, "it is broken")
    play.writing.batches.put_nowait(TagBatch([], None, end=error))
    with pytest.raises(UnreadableBatchError):
        await play.task
    assert (play.log.committed, play.log.offsets) == (2, [0, 1])


async def test_a_refused_record_is_replaced_by_what_the_policy_says():
    play = Play()
    play.refusals.note(RefusedError([[1]], "MessageSizeTooLargeError"))
    play.batch(record(0), record(1))
    await until(lambda: "send" in play.writer.steps)
    await play.end()
    assert [(one.offset, one.outgoing.topic) for one in play.log.visible] == [(0, "out"), (1, "dead")]


async def test_suspects_are_written_one_by_one():
    play = Play()
    play.refusals.note(RefusedError([[0, 1]], "MessageSizeTooLargeError"))
    play.batch(record(0), record(1))
    await until(lambda: "send" in play.writer.steps)
    assert play.writer.alone
    await play.end()


@pytest.mark.parametrize(
    ("batches", "transactions"),
    # In the last some are gone.
    [([[0, 1, 2, 3, 4, 5]], [2, 2]), ([[0], [1, 2], [3, 4, 5]], [2, 2]), ([[0, 4, 5]], [3])],
)
async def test_what_is_known_of_a_refusal_is_committed_before_more_is_tried(batches, transactions):
    play = Play()
    play.refusals.note(RefusedError([[0, 1, 2, 3]], "MessageSizeTooLargeError"))
    play.refusals.note(RefusedError([[1]], "MessageSizeTooLargeError"))
    for offsets in batches:
        play.batch(*[record(offset) for offset in offsets])
    await until(lambda: play.buffer.records == 0)
    assert play.log.transactions == transactions
    await play.end()
    assert play.log.offsets == [offset for offsets in batches for offset in offsets]


async def test_a_failure_of_the_writer_ends_it():
    play = Play()
    play.script["send"] = [ConnectionError("gone")]
    play.batch(record(0))
    with pytest.raises(ConnectionError):
        await play.task
    assert play.log.committed is None
