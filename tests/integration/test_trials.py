"""A shadow and a split over a running server, and over its workers: streams go on, and each tag names its model."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from typing import TYPE_CHECKING, Any

import pytest
from grpc import StatusCode, aio

from emotag import AsyncEmotionClient
from emotag import Message as Said
from emotag.cli.trials import trial_lines
from emotag.v1 import admin_service_pb2 as pb
from tests.integration.calls import until
from tests.integration.models import admin_of, check_named, tags_of
from tests.integration.process import WORDS, Serving

if TYPE_CHECKING:
    from pathlib import Path

STREAMS, EACH, STAGES = 8, 2_500, 4
CONVERSATIONS = 100


async def _refused(call: Any) -> str:
    with pytest.raises(aio.AioRpcError) as caught:
        await call
    assert caught.value.code() is StatusCode.FAILED_PRECONDITION
    return str(caught.value.details())


async def test_streams_go_on_through_trials_and_each_tag_is_of_the_model_that_it_names(one: Path, two: Path) -> None:
    draw = random.Random(1)
    texts = [" ".join(draw.choices(WORDS, k=draw.randint(1, 12))) for _ in range(300)]
    expected = dict([await tags_of(one, texts), await tags_of(two, texts)])
    said = {f"{stream}-{number}": draw.choice(texts) for stream in range(STREAMS) for number in range(EACH)}
    answered: list[Any] = []
    stages = [asyncio.Event() for _ in range(STAGES)]

    async def talk(client: AsyncEmotionClient, stream: int) -> list[str]:
        async def source() -> Any:
            for number in range(EACH):
                if number and number % (EACH // (STAGES + 1)) == 0 and number // (EACH // (STAGES + 1)) <= STAGES:
                    await stages[number // (EACH // (STAGES + 1)) - 1].wait()
                name = f"{stream}-{number}"
                yield Said(said[name], id=name, conversation_id=f"c{number % CONVERSATIONS}")

        ids = []
        async for tag in client.stream(source(), scores=True):
            ids.append(tag.message_id)
            answered.append(tag)
        return ids

    async with Serving(one) as server:
        channel, admin = admin_of(server)

        async def status() -> Any:
            return (await admin.GetStatus(pb.GetStatusRequest())).workers[0]

        changes = [
            lambda: admin.SetShadow(pb.SetShadowRequest(checkpoint=str(two))),
            lambda: admin.SetSplit(pb.SetSplitRequest(checkpoint=str(two), share=0.3)),
            lambda: admin.SetSplit(pb.SetSplitRequest(share=0.6)),
            lambda: admin.SetSplit(pb.SetSplitRequest(off=True)),
        ]
        async with channel, AsyncEmotionClient(f"127.0.0.1:{server.port}") as client:
            talking = [asyncio.create_task(talk(client, stream)) for stream in range(STREAMS)]
            for stage, change in enumerate(changes):
                await until(lambda stage=stage: len(answered) >= stage * STREAMS * (EACH // (STAGES + 1)), 120)
                await change()
                stages[stage].set()
            ids = await asyncio.gather(*talking)
            second = await _refused(admin.SetShadow(pb.SetShadowRequest(checkpoint=str(one))))
            assert "end it first: emotag admin shadow --off" in second
            assert "there is no split" in await _refused(admin.SetSplit(pb.SetSplitRequest(share=0.5)))
            found = await status()
            assert found.shadow.compared > 0
            assert 0 < found.shadow.disagreed <= found.shadow.compared
            assert found.shadow.failed == 0
            assert not found.HasField("split")
            assert any(line.startswith("shadow tiny 0.1.0") for line in trial_lines(found))
            assert (await admin.SetShadow(pb.SetShadowRequest(off=True))).shadow.compared >= found.shadow.compared
            assert not (await status()).HasField("shadow")
        server.send(signal.SIGTERM)
        assert await server.exit_code() == 0
    assert ids == [[f"{stream}-{number}" for number in range(EACH)] for stream in range(STREAMS)]
    assert len(answered) == STREAMS * EACH == 20_000
    check_named(answered, said, expected)


async def test_all_workers_have_both_and_one_that_comes_later_too(one: Path, two: Path) -> None:
    async with Serving(one, "--workers", "2", ready=b'"ready"') as server:
        channel, admin = admin_of(server)

        async def statuses() -> Any:
            return list((await admin.GetStatus(pb.GetStatusRequest())).workers)

        async with channel:
            assert "absolute" in await _refused(admin.SetSplit(pb.SetSplitRequest(checkpoint="tiny", share=0.5)))
            await admin.SetShadow(pb.SetShadowRequest(checkpoint=str(two), share=0.5))
            await admin.SetSplit(pb.SetSplitRequest(checkpoint=str(two), share=0.2, salt="draw"))
            await admin.SetSplit(pb.SetSplitRequest(share=0.4))
            before = await statuses()
        os.kill(before[1].pid, signal.SIGKILL)
        channel, admin = admin_of(server)
        async with channel, asyncio.timeout(60):
            while True:
                found = await _attempt(statuses)
                if found and not any(each.problem for each in found) and found[1].pid != before[1].pid:
                    break
                await asyncio.sleep(0.05)
            for each in (*before, *found):
                assert (each.shadow.checkpoint, each.shadow.share) == (str(two), 0.5)
                assert (each.split.checkpoint, each.split.share, each.split.salt) == (str(two), 0.4, "draw")
            await admin.SetSplit(pb.SetSplitRequest(off=True))
            await admin.SetShadow(pb.SetShadowRequest(off=True))
            assert not any(each.HasField("split") or each.HasField("shadow") for each in await statuses())
            await admin.Drain(pb.DrainRequest())
        assert await server.exit_code() == 0


async def _attempt(statuses: Any) -> Any:
    try:
        return await statuses()
    except aio.AioRpcError:  # the call went to the one that was killed
        return None
