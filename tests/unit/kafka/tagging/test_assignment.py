from __future__ import annotations

import asyncio

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError

from emotag_service.kafka.errors import UnreadableBatchError
from emotag_service.kafka.records.record import Source
from emotag_service.kafka.tagging.assignment import Assignment
from tests.unit.engine.helpers import until
from tests.unit.kafka.tagging.fakes import make_context, record

PARTITIONS = [TopicPartition("in", number) for number in range(3)]


async def assigned(**options):
    context, changes = make_context(**options), []
    assignment = Assignment(context, lambda: changes.append(1))
    await assignment.on_partitions_assigned(PARTITIONS)
    await until(lambda: len(assignment.open_attempts()) == 3)
    return context, assignment, changes


async def test_partitions_are_held_back_before_anything_else():
    context = make_context()
    order = []
    context.feed.hold = lambda sources: order.append("hold")
    writer = context.writer
    context.writer = lambda source: order.append("writer") or writer(source)
    assignment = Assignment(context, lambda: None)
    await assignment.on_partitions_assigned(PARTITIONS)
    await until(lambda: len(assignment.open_attempts()) == 3)
    assert order == ["hold", "writer", "writer", "writer"]
    await assignment.finish()


async def test_it_is_never_falsy():
    # aiokafka asks a listener for its truth before it calls it.
    assert Assignment(make_context(), lambda: None)


async def test_records_go_to_their_lanes():
    context, assignment, _ = await assigned()
    found = {Source("in", 1): [record(0, partition=1)], Source("in", 9): [record(0, partition=9)]}
    assignment.deliver(found, assignment.open_attempts(), assignment.changes)
    await until(lambda: context.meters.published == 1)
    assert context.meters.consumed == 1
    await assignment.finish()


async def test_after_what_cannot_be_read_nothing_more_is_asked_for():
    context, assignment, _ = await assigned()
    error = UnreadableBatchError("in", 1, 1, 2, "it is broken")
    assignment.deliver(
        {Source("in", 1): [record(0, partition=1), error]}, assignment.open_attempts(), assignment.changes
    )
    assert Source("in", 1) not in assignment.open_attempts()
    with pytest.raises(UnreadableBatchError):
        await assignment.failure
    assert (context.meters.consumed, context.meters.published) == (1, 1)
    await assignment.finish()


async def test_what_was_polled_over_a_change_is_not_trusted():
    context, assignment, _ = await assigned()
    context.feed.member = {Source("in", 0), Source("in", 1)}
    assignment.deliver({Source("in", 1): [record(7, partition=1)]}, assignment.open_attempts(), assignment.changes - 1)
    assert sorted(context.feed.sought, key=str) == [(Source("in", 0), 0), (Source("in", 1), 0)]
    assert context.meters.consumed == 0
    await assignment.finish()


async def test_records_that_an_earlier_attempt_asked_for_are_not_taken_by_the_next():
    """Drained before the take-over they lie beyond what is to be read again, and would be committed past it."""
    context, assignment, _ = await assigned()
    context.script["send"] = [KafkaConnectionError()]
    source = Source("in", 1)
    context.feed.member = {source}
    asked = assignment.open_attempts()
    assignment.deliver({source: [record(0, partition=1)]}, asked, assignment.changes)
    await until(lambda: assignment.open_attempts().get(source, asked[source]) is not asked[source])
    assignment.deliver({source: [record(7, partition=1)]}, asked, assignment.changes)
    assert context.feed.sought[-1] == (source, 0)
    assignment.deliver({source: [record(0, partition=1)]}, assignment.open_attempts(), assignment.changes)
    await until(lambda: context.meters.published == 1)
    assert context.meters.consumed == 2
    await assignment.finish()


async def test_a_partition_that_was_taken_over_asks_at_once():
    context, changes = make_context(), []
    context.roomier = lambda: changes.append(1)
    assignment = Assignment(context, lambda: None)
    await assignment.on_partitions_assigned(PARTITIONS[:1])
    await until(lambda: len(assignment.open_attempts()) == 1)
    assert changes
    await assignment.finish()


async def test_revoking_ends_every_lane_and_tells_the_poll():
    context, assignment, changes = await assigned()
    before = assignment.changes
    await assignment.on_partitions_revoked(PARTITIONS)
    assert list(assignment.open_attempts()) == []
    assert assignment.changes > before
    assert changes
    assert all(writer.steps[-1] == "close" for writer in context.writers)


async def test_a_full_lane_is_not_open_and_the_others_are():
    context, assignment, _ = await assigned(buffer_records=30)
    context.engine.open.clear()
    assignment.deliver(
        {Source("in", 1): [record(n, partition=1) for n in range(10)]}, assignment.open_attempts(), assignment.changes
    )
    assert list(assignment.open_attempts()) == [Source("in", 0), Source("in", 2)]
    assignment.measure()
    assert context.meters.buffered == 10
    context.engine.open.set()
    await until(lambda: len(assignment.open_attempts()) == 3)
    await assignment.finish()


async def test_bytes_are_a_bound_of_their_own():
    _, assignment, _ = await assigned(buffer_bytes=300)
    assignment.deliver(
        {Source("in", 2): [record(0, b"x" * 150, partition=2)]}, assignment.open_attempts(), assignment.changes
    )
    assert list(assignment.open_attempts()) == [Source("in", 0), Source("in", 1)]
    await assignment.finish()


async def test_lag_is_what_is_not_committed():
    context, assignment, _ = await assigned()
    context.feed.ends[Source("in", 0)] = 5
    assignment.measure()
    assert context.meters.lag == {"in/0": 5}
    assignment.deliver({Source("in", 0): [record(n) for n in range(4)]}, assignment.open_attempts(), assignment.changes)
    await until(lambda: context.meters.published == 4)
    assignment.measure()
    assert context.meters.lag == {"in/0": 1}
    await assignment.finish()


async def test_a_listener_that_fails_says_so_instead_of_raising():
    context = make_context()

    def fail(sources):
        raise RuntimeError("hold")

    context.feed.hold = fail
    assignment = Assignment(context, lambda: None)
    await assignment.on_partitions_assigned(PARTITIONS)
    assert isinstance(assignment.failure.exception(), RuntimeError)


async def test_only_the_first_failure_counts():
    assignment = Assignment(make_context(), lambda: None)
    assignment._fail(ValueError("first"))
    assignment._fail(ValueError("second"))
    assert str(assignment.failure.exception()) == "first"
    await asyncio.sleep(0)
