"""`emotag serve --workers N`: several processes on one port, from their start to their end, one of which dies."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from grpc import StatusCode, aio

from emotag import AsyncEmotionClient
from emotag import Message as Said
from emotag.v1.emotion_service_pb2 import ClassifyRequest
from emotag.v1.emotion_service_pb2_grpc import EmotionServiceStub
from emotag.v1.message_pb2 import Message
from emotag_model.checkpoint import Checkpoint
from emotag_service.ops.drift import stability_index
from tests.integration.calls import frame, messages, read_tags, until
from tests.integration.supervised import operators_of, pid_of, serving_workers
from tests.unit.ops.helpers import get, samples, value

if TYPE_CHECKING:
    from tests.integration.process import Serving

APART = [("grpc.use_local_subchannel_pool", 1)]  # a connection of its own, for the kernel to give to some worker
CALLERS = 12


def _lives(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def _channels(server: Serving, count: int = CALLERS) -> list[aio.Channel]:
    return [aio.insecure_channel(f"127.0.0.1:{server.port}", APART) for _ in range(count)]


async def _open_streams(port: int) -> dict[str, float]:
    found = samples((await get(port, "metrics")).text)
    return {
        worker: value(found, "emotag_requests_open", method="StreamClassify", worker=worker) for worker in ("1", "2")
    }


async def _draining(server: Serving) -> tuple[list[aio.Channel], list[Any]]:
    """Have each worker drain, with streams open; return their channels and their calls, which end when nobody has them."""
    channels = _channels(server)
    calls = await _opened(channels)
    server.send(signal.SIGTERM)
    for call in calls:
        assert (await call.read()).HasField("drain")
    return channels, calls


async def _opened(channels: list[aio.Channel]) -> list[Any]:
    """One stream on each, which has had a tag."""
    calls = [EmotionServiceStub(channel).StreamClassify() for channel in channels]
    for call in calls:
        await call.write(frame("joy"))
        await read_tags(call, 1)
    return calls


async def test_all_serve_on_one_port_and_are_counted_together(checkpoint: Path, tmp_path: Path) -> None:
    usual = _usual(checkpoint)
    (tmp_path / "usual.json").write_text(json.dumps({"taxonomies": {"basic": {"shares": usual}}}))
    async with serving_workers(checkpoint, "--drift-reference", str(tmp_path / "usual.json")) as server:
        [ready] = server.logged("ready")
        assert (ready["workers"], ready["port"]) == (2, server.port)
        assert {logged["worker"] for logged in server.logged("serving")} == {1, 2}
        port, channels = operators_of(server), _channels(server, 32)
        for channel in channels:
            await EmotionServiceStub(channel).Classify(ClassifyRequest(messages=messages("joy", "")))
        assert (await get(port, "readyz")).text == "ok\n"
        found = samples((await get(port, "metrics")).text)
        calls = [
            value(found, "emotag_requests_total", method="Classify", code="OK", worker=worker) for worker in ("1", "2")
        ]
        assert sum(calls) == 32
        assert all(calls)  # by chance of the kernel: one in 2**31 would go to one worker alone
        tags = [value(found, "emotag_messages_total", worker=worker) for worker in ("1", "2")]
        assert tags == [2 * each for each in calls]
        assert value(found, "process_resident_memory_bytes", worker="supervisor") > 0
        assert [value(found, "emotag_worker_ready", worker=worker) for worker in ("1", "2")] == [1, 1]
        for channel in channels:
            await EmotionServiceStub(channel).Classify(ClassifyRequest(messages=messages(*["thank you", "angry"] * 10)))
        await _drift_is_that_of_all_tags(port, usual)
        await asyncio.gather(*(channel.close() for channel in channels))
        server.send(signal.SIGTERM)
        assert await server.exit_code() == 0
    assert len(server.logged("stopped")) == 2
    assert server.logged("stopping at once") == []


def _usual(checkpoint: Path) -> dict[str, float]:
    """Expected shares of labels: each the same."""
    labels = Checkpoint.load(checkpoint).labels.taxonomy().labels
    return dict.fromkeys(labels, 1 / len(labels))


async def _drift_is_that_of_all_tags(port: int, usual: dict[str, float]) -> None:
    """It is exported once, and is the index of the labels of both workers together."""
    found = samples((await get(port, "metrics")).text)
    counts = dict.fromkeys(usual, 0)
    for (name, labels), count in found.items():
        told = dict(labels)
        if name == "emotag_tags_total" and told["taxonomy"] == "basic":
            counts[told["label"]] += int(count)
    assert sum(counts.values()) == 32 + 640
    assert value(found, "emotag_drift_window_tags", taxonomy="basic") == 672
    assert value(found, "emotag_drift_psi", taxonomy="basic") == pytest.approx(stability_index(counts, usual))
    assert [name for name, labels in found if "drift" in name and "worker" in dict(labels)] == []
    shown = json.loads((await get(port, "drift")).text)
    assert shown["taxonomies"]["basic"]["tags"] == 672
    assert sum(each["taxonomies"]["basic"]["tags"] for each in shown["workers"].values()) == 672


async def test_a_drain_answers_what_both_have_taken(checkpoint: Path) -> None:
    async with serving_workers(checkpoint) as server:
        channels = _channels(server)
        calls = await _opened(channels)
        for call in calls:
            await call.write(frame(*["thank you so much !"] * 512, ids="n"))
        server.send(signal.SIGTERM)
        for call in calls:
            answered, told = 0, False
            while answered < 512:
                reply = await call.read()
                answered, told = answered + len(reply.tags), told or reply.HasField("drain")
            while not told:
                told = (await call.read()).HasField("drain")
            await call.done_writing()
            assert await call.read() is aio.EOF
            assert await call.code() is StatusCode.OK
        assert await server.exit_code() == 0
        await asyncio.gather(*(channel.close() for channel in channels))


async def test_a_second_signal_does_not_wait(checkpoint: Path) -> None:
    async with serving_workers(checkpoint, "--drain-seconds", "600") as server:
        channels, _calls = await _draining(server)
        ready = await get(operators_of(server), "readyz")
        assert (ready.status, ready.text.count("stopping")) == (503, 2)
        server.send(signal.SIGINT)
        assert await server.exit_code() == 1
        await asyncio.gather(*(channel.close() for channel in channels))


async def test_one_that_is_killed_under_load_is_replaced_and_nobody_loses_a_message(checkpoint: Path) -> None:
    """Streams of the other see nothing; the SDK's stream of the killed one goes on, with every id exactly once."""
    async with serving_workers(checkpoint) as server:
        port = operators_of(server)
        held = asyncio.Event()

        async def talk() -> Any:
            for number in range(6_000):
                if number == 3_000:
                    await held.wait()
                yield Said("thank you so much !", id=f"m{number}")

        async with AsyncEmotionClient(f"127.0.0.1:{server.port}") as client:
            ids: list[str] = []

            async def listen() -> None:
                async for tag in client.stream(talk()):
                    assert tag.error is None
                    ids.append(tag.message_id)

            listening = asyncio.create_task(listen())
            async with asyncio.timeout(60):
                while len(ids) < 3_000:  # noqa: ASYNC110 - a condition
                    await asyncio.sleep(0.01)
            before = await _open_streams(port)
            [victim] = [worker for worker, streams in before.items() if streams]
            channels = _channels(server)
            calls = await _opened(channels)
            on_victim = (await _open_streams(port))[victim] - 1
            loads = [asyncio.create_task(_load(call)) for call in calls]
            held.set()
            os.kill(pid_of(server, int(victim)), signal.SIGKILL)
            codes = [await load for load in loads]
            await listening
        assert ids == [f"m{number}" for number in range(6_000)]
        assert codes.count(StatusCode.OK) == CALLERS - on_victim
        broken = [code for code in codes if code is not StatusCode.OK]
        assert set(broken) <= {StatusCode.UNAVAILABLE, StatusCode.INTERNAL}  # the second where a write broke
        assert [(died["worker"], died["exit_code"]) for died in server.logged("worker died")] == [(int(victim), -9)]
        async with asyncio.timeout(60):
            while (await get(port, "readyz")).status != 200:  # noqa: ASYNC110 - a condition
                await asyncio.sleep(0.05)
        assert len(server.logged("ready")) == 1
        await asyncio.gather(*(channel.close() for channel in channels))
        server.send(signal.SIGTERM)
        assert await server.exit_code() == 0


async def _load(call: Any) -> StatusCode:
    """Send and read until the end; the code."""
    try:
        for number in range(30):
            await call.write(frame(*["i am angry"] * 64, ids=f"{number}-"))
            assert all(tag.label for tag in await read_tags(call, 64))
        await call.done_writing()
        assert await call.read() is aio.EOF
    except (aio.AioRpcError, asyncio.InvalidStateError):
        pass
    code: StatusCode = await call.code()
    return code


async def test_the_one_that_is_stuck_is_named(checkpoint: Path) -> None:
    async with serving_workers(checkpoint) as server:
        port, stuck = operators_of(server), pid_of(server, 2)
        assert (await get(port, "livez")).text == "worker 1: ready\nworker 2: ready\n"
        os.kill(stuck, signal.SIGSTOP)
        live, ready, shown = await asyncio.gather(*(get(port, page) for page in ("livez", "readyz", "metrics")))
        os.kill(stuck, signal.SIGCONT)
        assert (live.status, live.text) == (503, "worker 1: ready\nworker 2: stuck\n")
        assert (ready.status, ready.text) == (503, "worker 2: does not answer\n")
        found = samples(shown.text)
        assert value(found, "emotag_event_loop_delay_seconds", worker="2") >= 2
        assert value(found, "emotag_event_loop_delay_seconds", worker="1") < 2
        assert value(found, "emotag_healthy", worker="1") == 1


async def test_without_a_supervisor_a_worker_stops_in_order(checkpoint: Path) -> None:
    async with serving_workers(checkpoint) as server:
        workers = [pid_of(server, number) for number in (1, 2)]
        server.process.kill()
        async with asyncio.timeout(60):
            while any(map(_lives, workers)):  # noqa: ASYNC110 - a condition
                await asyncio.sleep(0.05)
        await server.exit_code()
    assert [logged["clean"] for logged in server.logged("stopped")] == [True, True]


async def test_without_a_supervisor_a_drain_goes_on(checkpoint: Path) -> None:
    async with serving_workers(checkpoint, "--drain-seconds", "600") as server:
        channels, _calls = await _draining(server)
        with contextlib.suppress(ProcessLookupError):  # a machine that stood still: idle streams are waited for shortly
            server.process.kill()
        await server.exit_code()
        await asyncio.gather(*(channel.close() for channel in channels))
    assert server.logged("stopping at once") == []
    assert [logged["clean"] for logged in server.logged("stopped")] == [True, True]


async def test_one_that_is_started_later_has_the_settings_of_the_others_whatever_the_file_says_by_then(
    checkpoint: Path, tmp_path: Path
) -> None:
    file = tmp_path / "emotag.toml"
    file.write_text("[serve]\nqueue-messages = 5000\n")
    async with serving_workers(checkpoint, variables={"EMOTAG_CONFIG": str(file)}) as server:
        file.write_text("[serve\n")
        killed = pid_of(server, 2)
        os.kill(killed, signal.SIGKILL)
        await until(lambda: len(server.logged("serving")) == 3 or server.process.returncode is not None, 60)
        limits: dict[str, float] = {}
        async with asyncio.timeout(60):
            while len(limits) < 2:  # a worker that is slow to answer is left out
                found = samples((await get(operators_of(server), "metrics")).text)
                limits = {
                    dict(to)["worker"]: size for (name, to), size in found.items() if name == "emotag_queue_size_limit"
                }
        assert limits == {"1": 5000, "2": 5000}
        assert pid_of(server, 2) != killed
        server.send(signal.SIGTERM)
        assert await server.exit_code() == 0


async def test_tables_are_in_memory_once(checkpoint: Path, tmp_path: Path) -> None:
    """Each worker maps the same file, shared, and has no page of it for itself."""
    async with serving_workers(checkpoint, variables={"EMOTAG_CACHE": str(tmp_path)}) as server:
        channels = _channels(server)
        for channel in channels:
            await EmotionServiceStub(channel).Classify(ClassifyRequest(messages=[Message(text="thank you so much")]))
        mappings = [_mapping(pid_of(server, number), tmp_path) for number in (1, 2)]
        await asyncio.gather(*(channel.close() for channel in channels))
    if not all(mappings):
        pytest.skip("torch computes here: there is no native core")
    for rights, private in mappings:
        assert rights == "r--s"
        assert private == 0


def _mapping(pid: int, folder: Path) -> tuple[str, int]:
    """Rights and private kilobytes of what a process maps of a folder; nothing when it maps none."""
    rights, private, inside = "", 0, False
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        if "-" in line.split(" ", 1)[0]:
            inside = str(folder) in line
            rights = line.split()[1] if inside else rights
        elif inside and line.startswith("Private_"):
            private += int(line.split()[1])
    return (rights, private) if rights else ()  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--checkpoint", "/nonexistent"), 1, "worker 1 failed 3 times in a row to start: "),
        (("--queue-bytes", "1", "--checkpoint", "/nonexistent"), 1, "/nonexistent"),
        (("--host", "192.0.2.1"), 1, "cannot listen on 192.0.2.1:0"),
        (("--workers", "0"), 2, "--workers: must be from 1 to 256, not '0'"),
    ],
)
def test_what_keeps_them_from_serving_is_said_once(options: tuple[str, ...], code: int, words: str) -> None:
    command = [sys.executable, "-m", "emotag", "serve", "--port", "0", "--workers", "2", "--log-format", "json"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, timeout=120, check=False)
    plain = [line for line in done.stderr.splitlines() if not line.startswith("{")]
    assert done.returncode == code, done.stderr
    assert len(plain) == 1, done.stderr
    assert plain[0].startswith("emotag serve: error: ")
    assert words.replace("worker 1", "worker ")[:7] in plain[0]
    assert words.partition("failed")[2] in plain[0]


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_a_port_that_is_taken_is_refused_with_and_without_workers(checkpoint: Path, workers: str) -> None:
    async with serving_workers(checkpoint) as server:
        command = [sys.executable, "-m", "emotag", "serve", "--port", str(server.port), "--workers", workers]
        process = await asyncio.create_subprocess_exec(*command, stderr=subprocess.PIPE)
        _, said = await process.communicate()
    assert process.returncode == 1
    assert f"cannot listen on 127.0.0.1:{server.port}" in said.decode()
