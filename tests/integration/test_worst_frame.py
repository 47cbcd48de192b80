"""The dearest frame that a caller may send is computed beside the event loop: nobody else waits for its end."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub

from emotag.v1.emotion_service_pb2 import ClassifyRequest
from tests.benchmarks.texts import worst_texts
from tests.integration.calls import frame, messages, read_tags, until
from tests.integration.scripted import Script, scripted_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from grpc import aio

    from emotag.v1.emotion_service_pb2_grpc import EmotionServiceAsyncStub
    from emotag_service.engine.engine import Engine
    from emotag_service.grpc.server import Server

WORST = "unheard-of"
CHECKS = 20
FEW = 4  # batches: that under way, what the replica has taken ahead, and the one in turn


class Turnstile(threading.Event):
    """A gate that lets batches through one by one, until it is set for good; never one that is on the event loop."""

    def __init__(self) -> None:
        super().__init__()
        self.on_loop = 0
        self._loop = threading.get_ident()
        self._tickets = threading.Semaphore(0)

    def wait(self, timeout: float | None = None) -> bool:
        if threading.get_ident() == self._loop:
            self.on_loop += 1
            return False
        return self._tickets.acquire(timeout=timeout)

    def let_through(self, batches: int) -> None:
        self._tickets.release(batches)

    def set(self) -> None:
        super().set()
        self._tickets.release(1_000_000)


@pytest.fixture
def turnstile() -> Turnstile:
    return Turnstile()


@pytest.fixture
def script(turnstile: Turnstile) -> Script:
    script = Script(holds=WORST)
    script.gate = turnstile
    return script


@pytest_asyncio.fixture(loop_scope="session")
async def engine(script: Script) -> AsyncIterator[Engine]:
    engine = scripted_engine(script, instant=True)
    await engine.start()
    yield engine
    script.gate.set()
    await engine.close()


async def test_health_and_a_quiet_caller_are_answered_while_the_worst_frame_is_computed(
    channel: aio.Channel,
    stub: EmotionServiceAsyncStub,
    server: Server,
    engine: Engine,
    script: Script,
    turnstile: Turnstile,
) -> None:
    worst = frame(*[f"{WORST} {text}" for text in worst_texts()], ids="worst")
    assert worst.ByteSize() > 2**21
    quiet = stub.StreamClassify()
    await quiet.write(frame("joy", ids="before"))
    await read_tags(quiet, 1)
    assert server._servicer is not None
    [own] = server._servicer.streams._open
    hostile = stub.StreamClassify()
    await hostile.write(worst)
    await until(lambda: engine.stats().held == len(worst.messages) and len(script.batches) > 1)

    health = HealthStub(channel)
    for _ in range(CHECKS):  # a batch of the frame is being computed, and stays so meanwhile
        assert (await health.Check(HealthCheckRequest())).status == HealthCheckResponse.SERVING
    assert (await stub.Classify(ClassifyRequest(messages=messages("joy")))).tags[0].label == "joy"
    assert engine.stats().held == len(worst.messages)

    for number in range(3):
        await quiet.write(frame("joy " * 1000, ids=f"quiet-{number}-"))  # too long to be computed at once
        await until(lambda: own._in_flight == 1)
        batches = len(script.batches)
        await _let_through_until(own._outbox._frames[0].job.done, script, turnstile)
        assert len(script.batches) - batches <= FEW
        [tag] = await read_tags(quiet, 1)
        assert (tag.message_id, tag.label) == (f"quiet-{number}-0", "joy")
    assert engine.stats().held > len(worst.messages) // 2

    turnstile.set()
    tags = await read_tags(hostile, len(worst.messages))
    assert [tag.message_id for tag in tags] == [message.id for message in worst.messages]
    assert {tag.label for tag in tags} == {"anger"}
    assert turnstile.on_loop == 0
    quiet.cancel()
    hostile.cancel()


async def _let_through_until(done: Callable[[], bool], script: Script, turnstile: Turnstile) -> None:
    """Let batches through, one after the other, until something is done."""
    while not done():
        computed = len(script.batches)
        turnstile.let_through(1)
        await until(lambda computed=computed: done() or len(script.batches) > computed)
