"""Quotas: unary calls are refused with a hint, streams are held back, and neighbours are served."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from grpc import StatusCode, aio

from emotag import AsyncEmotionClient, OverloadedError, Retry
from emotag.v1.emotion_service_pb2 import ClassifyRequest, StreamClassifyRequest
from emotag.v1.emotion_service_pb2_grpc import EmotionServiceStub
from emotag.v1.message_pb2 import Message
from emotag_service.access.callers import Callers
from emotag_service.access.grant import new_token
from emotag_service.access.protection import Protection, Quota
from emotag_service.grpc.server import Server
from tests.integration.calls import detail, exchange, frame, messages, read_tags, reason, rich_status, tags_of, until
from tests.integration.supervised import operators_of, serving_workers
from tests.integration.web import CLASSIFY, Talk, agent, asking, line, opened
from tests.unit.ops.helpers import get, samples, value

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from emotag_service.engine.engine import Engine
    from tests.integration.scripted import Script

NEVER = 1e-3  # a second: whoever has used it up waits for longer than any test


@asynccontextmanager
async def started(engine: Engine, quota: Quota, **protection: Any) -> AsyncIterator[Server]:
    server = Server("127.0.0.1", 0, protection=Protection(quota=quota, **protection))
    await server.start(engine)
    try:
        yield server
    finally:
        await server.stop()


@asynccontextmanager
async def serving(engine: Engine, quota: Quota, **protection: Any) -> AsyncIterator[str]:
    async with started(engine, quota, **protection) as server:
        yield f"127.0.0.1:{server.port}"


async def refusal(call: Any) -> Status:
    with pytest.raises(aio.AioRpcError) as caught:
        await call
    status = rich_status(caught.value)
    assert caught.value.code().name == "RESOURCE_EXHAUSTED"
    return status


def request(*texts: str) -> ClassifyRequest:
    return ClassifyRequest(messages=messages(*texts))


@pytest.mark.parametrize("quota", [Quota(messages_per_second=NEVER), Quota(bytes_per_second=NEVER)])
async def test_unary_calls_are_refused_with_a_hint_over_all_connections(engine: Engine, quota: Quota) -> None:
    async with serving(engine, quota) as target:
        for connection in range(2):
            options = [("grpc.use_local_subchannel_pool", 1)]
            async with aio.insecure_channel(target, options=options) as channel:
                stub = EmotionServiceStub(channel)
                if connection == 0:
                    assert len((await stub.Classify(request("joy", "joy"))).tags) == 2
                status = await refusal(stub.Classify(request("joy")))
                assert reason(status) == "QUOTA"
                assert detail(status, RetryInfo).retry_delay.seconds > 100


@pytest.mark.parametrize("quota", [Quota(messages_per_second=NEVER), Quota(bytes_per_second=NEVER)])
async def test_a_stream_is_held_back_and_loses_nothing(engine: Engine, script: Script, quota: Quota) -> None:
    async with serving(engine, quota) as target, aio.insecure_channel(target) as channel:
        call = EmotionServiceStub(channel).StreamClassify()
        await call.write(frame("joy", ids="first"))
        assert len(await read_tags(call, 1)) == 1
        await call.write(frame("joy", ids="second"))
        assert reason(await refusal(EmotionServiceStub(channel).Classify(request("joy")))) == "QUOTA"
        assert engine.stats().held == 0
        assert sum(script.batches) == 1
        call.cancel()


@pytest.mark.parametrize("quota", [Quota(messages_per_second=500), Quota(bytes_per_second=1500)])
async def test_a_stream_goes_on_once_its_quota_allows(engine: Engine, quota: Quota) -> None:
    async with serving(engine, quota) as target, aio.insecure_channel(target) as channel:
        frames = [frame(*["joy"] * 200, ids=f"{number}-") for number in range(5)]
        tags = tags_of(await exchange(EmotionServiceStub(channel).StreamClassify(), frames))
        assert [tag.label for tag in tags] == ["joy"] * 1000


async def test_a_stream_is_held_back_by_the_bytes_that_it_sends(engine: Engine, script: Script) -> None:
    """Many short messages pass where a long one has used up what all of them would need."""
    async with serving(engine, Quota(bytes_per_second=1_000)) as target, aio.insecure_channel(target) as channel:
        call = EmotionServiceStub(channel).StreamClassify()
        await call.write(frame(*["joy"] * 300, ids="short"))
        assert len(await read_tags(call, 300)) == 300
        long = ["joy " * 15_000]  # a minute's worth: passes while anything is left, and is paid for afterwards
        await call.write(frame(*long, ids="long"))
        assert [tag.label for tag in await read_tags(call, 1)] == ["joy"]
        await call.write(frame("joy", ids="next"))
        status = await refusal(EmotionServiceStub(channel).Classify(request("joy")))
        assert (reason(status), sum(script.batches)) == ("QUOTA", 301)
        call.cancel()


def nothing(size: int) -> StreamClassifyRequest:
    """A frame of so many bytes that mean nothing: a field that it does not have."""
    padding = Message(sender="x" * size).SerializeToString()
    return StreamClassifyRequest.FromString(padding)


@pytest.mark.parametrize("first", [True, False], ids=["the first", "another"])
async def test_a_frame_without_messages_is_paid_for(engine: Engine, script: Script, *, first: bool) -> None:
    async with (
        started(engine, Quota(bytes_per_second=1_000)) as server,
        aio.insecure_channel(f"127.0.0.1:{server.port}") as channel,
    ):
        call = EmotionServiceStub(channel).StreamClassify()
        if not first:
            await call.write(frame("joy", ids="before"))
            await read_tags(call, 1)
        await call.write(nothing(60_000))  # a minute's worth
        if first:
            assert (await call.read()).HasField("start")  # waits for no quota
        assert server._servicer is not None
        [stream] = server._servicer.streams._open
        await until(lambda: stream._account.delay() > 30)
        await call.write(frame("joy", ids="after"))
        assert reason(await refusal(EmotionServiceStub(channel).Classify(request("joy")))) == "QUOTA"
        assert len(script.batches) == (not first)
        call.cancel()


async def test_a_line_without_a_message_is_paid_for(engine: Engine, script: Script) -> None:
    protection = Protection(quota=Quota(bytes_per_second=1_000))
    callers = Callers(engine, protection.quota)
    async with opened(engine, protection, callers) as port, Talk.begin(port.port) as talk:
        [account] = callers._accounts._busy.values()
        talk.say(b" " * 60_000 + b"\n")
        await until(lambda: account.delay() > 30)
        talk.say(line(text="joy"))
        async with agent(port) as client:
            assert (await client.post(CLASSIFY, json=asking(CLASSIFY, "joy"))).status_code == 429
        assert script.batches == []


async def test_a_refused_call_comes_back_by_itself(engine: Engine) -> None:
    async with serving(engine, Quota(messages_per_second=20)) as target:
        async with AsyncEmotionClient(target, retry=Retry(seconds=60)) as client:
            tags = [await client.classify("joy") for _ in range(30)]
        assert {tag.label for tag in tags} == {"joy"}
        async with AsyncEmotionClient(target, retry=Retry(attempts=1)) as client:
            with pytest.raises(OverloadedError) as caught:
                await asyncio.gather(*(client.classify("joy") for _ in range(60)))
        assert caught.value.reason == "QUOTA"


async def test_streams_of_one_caller_are_bounded(engine: Engine) -> None:
    async with serving(engine, Quota(streams=2)) as target, aio.insecure_channel(target) as channel:
        stub = EmotionServiceStub(channel)
        first, second = stub.StreamClassify(), stub.StreamClassify()
        for call in (first, second):
            await call.write(frame("joy"))
            await read_tags(call, 1)
        status = await refusal(exchange(stub.StreamClassify(), []))
        assert (reason(status), detail(status, RetryInfo).retry_delay.seconds) == ("QUOTA", 1)
        first.cancel()
        await until(lambda: engine.stats().held == 0)
        async with AsyncEmotionClient(target) as client:
            assert [tag.label async for tag in client.stream(_two())] == ["joy", "joy"]
        second.cancel()


async def _two() -> AsyncIterator[str]:
    yield "joy"
    yield "joy"


async def test_streams_of_all_callers_are_bounded(engine: Engine) -> None:
    async with serving(engine, Quota(), streams=1) as target, aio.insecure_channel(target) as channel:
        stub = EmotionServiceStub(channel)
        call = stub.StreamClassify()
        await call.write(frame("joy"))
        await read_tags(call, 1)
        assert reason(await refusal(exchange(stub.StreamClassify(), []))) == "TOO_MANY_STREAMS"
        call.cancel()


async def test_refusals_are_exported_by_the_names_of_tokens_over_all_workers(checkpoint: Path, tmp_path: Path) -> None:
    tokens, path = {}, tmp_path / "tokens"
    for name in ("planner", "coder"):
        tokens[name], grant = new_token(name, ["classify"])
        with path.open("a") as file:
            file.write(f"{grant.line()} messages_per_second={NEVER}\n")
    refused = dict.fromkeys(tokens, 0)
    async with serving_workers(checkpoint, "--tokens", str(path), "--http-port", "0") as server:
        for name, token in tokens.items():
            for _ in range(32):
                options = [("grpc.use_local_subchannel_pool", 1)]
                async with aio.insecure_channel(f"127.0.0.1:{server.port}", options=options) as channel:
                    bearer = (("authorization", f"Bearer {token}"),)
                    ended = EmotionServiceStub(channel).Classify(request("joy"), metadata=bearer)
                    refused[name] += await ended.code() is StatusCode.RESOURCE_EXHAUSTED
        found = samples((await get(operators_of(server), "metrics")).text)
    metric, reason = "emotag_caller_refusals_total", "messages_per_second"
    for name, count in refused.items():
        assert count == 30  # each worker lets one call pass
        each = [value(found, metric, caller=name, reason=reason, worker=worker) for worker in ("1", "2")]
        assert sum(each) == count
        assert all(each)  # by chance of the kernel: one in 2**26 would go to one worker alone
    for worker in ("1", "2"):
        assert value(found, metric, caller="other", reason=reason, worker=worker) == 0


async def test_each_token_has_its_own(engine: Engine, tmp_path: Path) -> None:
    lines, tokens = "", {}
    for name, setting in (("planner", ""), ("coder", ""), ("batch", " messages_per_second=0")):
        tokens[name], grant = new_token(name, ["classify"])
        lines += f"{grant.line()}{setting}\n"
    path = tmp_path / "tokens"
    path.write_text(lines)
    async with serving(engine, Quota(messages_per_second=NEVER), tokens=path) as target:
        for name, allowed in (("planner", 1), ("coder", 1), ("batch", 5)):
            async with AsyncEmotionClient(target, token=tokens[name], retry=Retry(attempts=1)) as client:
                for _ in range(allowed):
                    assert (await client.classify("joy")).label == "joy"
                if allowed == 1:
                    with pytest.raises(OverloadedError, match=f"{name} may send 0.001 messages a second"):
                        await client.classify("joy")
