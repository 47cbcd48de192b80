from __future__ import annotations

import asyncio

import pytest

from emotag_service.engine.caller import Caller, Job
from emotag_service.engine.tag import Tag
from tests.unit.engine.helpers import OPTIONS, make_caller


def make(count, cancelled=None):
    return Job(count, OPTIONS, make_caller(), (cancelled if cancelled is not None else []).append)


def test_a_job_of_nothing_is_done():
    assert make(0).done()


async def test_tags_come_back_in_request_order_whatever_order_they_came_in():
    job = make(3)
    waiter = asyncio.ensure_future(job.wait())
    for index in (2, 0, 1):
        assert not job.done()
        assert job.answer(index, Tag(str(index)))
    assert job.done()
    assert [tag.message_id for tag in await waiter] == ["0", "1", "2"]
    assert await job.wait() == job.tags


def test_a_message_is_answered_once():
    job, first = make(1), Tag("first")
    assert job.answer(0, first)
    assert not job.answer(0, Tag("second"))
    assert job.tags == [first]


async def test_several_may_wait():
    job = make(1)
    waiters = [asyncio.ensure_future(job.wait()) for _ in range(3)]
    await asyncio.sleep(0)
    job.answer(0, Tag("a"))
    assert [len(tags) for tags in await asyncio.gather(*waiters)] == [1, 1, 1]


async def test_cancelling_the_waiter_cancels_the_job():
    cancelled = []
    job = make(1, cancelled)
    waiter = asyncio.ensure_future(job.wait())
    await asyncio.sleep(0)
    waiter.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiter
    assert cancelled == [job]
    job.answer(0, Tag("late"))


def test_cancelling_what_is_done_does_nothing():
    cancelled = []
    job = make(1, cancelled)
    job.answer(0, Tag("a"))
    job.cancel()
    assert cancelled == []


def test_a_done_job_is_forgotten_by_its_caller():
    job = make(1)
    job.caller.jobs.add(job)
    job.answer(0, Tag("a"))
    assert job.caller.jobs == set()


def test_a_caller_closes_once():
    closed = []
    caller = Caller("c", closed.append)
    caller.close()
    caller.close()
    assert closed == [caller]
    assert caller.closed
