from __future__ import annotations

import asyncio
import threading

import pytest

from emotag_service.kafka.errors import UnreadableBatchError
from emotag_service.kafka.tagging.buffer import Buffer, tag_ahead
from tests.unit.engine.helpers import until
from tests.unit.kafka.tagging.fakes import FakeEngine, FakeRewriter, record, records


@pytest.fixture
async def parts():
    engine, buffer = FakeEngine(), Buffer(lambda: None)
    batches = asyncio.Queue(2)
    task = asyncio.ensure_future(tag_ahead(buffer, FakeRewriter(), engine.session("x"), batches, 4))
    yield engine, buffer, batches
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_every_record_comes_back_with_its_own_answer(parts):
    engine, buffer, batches = parts
    buffer.put([record(0, b"a"), record(1, b"skip"), record(2, b"b"), record(3, b"bad")])
    answered = await (await batches.get()).answered()
    assert [(prepared.record.offset, answer is not None) for prepared, answer in answered] == [
        (0, True),
        (1, False),
        (2, True),
        (3, False),
    ]
    assert engine.submitted == [["a", "b"]]


async def test_the_engine_is_not_asked_for_nothing(parts):
    engine, buffer, batches = parts
    buffer.put([record(0, b"skip")])
    answered = await (await batches.get()).answered()
    assert [answer for _, answer in answered] == [None]
    assert engine.submitted == []


async def test_it_works_ahead_but_only_so_far(parts):
    engine, buffer, batches = parts
    engine.open.clear()
    buffer.put(records(0, 100))
    await until(lambda: batches.full() and len(engine.submitted) == 3)
    for _ in range(50):
        await asyncio.sleep(0)
    assert [len(texts) for texts in engine.submitted] == [4, 4, 4]  # two wait to be taken, one to be put
    engine.open.set()
    for _ in range(25):
        await (await batches.get()).answered()


async def test_what_cannot_be_read_comes_last(parts):
    _, buffer, batches = parts
    buffer.put(records(0, 2))
    error = UnreadableBatchError("in", 0, 2, 3, "it is broken")
    buffer.end_with(error)
    assert len(await (await batches.get()).answered()) == 2
    with pytest.raises(UnreadableBatchError) as caught:
        await (await batches.get()).answered()
    assert caught.value is error
    for _ in range(50):
        await asyncio.sleep(0)
    assert batches.empty()


async def test_many_bytes_are_read_in_a_thread(parts, monkeypatch):
    _, buffer, batches = parts
    main, read = [], FakeRewriter.prepare

    def prepare(self, one):
        main.append(threading.current_thread() is threading.main_thread())
        return read(self, one)

    monkeypatch.setattr(FakeRewriter, "prepare", prepare)
    buffer.put([record(0)])
    await batches.get()
    buffer.put([record(1, b"x" * 300_000), record(2)])
    await batches.get()
    assert main == [True, False, False]
