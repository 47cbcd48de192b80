"""AdminService and `emotag admin`: a running server changes, all of its workers or none, for whoever may do it."""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import signal
import sys
from typing import TYPE_CHECKING, Any

import pytest
from grpc import StatusCode, aio

from emotag import AsyncEmotionClient
from emotag import Message as Said
from emotag.v1 import admin_service_pb2 as pb
from emotag_service.access.grant import new_token
from tests.integration.calls import reason, rich_status, until
from tests.integration.models import admin_of, check_named, tags_of
from tests.integration.process import WORDS, Serving, being_read, stuck_checkpoint

if TYPE_CHECKING:
    from pathlib import Path

STREAMS, EACH = 16, 3_125
SWAPS = 5


@pytest.fixture(scope="module")
def damaged(two: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("damaged") / "tiny"
    shutil.copytree(two, folder)
    weights = folder / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    return folder


async def _refusal(call: Any) -> tuple[StatusCode, str, str]:
    with pytest.raises(aio.AioRpcError) as caught:
        await call
    return caught.value.code(), reason(rich_status(caught.value)), str(caught.value.details())


async def test_streams_go_on_through_swaps_and_each_tag_is_of_the_model_that_it_names(one: Path, two: Path) -> None:
    draw = random.Random(1)
    texts = [" ".join(draw.choices(WORDS, k=draw.randint(1, 12))) for _ in range(400)]
    expected = dict([await tags_of(one, texts), await tags_of(two, texts)])
    assert len(expected) == 2
    said = {f"{stream}-{number}": draw.choice(texts) for stream in range(STREAMS) for number in range(EACH)}
    answered: list[Any] = []
    swapped = [asyncio.Event() for _ in range(SWAPS)]

    async def talk(client: AsyncEmotionClient, stream: int) -> list[str]:
        async def source() -> Any:
            for number in range(EACH):
                stage = number * (SWAPS + 2) // EACH  # two ahead of the swaps, so that each has messages under way
                if stage >= 2:
                    await swapped[stage - 2].wait()
                yield Said(said[f"{stream}-{number}"], id=f"{stream}-{number}")

        ids = []
        async for tag in client.stream(source(), scores=True):
            ids.append(tag.message_id)
            answered.append(tag)
        return ids

    async with Serving(one) as server:
        channel, admin = admin_of(server)
        async with channel, AsyncEmotionClient(f"127.0.0.1:{server.port}") as client:
            talking = [asyncio.create_task(talk(client, stream)) for stream in range(STREAMS)]
            for swap in range(SWAPS):
                await until(lambda swap=swap: len(answered) >= (swap + 1) * 6_000, 120)
                reply = await admin.SwapCheckpoint(pb.SwapCheckpointRequest(checkpoint=str((two, one)[swap % 2])))
                assert reply.model.digest != reply.previous.digest
                assert len(answered) < len(said), "too late: all was answered before"
                swapped[swap].set()
            ids = await asyncio.gather(*talking)
        server.send(signal.SIGTERM)
        assert await server.exit_code() == 0
    assert ids == [[f"{stream}-{number}" for number in range(EACH)] for stream in range(STREAMS)]
    assert len(answered) == STREAMS * EACH == 50_000
    check_named(answered, said, expected)
    other = {digest: [tag.scores.tolist() for tag in tags.values()] for digest, tags in expected.items()}
    assert len({str(scores) for scores in other.values()}) == 2, "the two models say the same: nothing was proved"


async def test_what_fails_leaves_the_old_one_serving(one: Path, damaged: Path) -> None:
    async with Serving(one) as server:
        channel, admin = admin_of(server)
        async with channel:
            for path, words in (
                (damaged, "model.safetensors"),
                ("/nonexistent", "no such folder"),
                ("tiny", "absolute"),
            ):
                code, why, details = await _refusal(
                    admin.SwapCheckpoint(pb.SwapCheckpointRequest(checkpoint=str(path)))
                )
                assert (code, why) == (StatusCode.FAILED_PRECONDITION, "NOT_CHANGED")
                assert str(path) in details
                assert words in details
            [status] = (await admin.GetStatus(pb.GetStatusRequest())).workers
        assert (status.checkpoint, status.healthy, status.number) == (str(one), True, 0)


async def test_a_checkpoint_that_is_not_read_does_not_keep_the_server_from_its_end(one: Path, tmp_path: Path) -> None:
    stuck = stuck_checkpoint(one, tmp_path / "stuck")
    async with Serving(one, "--drain-seconds", "1") as server:
        channel, admin = admin_of(server)
        async with channel:
            swap = admin.SwapCheckpoint(pb.SwapCheckpointRequest(checkpoint=str(stuck)))
            asked = asyncio.ensure_future(swap.code())
            read = asyncio.ensure_future(being_read(stuck))
            await asyncio.wait((asked, read), return_when=asyncio.FIRST_COMPLETED)
            assert not asked.done()
            server.send(signal.SIGTERM)
            assert await server.exit_code() == 0
            os.close(await read)
            assert await asked is not StatusCode.OK


async def test_all_workers_change_or_none(one: Path, two: Path, damaged: Path) -> None:
    async with Serving(one, "--workers", "2", ready=b'"ready"') as server:
        channel, admin = admin_of(server)

        async def statuses() -> Any:
            return list((await admin.GetStatus(pb.GetStatusRequest())).workers)

        async with channel:
            _, _, details = await _refusal(admin.SwapCheckpoint(pb.SwapCheckpointRequest(checkpoint=str(damaged))))
            assert details.startswith("worker 1: ")
            assert [status.checkpoint for status in await statuses()] == [str(one)] * 2
            await admin.SwapCheckpoint(pb.SwapCheckpointRequest(checkpoint=str(two)))
            await admin.SetLogLevel(pb.SetLogLevelRequest(level="warning"))
            before = await statuses()
            assert [(each.number, each.checkpoint, each.log_level) for each in before] == [
                (1, str(two), "warning"),
                (2, str(two), "warning"),
            ]
            assert len({each.model.digest for each in before}) == 1

        os.kill(before[1].pid, signal.SIGKILL)
        channel, admin = admin_of(server)
        async with channel, asyncio.timeout(60):
            while True:  # whoever comes in its place has what was changed
                found = await _attempt(statuses)
                if found and not any(each.problem for each in found) and found[1].pid != before[1].pid:
                    break
                await asyncio.sleep(0.05)
            assert [(each.checkpoint, each.log_level) for each in found] == [(str(two), "warning")] * 2
            await admin.Drain(pb.DrainRequest())
        assert await server.exit_code() == 0


async def _attempt(statuses: Any) -> Any:
    try:
        return await statuses()
    except aio.AioRpcError:  # the call went to the one that was killed
        return None


async def test_a_token_of_the_scope_admin_is_needed_where_there_are_tokens(one: Path, tmp_path: Path) -> None:
    made = {scope: new_token(scope, [scope]) for scope in ("classify", "admin")}
    (tmp_path / "tokens").write_text("".join(f"{grant.line()}\n" for _, grant in made.values()))
    async with Serving(one, "--tokens", str(tmp_path / "tokens")) as server:
        channel, admin = admin_of(server)
        async with channel:
            request = pb.GetStatusRequest()
            assert (await _refusal(admin.GetStatus(request)))[:2] == (StatusCode.UNAUTHENTICATED, "TOKEN_MISSING")
            for scope, outcome in (("classify", "SCOPE_MISSING"), ("admin", "")):
                call = admin.GetStatus(request, metadata=(("authorization", f"Bearer {made[scope][0]}"),))
                if outcome:
                    assert (await _refusal(call))[:2] == (StatusCode.PERMISSION_DENIED, outcome)
                else:
                    assert len((await call).workers) == 1


async def test_without_tokens_a_port_that_others_reach_takes_no_changes(one: Path) -> None:
    async with Serving(one, "--host", "0.0.0.0", "--insecure") as server:  # noqa: S104 - that is what is tested
        channel, admin = admin_of(server)
        async with channel:
            code, why, details = await _refusal(admin.Drain(pb.DrainRequest()))
        assert (code, why) == (StatusCode.PERMISSION_DENIED, "ADMIN_CLOSED")
        assert "--tokens" in details


async def test_the_command(one: Path, two: Path) -> None:
    async with Serving(one) as server:

        async def typed(*words: str) -> tuple[int | None, str]:
            command = (sys.executable, "-m", "emotag", "admin", *words, "--target", f"127.0.0.1:{server.port}")
            process = await asyncio.create_subprocess_exec(
                *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
            )
            said, _ = await process.communicate()
            return process.returncode, said.decode()

        code, said = await typed("swap", str(two))
        assert code == 0
        assert said.splitlines()[1].endswith(f" from {one}")
        code, said = await typed("status")
        assert code == 0
        assert f"from {two}" in said
        code, said = await typed("status", "--json")
        assert (code, json.loads(said)[0]["checkpoint"]) == (0, str(two))
        code, said = await typed("swap", "/nonexistent")
        assert code == 2
        assert "/nonexistent: no such folder" in said
        assert await typed("log-level", "debug") == (0, "logs debug and above\n")
        [asked] = [each for each in server.logged("change asked for") if each["what"] == "log level"]
        assert (asked["least_level"], asked["level"]) == ("debug", "info")
        assert (await typed("drain"))[0] == 0
        assert await server.exit_code() == 0
