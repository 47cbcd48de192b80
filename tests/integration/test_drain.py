"""The end of a server: told in every stream, nothing admitted is lost, nobody holds it up."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
import structlog
from google.rpc.code_pb2 import Code
from grpc import StatusCode, aio
from structlog.testing import capture_logs

from emotag.v1.admin_service_pb2 import DrainRequest
from emotag.v1.admin_service_pb2_grpc import AdminServiceStub
from emotag.v1.emotion_service_pb2 import ClassifyRequest, StreamClassifyRequest
from emotag.v1.emotion_service_pb2_grpc import EmotionServiceStub
from emotag_service import service as module
from emotag_service.config import ServeConfig
from emotag_service.engine.errors import DeviceError
from emotag_service.service import Service
from tests.integration.calls import frame, messages, read_tags, reason, rich_status, until
from tests.integration.scripted import scripted_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from emotag.v1.emotion_service_pb2_grpc import EmotionServiceAsyncStub
    from emotag_service.engine.engine import Engine
    from emotag_service.grpc.server import Server
    from tests.integration.scripted import Script


async def test_admitted_messages_are_answered_and_later_ones_refused(
    stub: EmotionServiceAsyncStub, server: Server, engine: Engine, script: Script
) -> None:
    script.gate.clear()
    call = stub.StreamClassify()
    await call.write(frame(*["joy"] * 300))
    await until(lambda: engine.stats().held == 300)
    assert (await call.read()).HasField("start")
    draining = asyncio.create_task(server.drain(engine, 30))
    notice = await call.read()
    assert notice.drain.grace.ToMilliseconds() == pytest.approx(30_000, abs=2000)
    await call.write(frame("joy", ids="late"))
    await call.done_writing()
    script.gate.set()
    tags = await read_tags(call, 301)
    assert {tag.label for tag in tags[:300]} == {"joy"}
    assert (tags[300].message_id, tags[300].error.code) == ("late0", Code.UNAVAILABLE)
    assert reason(tags[300].error) == "DRAINING"
    assert await call.read() is aio.EOF
    assert await call.code() is StatusCode.OK
    assert await draining == 0


async def test_an_idle_stream_that_is_closed_ends_the_drain_at_once(
    stub: EmotionServiceAsyncStub, server: Server, engine: Engine
) -> None:
    call = stub.StreamClassify()
    await call.write(frame("joy"))
    await read_tags(call, 1)
    draining = asyncio.create_task(server.drain(engine, 600))
    assert (await call.read()).HasField("drain")
    await call.done_writing()
    assert await call.read() is aio.EOF
    assert await call.code() is StatusCode.OK
    async with asyncio.timeout(1.9):  # less than the linger of an idle stream
        assert await draining == 0


@pytest.mark.parametrize("spoken", [True, False], ids=["idle", "never spoken"])
async def test_a_stream_that_ignores_the_notice_is_ended(
    stub: EmotionServiceAsyncStub, server: Server, engine: Engine, spoken: bool
) -> None:
    call = stub.StreamClassify()
    if spoken:
        await call.write(frame("joy"))
        await read_tags(call, 1)
    await until(lambda: len(server._servicer.streams) == 1)  # type: ignore[union-attr]
    draining = asyncio.create_task(server.drain(engine, 600))
    with pytest.raises(aio.AioRpcError) as caught:
        await read_tags(call, 1)
    assert caught.value.code() is StatusCode.UNAVAILABLE
    assert reason(rich_status(caught.value)) == "DRAINING"
    assert await draining == 0


async def test_a_stream_that_opens_late_is_told_at_once(
    stub: EmotionServiceAsyncStub, server: Server, engine: Engine
) -> None:
    holder = stub.StreamClassify()
    await holder.write(frame("joy"))
    await read_tags(holder, 1)
    draining = asyncio.create_task(server.drain(engine, 600))
    late = stub.StreamClassify()
    await late.write(frame("joy"))
    first = await late.read()
    assert first.HasField("start")
    assert first.HasField("drain")
    [tag] = list(first.tags) or await read_tags(late, 1)
    assert tag.error.code == Code.UNAVAILABLE
    await late.done_writing()
    await holder.done_writing()
    assert await draining == 0


async def test_what_is_not_computed_in_time_is_answered_as_such(
    stub: EmotionServiceAsyncStub, server: Server, engine: Engine, script: Script
) -> None:
    script.gate.clear()
    call = stub.StreamClassify()
    unary = stub.Classify(ClassifyRequest(messages=messages("joy")))
    await call.write(frame(*["joy"] * 10))
    await until(lambda: engine.stats().held == 11)
    assert await server.drain(engine, 0.1) == 11
    tags = await read_tags(call, 10)
    assert {tag.error.code for tag in tags} == {Code.UNAVAILABLE}
    with pytest.raises(aio.AioRpcError) as caught:
        await unary
    assert caught.value.code() is StatusCode.UNAVAILABLE
    script.gate.set()


async def test_stopping_cuts_off_who_never_reads(stub: EmotionServiceAsyncStub, server: Server, engine: Engine) -> None:
    call = stub.StreamClassify()
    written: list[int] = []

    async def flood() -> None:
        while True:
            await call.write(StreamClassifyRequest(messages=messages(*["joy"] * 256, ids=f"{len(written)}-")))
            written.append(256)

    flooding = asyncio.create_task(flood())
    await until(lambda: len(written) > 20)
    assert await server.drain(engine, 0.5) == 0
    await server.stop()
    flooding.cancel()
    with pytest.raises((aio.AioRpcError, asyncio.CancelledError)):
        await flooding
    await until(lambda: len(server._servicer.streams) == 0)  # type: ignore[union-attr]


async def test_a_stopped_server_refuses_connections(
    stub: EmotionServiceAsyncStub, server: Server, engine: Engine
) -> None:
    assert await server.drain(engine, 1) == 0
    await server.stop()
    await server.stop()
    with pytest.raises(aio.AioRpcError) as caught:
        await stub.Classify(ClassifyRequest(messages=messages("joy")))
    assert caught.value.code() is StatusCode.UNAVAILABLE


@pytest_asyncio.fixture(loop_scope="session")
async def events() -> AsyncIterator[list[Any]]:
    """What is logged."""
    structlog.reset_defaults()
    with capture_logs() as captured:
        yield captured


@asynccontextmanager
async def _whole(script: Script, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Service, asyncio.Task[bool]]]:
    """A whole service in this process, over the script, and its run."""
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(module, "load_engine", lambda *_: scripted_engine(script))
    monkeypatch.setattr(module, "keep_pauses_short", lambda: None)  # it is of this process, too
    service = Service(ServeConfig(port=0, drain_seconds=600), ready=lambda _: None, began=0)
    running = asyncio.create_task(service.run())
    try:
        await until(lambda: service.callers is not None)
        yield service, running
    finally:
        script.gate.set()
        script.builds.set()
        service.drain()
        await running
        loop.set_exception_handler(None)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.remove_signal_handler(number)


async def test_what_was_taken_while_it_warmed_up_is_answered(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    script.builds.clear()
    async with _whole(script, monkeypatch) as (service, running):
        assert service.server is not None
        async with aio.insecure_channel(f"127.0.0.1:{service.server.port}") as channel:
            call = EmotionServiceStub(channel).Classify(ClassifyRequest(messages=messages("joy")), wait_for_ready=True)
            await until(lambda: service.engine is not None and service.engine.stats().held == 1)
            service.drain()
            await until(lambda: service.server is not None and service.server.health.stopping)
            script.builds.set()
            assert [tag.label for tag in (await call).tags] == ["joy"]
        assert await running


async def test_a_model_that_comes_not_to_run_while_it_drains_is_no_clean_end(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    script.builds.clear()
    script.fails = True

    async def drain_it() -> None:
        async with _whole(script, monkeypatch) as (service, _running):
            assert service.server is not None
            async with aio.insecure_channel(f"127.0.0.1:{service.server.port}") as channel:
                call = EmotionServiceStub(channel).Classify(ClassifyRequest(messages=messages("joy")))
                asked = asyncio.ensure_future(call.code())
                await until(lambda: service.engine is not None and service.engine.stats().held == 1)
                service.drain()
                await until(lambda: service.server is not None and service.server.health.stopping)
                script.builds.set()
                assert await asked is StatusCode.UNAVAILABLE

    with pytest.raises(DeviceError):
        await drain_it()


@pytest_asyncio.fixture(loop_scope="session")
async def drained(
    script: Script, events: list[Any], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Any, asyncio.Task[bool]]]:
    """A stream, with a message in it that the script holds, of a whole service that an operator had drain, twice."""
    script.gate.clear()
    async with _whole(script, monkeypatch) as (service, running):
        await until(lambda: service.server is not None and service.server.health.serving)
        async with aio.insecure_channel(f"127.0.0.1:{service.server.port}") as channel:  # type: ignore[union-attr]
            call = EmotionServiceStub(channel).StreamClassify()
            await call.write(frame("joy"))
            await until(lambda: service.engine is not None and service.engine.stats().held == 1)
            for _ in range(2):
                await AdminServiceStub(channel).Drain(DrainRequest())  # type: ignore[no-untyped-call]
            # Or a signal would end this process, too: after a second one nobody takes them.
            assert "stopping at once" not in [event["event"] for event in events], events
            yield call, running


async def test_a_signal_lets_the_drain_of_an_operator_go_on(
    drained: tuple[Any, asyncio.Task[bool]], script: Script, events: list[Any]
) -> None:
    call, running = drained
    os.kill(os.getpid(), signal.SIGTERM)
    await until(lambda: "still stopping" in [event["event"] for event in events])
    script.gate.set()
    [tag] = await read_tags(call, 1)
    assert tag.label == "joy"
    await call.done_writing()
    assert await running
    assert "stopping at once" not in [event["event"] for event in events]


async def test_the_second_signal_after_the_drain_of_an_operator_does_not_wait(
    drained: tuple[Any, asyncio.Task[bool]], events: list[Any]
) -> None:
    call, running = drained
    for event in ("still stopping", "stopping at once"):
        os.kill(os.getpid(), signal.SIGTERM)
        await until(lambda event=event: event in [one["event"] for one in events])  # type: ignore[misc]
    assert not await running
    call.cancel()
