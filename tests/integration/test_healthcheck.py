"""The health check of the image, against a real server."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import TYPE_CHECKING

import grpc
import pytest_asyncio
from grpc_health.v1 import health_pb2_grpc

from emotag_service.grpc.health import Health
from tests.integration.process import Serving, save_checkpoint
from tests.unit.deploy.files import DEPLOY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest_asyncio.fixture(loop_scope="session")
async def target() -> AsyncIterator[tuple[Health, str]]:
    """The service's health alone, and where it listens."""
    health = Health()
    server = grpc.aio.server()
    health_pb2_grpc.add_HealthServicer_to_server(health, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield health, f"127.0.0.1:{port}"
    await server.stop(None)


async def check(*arguments: str, **variables: str) -> tuple[int | None, str]:
    """Exit code and what was said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(DEPLOY / "healthcheck.py"), *arguments,
        env={**os.environ, **variables}, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, said = await process.communicate()
    return process.returncode, said.decode()


async def test_it_follows_what_the_service_says(target: tuple[Health, str]) -> None:
    health, place = target
    assert await check(place) == (1, f"{place}: NOT_SERVING\n")
    health.set(serving=True)
    assert await check(place) == (0, "")
    health.stop()
    assert await check(place) == (1, f"{place}: NOT_SERVING\n")


async def test_it_asks_where_the_service_was_told_to_listen(tmp_path: Path) -> None:
    async with Serving(save_checkpoint(tmp_path / "tiny")) as serving:
        assert await check(EMOTAG_PORT=str(serving.port)) == (0, "")
        serving.send(signal.SIGTERM)
        assert await serving.exit_code() == 0
        code, said = await check(EMOTAG_PORT=str(serving.port))
    assert code == 1
    assert said.startswith(f"127.0.0.1:{serving.port}: UNAVAILABLE: ")
