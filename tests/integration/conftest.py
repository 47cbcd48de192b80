"""A real server on a free port, over a real engine with a scripted model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from grpc import aio

from emotag.v1.emotion_service_pb2_grpc import EmotionServiceStub
from emotag_model.checkpoint import Checkpoint, default_checkpoint
from emotag_service.engine.engine import Engine
from emotag_service.grpc.server import Server
from tests.integration.process import save_checkpoint
from tests.integration.scripted import Script, scripted_engine
from tests.integration.web import agent, opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx2

    from emotag.v1.emotion_service_pb2_grpc import EmotionServiceAsyncStub
    from emotag_service.engine.limits import EngineLimits
    from emotag_service.http.port import HttpPort


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run all of these tests in one event loop: gRPC's poller belongs to the process, and outlives a loop per test."""
    for item in items:
        if item.path.parent == Path(__file__).parent and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint's folder."""
    return save_checkpoint(tmp_path_factory.mktemp("one") / "tiny")


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another's, which says other things."""
    return save_checkpoint(tmp_path_factory.mktemp("two") / "tiny", seed=8)


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def engine_limits() -> EngineLimits | None:
    """Overridden by tests that need other bounds."""
    return None


@pytest.fixture
def replicas() -> int:
    """Overridden by tests that need more."""
    return 1


@pytest_asyncio.fixture(loop_scope="session")
async def engine(script: Script, engine_limits: EngineLimits | None, replicas: int) -> AsyncIterator[Engine]:
    engine = scripted_engine(script, engine_limits, replicas)
    await engine.start()
    yield engine
    script.gate.set()
    await engine.close()


@pytest_asyncio.fixture(loop_scope="session")
async def server(engine: Engine) -> AsyncIterator[Server]:
    server = Server("127.0.0.1", 0)
    await server.start(engine)
    yield server
    await server.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def channel(server: Server) -> AsyncIterator[aio.Channel]:
    async with aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        yield channel


@pytest.fixture
def stub(channel: aio.Channel) -> EmotionServiceAsyncStub:
    return EmotionServiceStub(channel)


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def http_port() -> AsyncIterator[HttpPort]:
    """One for all tests that leave nothing behind."""
    engine = scripted_engine(Script())
    await engine.start()
    async with opened(engine) as port:
        yield port
    await engine.close()


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def http_client(http_port: HttpPort) -> AsyncIterator[httpx2.AsyncClient]:
    async with agent(http_port) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def http_held(engine: Engine) -> AsyncIterator[httpx2.AsyncClient]:
    """Calls an engine of its own test."""
    async with opened(engine) as port, agent(port) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def served() -> AsyncIterator[Engine]:
    """An engine with the model that ships."""
    engine = Engine.from_checkpoint(Checkpoint.load(default_checkpoint()), devices="cpu")
    await engine.start()
    yield engine
    await engine.close()


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def target(served: Engine) -> AsyncIterator[str]:
    """A server of that engine, over gRPC."""
    server = Server("127.0.0.1", 0)
    await server.start(served)
    yield f"127.0.0.1:{server.port}"
    await server.stop()
