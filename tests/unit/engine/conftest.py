from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import structlog

from emotag_service.testing import FakeClock, in_memory_engine
from tests.unit.engine.helpers import replica_threads, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from emotag_service.engine.engine import Engine


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(autouse=True)
def events() -> Iterator[list[Any]]:
    """What was logged, and nothing on the terminal."""
    with structlog.testing.capture_logs() as logs:
        yield logs


@pytest.fixture
async def started() -> AsyncIterator[Callable[..., Awaitable[Engine]]]:
    """Start engines over scripted predictors; closes them, and checks that no thread stays."""
    engines: list[Engine] = []

    async def start(*builds: Any, **settings: Any) -> Engine:
        engine = in_memory_engine(*builds, **settings)
        engines.append(engine)
        await engine.start()
        return engine

    yield start
    for engine in engines:
        await engine.close()
    await until(lambda: not replica_threads())
