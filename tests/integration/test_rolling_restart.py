"""Two servers behind a proxy are restarted in turn, under sixteen streams: every message has its tag once."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from emotag import AsyncEmotionClient, Message, Retry
from tests.brokers.ports import stable_port
from tests.integration.process import Serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PROXIES = Path(__file__).parents[2] / "deploy" / "proxy"
STREAMS, EACH = 16, 3_125  # 50,000 messages
STEPS = 5  # at the start of each but the first a restart has been made
PATIENT = Retry(attempts=1_000, initial=0.05, maximum=0.2)


class Site:
    """Two servers on ports that they keep over restarts."""

    def __init__(self, checkpoint: Path) -> None:
        self._checkpoint = checkpoint
        self.ports = [stable_port() for _ in range(2)]
        self.operators = [stable_port() for _ in range(2)]
        self._up: list[AsyncExitStack] = [AsyncExitStack(), AsyncExitStack()]
        self._serving: dict[int, Serving] = {}

    async def start(self, number: int) -> None:
        options = (
            "--port",
            str(self.ports[number]),
            "--ops-port",
            str(self.operators[number]),
            "--drain-seconds",
            "20",
        )
        serving = Serving(self._checkpoint, *options)
        self._serving[number] = await self._up[number].enter_async_context(serving)

    async def restart(self, number: int) -> None:
        """End one in order, and put another in its place."""
        self._serving[number].send(signal.SIGTERM)
        assert await self._serving[number].exit_code() == 0, self._serving[number].raw
        await self.start(number)

    async def close(self) -> None:
        for stack in self._up:
            await stack.aclose()


@asynccontextmanager
async def haproxy(site: Site, _folder: Path) -> AsyncIterator[int]:
    port = stable_port()
    variables = {
        "PROXY_PORT": port, "FIRST_PORT": site.ports[0], "FIRST_OPS_PORT": site.operators[0],
        "SECOND_PORT": site.ports[1], "SECOND_OPS_PORT": site.operators[1],
    }  # fmt: skip
    async with started("haproxy", "-db", "-f", str(PROXIES / "haproxy.cfg"), variables=variables, port=port):
        yield port


@asynccontextmanager
async def nginx(site: Site, folder: Path) -> AsyncIterator[int]:
    port = stable_port()
    text = (PROXIES / "nginx.conf").read_text(encoding="utf-8")
    for name, value in (("PROXY_PORT", port), ("FIRST_PORT", site.ports[0]), ("SECOND_PORT", site.ports[1])):
        text = text.replace(f":{name}", f":{value}")
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    async with started("nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), variables={}, port=port):
        yield port


@asynccontextmanager
async def started(program: str, *options: str, variables: dict[str, int], port: int) -> AsyncIterator[None]:
    """A proxy that listens."""
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin")
    if path is None:
        pytest.skip(f"{program} is not installed")
    environment = {**os.environ, **{name: str(value) for name, value in variables.items()}}
    process = await asyncio.create_subprocess_exec(path, *options, env=environment)
    try:
        async with asyncio.timeout(30):
            while not await listens(port):
                assert process.returncode is None, f"{program} has ended"
                await asyncio.sleep(0.05)
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


class Restarts:
    """Lets the streams go on step by step: half of a step's messages flow while a restart is under way."""

    def __init__(self, site: Site) -> None:
        self.done = [asyncio.Event() for _ in range(STEPS)]
        self.done[0].set()
        self._site = site
        self._waiting = asyncio.Semaphore(0)

    async def make(self) -> None:
        for step in range(1, STEPS):
            for _ in range(STREAMS):
                await self._waiting.acquire()  # every stream has sent half of the step before
            await self._site.restart(step % 2)
            self.done[step].set()

    async def pass_(self, number: int) -> None:
        """Called before message `number` of a stream is sent."""
        step, place = divmod(number, EACH // STEPS)
        if place == EACH // STEPS // 2 and step < STEPS - 1:
            self._waiting.release()
        if place == 0 and 0 < step < STEPS:
            await self.done[step].wait()


@pytest.mark.parametrize("proxy", [haproxy, nginx])
async def test_nobody_loses_a_message_and_nobody_has_one_twice(proxy: object, checkpoint: Path, tmp_path: Path) -> None:
    site = Site(checkpoint)
    await asyncio.gather(site.start(0), site.start(1))
    restarts = Restarts(site)

    async def talk(name: str) -> AsyncIterator[Message]:
        for number in range(EACH):
            await restarts.pass_(number)
            yield Message(f"so much joy {number}", id=f"{name}-{number}", conversation_id=name)

    async def listen(client: AsyncEmotionClient, name: str) -> list[str]:
        tags = [tag async for tag in client.stream(talk(name))]
        assert [tag.error for tag in tags if tag.error is not None] == []
        return [tag.message_id for tag in tags]

    try:
        async with (
            proxy(site, tmp_path) as port,  # type: ignore[operator]
            asyncio.timeout(280),
            AsyncEmotionClient(f"127.0.0.1:{port}", retry=PATIENT) as client,
        ):
            names = [f"stream{number}" for number in range(STREAMS)]
            making = asyncio.create_task(restarts.make())
            heard = await asyncio.gather(*(listen(client, name) for name in names))
            await making
    finally:
        await site.close()
    assert heard == [[f"{name}-{number}" for number in range(EACH)] for name in names]
