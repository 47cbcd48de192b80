"""`emotag serve --workers 2 --http-port P`: HTTP of several processes on one port, from their start to their end."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from tests.integration.supervised import operators_of, pid_of, serving_workers
from tests.integration.web import STREAM, Talk, line
from tests.unit.ops.helpers import Samples, get, samples, value

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.process import Serving

TALKS, LINES = 12, 600
WORKERS = ("1", "2")


def _http_port(server: Serving) -> int:
    [ready] = server.logged("ready")
    port: int = ready["http_port"]
    return port


async def _scraped(server: Serving) -> Samples:
    return samples((await get(operators_of(server), "metrics")).text)


async def _begin(held: AsyncExitStack, port: int) -> list[Talk]:
    """Streams, each of which has had a tag."""
    talks = [await held.enter_async_context(Talk.begin(port)) for _ in range(TALKS)]
    for talk in talks:
        talk.say(line(id="first", text="joy"))
        assert (await talk.hear() or {})["messageId"] == "first"
    return talks


async def _heard(talk: Talk) -> list[str]:
    """Ids of the lines that come until the end, which is named by a line or by how the connection broke."""
    found: list[str] = []
    try:
        while (said := await talk.hear()) is not None:
            found.append(said.get("messageId") or said["error"]["code"])
    except (ConnectionError, asyncio.IncompleteReadError):
        found.append("broken")
    return found


async def test_both_answer_on_one_port_until_both_are_drained(checkpoint: Path) -> None:
    async with serving_workers(checkpoint, "--http-port", "0") as server, AsyncExitStack() as held:
        port = _http_port(server)
        assert {(opened["worker"], opened["port"]) for opened in server.logged("http port opened")} == {
            (1, port),
            (2, port),
        }
        for _ in range(32):  # by chance of the kernel: one in 2**31 would go to one worker alone
            assert (await get(port, "info")).status == 200
        found = await _scraped(server)
        answered = [
            value(found, "emotag_http_requests_total", route="/info", status="200", worker=one) for one in WORKERS
        ]
        assert sum(answered) == 32
        assert all(answered)
        assert f"cannot listen on 127.0.0.1:{port}: Address already in use; choose with --http-host" in await _refused(
            port
        )
        talks = await _begin(held, port)
        for talk in talks:
            talk.say(b"".join(line(id=f"m{number}", text="i am angry") for number in range(LINES)))
            assert (await talk.hear() or {})["messageId"] == "m0"  # so it is being read
        server.send(signal.SIGTERM)
        for ids in await asyncio.gather(*map(_heard, talks)):
            *answered, last = ids
            assert answered == [f"m{number}" for number in range(1, len(ids))]
            assert last == "unavailable"
        assert await server.exit_code() == 0
        assert [stopped["clean"] for stopped in server.logged("stopped")] == [True, True]


async def _refused(http_port: int) -> str:
    """What a second server says."""
    options = ("--port", "0", "--http-port", str(http_port), "--workers", "2")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "emotag", "serve", *options, stderr=subprocess.PIPE
    )
    _, said = await process.communicate()
    assert process.returncode == 1
    return said.decode()


async def test_one_that_is_killed_takes_nothing_from_those_of_the_other(checkpoint: Path) -> None:
    async with serving_workers(checkpoint, "--http-port", "0") as server, AsyncExitStack() as held:
        port = _http_port(server)
        talks = await _begin(held, port)
        before = await _scraped(server)
        streams = {one: value(before, "emotag_http_requests_open", route=STREAM, worker=one) for one in WORKERS}
        assert all(streams.values())  # by chance of the kernel: one in 2**11 would have them all
        for talk in talks:
            talk.say(b"".join(line(id=f"m{number}", text="thank you so much !") for number in range(LINES)))
        os.kill(pid_of(server, 1), signal.SIGKILL)
        for talk in talks:
            talk.end()
        heard = await asyncio.gather(*map(_heard, talks))
        assert heard.count([f"m{number}" for number in range(LINES)]) >= streams["2"]
        assert sum(ids[-1] == "broken" for ids in heard) <= streams["1"]
        async with asyncio.timeout(60):
            while (await get(operators_of(server), "readyz")).status != 200:  # noqa: ASYNC110 - a condition
                await asyncio.sleep(0.05)
        for _ in range(32):
            assert (await get(port, "info")).status == 200
        after = await _scraped(server)
        assert all(
            value(after, "emotag_http_requests_total", route="/info", status="200", worker=one) for one in WORKERS
        )
