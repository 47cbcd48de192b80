"""A text goes once its message has its tag: what a stream holds until its caller reads has none."""

from __future__ import annotations

import asyncio
import gc
from secrets import token_hex
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from grpc import aio

from emotag.v1.emotion_service_pb2 import (
    REPLY_ORDER_REQUEST,
    REPLY_ORDER_UNORDERED,
    ClassifyOptions,
    ReplyOrder,
    StreamClassifyRequest,
    StreamClassifyResponse,
)
from emotag.v1.emotion_service_pb2_grpc import EmotionServiceStub
from emotag_service.grpc.stream import Stream
from emotag_service.grpc.wire import Inbound
from emotag_service.http.stream import LineStream
from tests.integration.calls import frame, read_tags, until
from tests.integration.web import Talk, line, opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from emotag.v1.emotion_service_pb2_grpc import EmotionServiceAsyncStub
    from emotag_service.engine.engine import Engine
    from emotag_service.grpc.server import Server
    from emotag_service.http.port import HttpPort
    from tests.integration.scripted import Script

MARK = token_hex(8)  # nothing else of this process says it
LONG = 1_000  # characters: what is shorter is not looked at
_LOOKS = 20


@pytest.fixture(autouse=True, scope="module")
def _only_what_is_new() -> Iterator[None]:
    """Have the collector show none of the objects that there were before, which may be millions."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def remarkable() -> str:
    """A text that is found again."""
    return f"{MARK} {'.' * LONG} joy"


def holders() -> list[str]:
    """Kinds of the objects of this process that hold such a text, or bytes with one."""
    gc.collect()
    found = []
    for one in gc.get_objects():
        if type(one) is Inbound and any(MARK in message.text for message in one.request.messages):
            found.append("Inbound")  # what its protobuf holds the collector does not see
        found += [type(one).__name__ for held in gc.get_referents(one) if _is_remarkable(held)]
    return found


async def gone() -> None:
    """Look until nothing holds one, often enough for a replica's thread that is about to let go."""
    for _ in range(_LOOKS):
        if not (found := holders()):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"held by {sorted(set(found))}")


def _is_remarkable(held: Any) -> bool:
    kind = type(held)  # `isinstance` asks the object, and there are some that answer by a warning
    if kind is str:
        return len(held) > LONG and MARK in held
    return kind in {bytes, bytearray} and len(held) > LONG and MARK.encode() in held


def _only(kind: type[Any]) -> Any:
    gc.collect()
    [found] = [one for one in gc.get_objects() if type(one) is kind]
    return found


def _nobody_reads(task: str) -> bool:
    return all(one.get_name() != task for one in asyncio.all_tasks())


@pytest_asyncio.fixture(loop_scope="session")
async def port(engine: Engine) -> AsyncIterator[HttpPort]:
    async with opened(engine) as port:
        yield port


class TestTwoReplicas:
    """One is held by the first message of a stream; what the other one answers must wait for it."""

    @pytest.fixture
    def replicas(self) -> int:
        return 2

    @pytest.fixture
    def script(self, script: Script) -> Script:
        script.holds = "first"
        script.gate.clear()
        return script

    @pytest.mark.parametrize("order", [REPLY_ORDER_REQUEST, REPLY_ORDER_UNORDERED])
    async def test_a_stream_whose_tags_wait_for_the_first_has_no_text(
        self, stub: EmotionServiceAsyncStub, engine: Engine, script: Script, order: ReplyOrder.ValueType
    ) -> None:
        call = stub.StreamClassify()
        await call.write(frame("first", ids="first", options=ClassifyOptions(reply_order=order)))
        await until(lambda: script.batches == [1])
        for number in range(4):
            await call.write(frame(*[remarkable()] * 100, ids=f"{number}-"))
        await until(lambda: sum(script.batches) == 401 and engine.stats().held == 1)
        await gone()
        script.gate.set()
        assert len(await read_tags(call, 401)) == 401
        call.cancel()

    async def test_nor_has_one_of_lines(self, port: HttpPort, engine: Engine, script: Script) -> None:
        async with Talk.begin(port.port) as talk:
            talk.say(line(text="first"))
            await until(lambda: script.batches == [1])
            for _ in range(4):
                talk.say(line(text=remarkable()) * 100)
            await until(lambda: sum(script.batches) == 401 and engine.stats().held == 1)
            await gone()
            assert len(_only(LineStream)._jobs) >= 4
            script.gate.set()
            assert [(await talk.hear() or {})["label"] for _ in range(401)][1:] == ["joy"] * 400


async def test_a_stream_whose_caller_does_not_read_has_no_text(server: Server, engine: Engine) -> None:
    options = [("grpc.http2.lookahead_bytes", 1024), ("grpc.http2.bdp_probe", 0)]
    async with aio.insecure_channel(f"127.0.0.1:{server.port}", options=options) as own:
        call = EmotionServiceStub(own).StreamClassify()
        await call.write(StreamClassifyRequest(options=ClassifyOptions(all_scores=True)))
        for number in range(32):
            await call.write(frame(*[remarkable()] * 64, ids=f"{number}-"))
        await until(lambda: engine.stats().tagged == 2048)
        await gone()
        assert _only(Stream)._in_flight > 0
        assert len(await read_tags(call, 2048)) == 2048


async def test_a_stream_whose_caller_says_nothing_more_has_no_text(stub: EmotionServiceAsyncStub) -> None:
    call = stub.StreamClassify()
    await call.write(frame(remarkable()))
    await read_tags(call, 1)
    await gone()
    call.cancel()


async def test_nor_has_one_of_lines_whose_caller_says_nothing_more(port: HttpPort) -> None:
    async with Talk.begin(port.port) as talk:
        talk.say(line(text=remarkable()) + line(text="joy"))
        assert [(await talk.hear() or {})["label"] for _ in range(2)] == ["joy", "joy"]
        await gone()


def _options_again() -> bytes:
    return frame(remarkable(), options=ClassifyOptions()).SerializeToString()


def _too_many() -> bytes:
    return frame(*[remarkable()] * 1_025).SerializeToString()


def _too_many_and_not_utf8() -> bytes:
    return _too_many().replace(MARK.encode(), MARK[:-1].encode() + b"\xff", 1)


@pytest.mark.parametrize("wrong", [_options_again, _too_many, _too_many_and_not_utf8])
async def test_a_refused_frame_goes_while_those_before_it_are_computed(
    channel: aio.Channel, script: Script, wrong: Callable[[], bytes]
) -> None:
    script.gate.clear()
    reply = StreamClassifyResponse.FromString
    call = channel.stream_stream("/emotag.v1.EmotionService/StreamClassify", response_deserializer=reply)()
    await call.write(frame("joy").SerializeToString())
    await until(lambda: script.batches == [1])
    await call.write(wrong())
    await until(lambda: _nobody_reads("stream reader"))
    await gone()
    script.gate.set()
    await read_tags(call, 1)
    assert (await call.code()).name == "INVALID_ARGUMENT"


async def test_a_refused_line_goes_while_those_before_it_are_computed(engine: Engine, script: Script) -> None:
    script.gate.clear()
    async with opened(engine, body_bytes=LONG) as port, Talk.begin(port.port) as talk:
        talk.say(line(text="joy"))
        await until(lambda: script.batches == [1])
        talk.say(line(text=remarkable()))
        await until(lambda: _nobody_reads("line reader"))
        await gone()
        script.gate.set()
        assert (await talk.hear() or {})["label"] == "joy"
        assert (await talk.hear() or {})["error"]["code"] == "resource_exhausted"
