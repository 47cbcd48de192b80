from __future__ import annotations

import asyncio

from emotag_service.kafka.tagging.buffer import Buffer
from tests.unit.kafka.tagging.fakes import record, records


async def test_records_leave_in_order_and_count_until_they_are_let_go():
    calls = []
    buffer = Buffer(lambda: calls.append(1))
    given = records(0, 5)
    buffer.put(given)
    assert (buffer.records, buffer.size) == (5, sum(one.size for one in given))
    taken = await buffer.take(3)
    assert taken == given[:3]
    assert buffer.records == 5
    buffer.let_go(len(taken))
    assert (buffer.records, buffer.size) == (2, sum(one.size for one in given[3:]))
    assert calls == [1]
    assert await buffer.take(10) == given[3:]


async def test_taking_from_an_empty_one_waits():
    buffer = Buffer(lambda: None)
    taking = asyncio.ensure_future(buffer.take(10))
    await asyncio.sleep(0)
    assert not taking.done()
    buffer.put(records(7, 8))
    assert [one.offset for one in await taking] == [7]


async def test_what_is_large_is_taken_in_parts():
    buffer = Buffer(lambda: None)
    buffer.put([record(offset, bytes(size)) for offset, size in enumerate([3 << 20, 600_000, 600_000, 1, 1])])
    assert [[one.offset for one in await buffer.take(10)] for _ in range(3)] == [[0], [1, 2], [3, 4]]
