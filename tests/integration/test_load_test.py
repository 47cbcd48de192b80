"""A load test against a real server, against one whose answers are wrong, and as a command that is interrupted."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from grpc import aio

from emotag.channel import Connection
from emotag.errors import UnavailableError
from emotag.v1 import emotion_service_pb2 as pb
from emotag.v1 import emotion_service_pb2_grpc as rpc
from emotag.v1.tag_pb2 import Tag
from emotag_service.engine.limits import EngineLimits
from emotag_service.load_test.ladder import Ladder, Load
from emotag_service.load_test.texts import made_texts
from tests.brokers.ports import stable_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from emotag_service.grpc.server import Server
    from emotag_service.load_test.step import LoadReport
    from tests.integration.scripted import Script

LOAD = Load(
    calls=("unary", "stream"), rates=(100.0,), loads=(), seconds=0.5, patience=20.0, connections=2, streams=2
)  # fmt: skip


async def climb(port: int, load: Load = LOAD) -> LoadReport:
    return await Ladder(load, made_texts(), lambda _: None).run(Connection(f"127.0.0.1:{port}"))


async def test_a_service_that_keeps_up_answers_all(server: Server) -> None:
    report = await climb(server.port)
    assert [step.calls for step in report.steps] == ["unary", "stream"]
    for step in report.steps:
        assert step.tagged == step.planned > 0
        assert step.correct
        assert step.waits is not None
    assert report.capacity == {}
    assert not report.interrupted


async def test_the_capacity_is_found_before_its_multiples(server: Server) -> None:
    report = await climb(server.port, replace(LOAD, rates=(), loads=(0.1,), seconds=0.2))
    assert set(report.capacity) == {"unary", "stream"}
    assert [step.load for step in report.steps] == [0.1, 0.1]
    assert all(step.correct for step in report.steps)


class TestAServiceWithoutRoom:
    @pytest.fixture
    def engine_limits(self) -> EngineLimits:
        return EngineLimits(queue_messages=4)

    async def test_refusals_are_counted_by_reason(self, server: Server, script: Script) -> None:
        script.holds = "order"  # which most of the made texts lack
        script.gate.clear()
        opening = asyncio.get_running_loop().call_later(2, script.gate.set)
        report = await climb(server.port, replace(LOAD, calls=("unary",), rates=(500.0,)))
        opening.cancel()
        [step] = report.steps
        assert [refused.reason for refused in step.refusals] == ["QUEUE_FULL"]
        assert step.tagged + step.refused == step.planned
        assert step.correct


async def test_a_service_that_is_not_there_is_said_to_be(server: Server) -> None:
    with pytest.raises(UnavailableError):
        await climb(stable_port())


class Faulty(rpc.EmotionServiceServicer):
    """Swaps two answers, gives one twice, one that nobody asked for, and one never."""

    async def Classify(self, request: Any, context: Any) -> pb.ClassifyResponse:  # noqa: N802 - the contract's name
        name = request.messages[0].id
        return pb.ClassifyResponse(tags=[Tag(message_id=name if name == "first" else "stranger", label="joy")])

    async def StreamClassify(  # noqa: N802 - the contract's name
        self, request_iterator: Any, context: Any
    ) -> AsyncIterator[pb.StreamClassifyResponse]:
        names: list[str] = []
        async for frame in request_iterator:
            names += [message.id for message in frame.messages]
        names[0:2] = [names[1], names[0]]
        answers = [*names[:-1], names[0], "stranger"]
        yield pb.StreamClassifyResponse(tags=[Tag(message_id=name, label="joy") for name in answers])


async def test_wrong_answers_are_found() -> None:
    faulty = aio.server()
    rpc.add_EmotionServiceServicer_to_server(Faulty(), faulty)
    port = faulty.add_insecure_port("127.0.0.1:0")
    await faulty.start()
    try:
        report = await climb(port, replace(LOAD, streams=1, patience=2.0))
    finally:
        await faulty.stop(None)
    unary, stream = report.steps
    assert unary.unknown == unary.lost == unary.planned
    assert (stream.lost, stream.duplicates, stream.unknown) == (1, 1, 1)
    assert stream.misordered == 2  # the one that was swapped, and the one that came again
    assert not unary.correct
    assert not stream.correct


async def run_command(*arguments: str, interrupt_after: bytes = b"") -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "emotag", "bench", *arguments,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    if interrupt_after:
        said = b""
        while interrupt_after not in said:
            line = await process.stderr.readline()
            assert line, said
            said += line
        process.send_signal(signal.SIGINT)
    output, _ = await process.communicate()
    return await process.wait(), output.decode()


async def test_the_command_reports_as_json(server: Server) -> None:
    options = ("--seconds", "0.3", "--rates", "50", "--json")
    code, output = await run_command("--target", f"127.0.0.1:{server.port}", *options)
    assert code == 0
    steps = json.loads(output)["steps"]
    assert [step["calls"] for step in steps] == ["unary", "stream"]
    assert all(step["tagged"] == step["planned"] for step in steps)


async def test_an_interrupted_command_says_what_it_has(server: Server) -> None:
    options = ("--calls", "unary", "--rates", "50,50,50,50,50,50,50,50,50", "--seconds", "1", "--json")
    code, output = await run_command("--target", f"127.0.0.1:{server.port}", *options, interrupt_after=b"tagged")
    assert code == 130
    report = json.loads(output)
    assert report["interrupted"]
    assert 1 <= len(report["steps"]) <= 8
    assert report["steps"][0]["tagged"] > 0
    assert report["steps"][-1]["seconds"] < 1  # as long as it came
