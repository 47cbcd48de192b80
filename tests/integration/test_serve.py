"""`emotag serve` as a process: starts, teaches, stops without losing anything, says what is wrong, keeps quiet."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from google.rpc.code_pb2 import Code
from grpc import StatusCode, aio

from emotag.v1.emotion_service_pb2 import ClassifyRequest, StreamClassifyRequest
from emotag.v1.emotion_service_pb2_grpc import EmotionServiceStub
from emotag.v1.message_pb2 import Message
from tests.integration.calls import frame, messages, read_tags, reason, until
from tests.integration.process import Serving, being_read, stuck_checkpoint

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "xyzzy-what-the-agent-said"  # noqa: S105 - the text of a message


def _channel(server: Serving) -> aio.Channel:
    return aio.insecure_channel(f"127.0.0.1:{server.port}")


class _Load:
    """A stream that sends as fast as it can, until it is told that the server stops."""

    def __init__(self, channel: aio.Channel, name: int) -> None:
        self._call: Any = EmotionServiceStub(channel).StreamClassify()
        self._name = name
        self._told = asyncio.Event()
        self.sent: list[str] = []
        self.tagged: list[str] = []
        self.refused: list[str] = []

    async def run(self) -> StatusCode:
        sending = asyncio.create_task(self._send())
        async for reply in self._call:
            for tag in reply.tags:
                self._take(tag)
            if reply.HasField("drain"):
                self._told.set()
        await sending
        code: StatusCode = await self._call.code()
        return code

    def _take(self, tag: Any) -> None:
        if tag.label:
            self.tagged.append(tag.message_id)
            return
        assert tag.error.code == Code.UNAVAILABLE
        assert reason(tag.error) == "DRAINING"
        self.refused.append(tag.message_id)

    async def _send(self) -> None:
        while not self._told.is_set():
            request = frame(*["thank you so much !"] * 64, ids=f"{self._name}-{len(self.sent)}-")
            await self._call.write(request)
            self.sent += [message.id for message in request.messages]
        await self._call.done_writing()


async def test_sigterm_under_full_load_loses_nothing(checkpoint: Path) -> None:
    async with Serving(checkpoint) as server, _channel(server) as channel:
        loads = [_Load(channel, name) for name in range(2)]
        running = [asyncio.create_task(load.run()) for load in loads]
        await until(lambda: all(len(load.tagged) > 1000 for load in loads), 60)
        server.send(signal.SIGTERM)
        assert await asyncio.gather(*running) == [StatusCode.OK] * 2
        for load in loads:
            assert load.tagged + load.refused == load.sent
        assert await server.exit_code() == 0
        [stopped] = server.logged("stopped")
        assert (stopped["clean"], stopped["unanswered"]) == (True, 0)


async def test_a_text_is_never_logged(checkpoint: Path) -> None:
    async with Serving(checkpoint, "--log-level", "debug") as server, _channel(server) as channel:
        [serving] = server.logged("serving")
        assert (serving["model"], serving["version"], serving["host"]) == ("tiny", "0.1.0", "127.0.0.1")
        stub = EmotionServiceStub(channel)
        texts = [SECRET, SECRET * 20_000, f"\0{SECRET}"]
        await stub.Classify(ClassifyRequest(messages=messages(*texts)))
        call = stub.StreamClassify()
        await call.write(StreamClassifyRequest(messages=[Message(id=SECRET * 20, text=SECRET), *messages(*texts)]))
        await read_tags(call, 4)
        raw = channel.unary_unary("/emotag.v1.EmotionService/Classify")
        with pytest.raises(aio.AioRpcError):
            await raw(SECRET.encode())
        call.cancel()
        server.send(signal.SIGINT)
        assert await server.exit_code() == 0
        assert SECRET not in server.raw


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_every_signal_that_ends_a_program_stops_it_in_order(checkpoint: Path, number: signal.Signals) -> None:
    async with Serving(checkpoint) as server:
        server.send(number)
        assert await server.exit_code() == 0
    assert server.logged("stopped")


async def test_a_second_signal_does_not_wait(checkpoint: Path) -> None:
    async with Serving(checkpoint, "--drain-seconds", "600", "--log-format", "console") as server:
        lines = await server.stdout(4)
        assert "emotag classify" in lines[2]
        assert "grpcurl -plaintext" in lines[3]
        async with aio.insecure_channel(lines[3].split()[-2]) as channel:
            call = EmotionServiceStub(channel).StreamClassify()
            await call.write(frame("joy"))
            await read_tags(call, 1)
            server.send(signal.SIGTERM)
            assert (await call.read()).HasField("drain")
            server.send(signal.SIGINT)
            assert await server.exit_code() == 1
    assert server.raw.index("stopping at once") < server.raw.index("stopped")
    assert "clean=False" in server.raw
    assert "Traceback" not in server.raw


@pytest.mark.parametrize("options", [(), ("--workers", "2")], ids=["one process", "workers"])
async def test_a_signal_ends_it_while_the_checkpoint_is_not_read(
    checkpoint: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    stuck = stuck_checkpoint(checkpoint, tmp_path / "stuck")
    options = (*options, "--ops-port", "0", "--drain-seconds", "600")
    async with Serving(stuck, *options, ready=b"operators port opened") as server:
        pipe = await asyncio.wait_for(being_read(stuck), 60)
        server.send(signal.SIGTERM)
        assert await server.exit_code() == 0
        os.close(pipe)
    assert server.logged("stopping")
    assert "Traceback" not in server.raw


def test_help_teaches() -> None:
    command = [sys.executable, "-m", "emotag", "serve", "--help"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    for words in ("example:", "[$EMOTAG_PORT]", "(default: 50051)", "Ctrl-C"):
        assert words in result.stdout
