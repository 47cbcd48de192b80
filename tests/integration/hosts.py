"""`emotag mcp` as hosts start it, over each of its transports."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from mcp import Client, StdioServerParameters

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

COMMAND = [sys.executable, "-m", "emotag", "mcp"]
VARIABLES = {**os.environ, "EMOTAG_TARGET": ""}


def over_stdio(*options: str) -> Client:
    """A client whose context starts it, and talks to it on standard input and output."""
    return Client(StdioServerParameters(command=COMMAND[0], args=[*COMMAND[1:], *options], env=VARIABLES))


@asynccontextmanager
async def speaking(*options: str) -> AsyncIterator[str]:
    """Start it with a port of HTTP; yields where it is, and ends it by SIGTERM."""
    process = await asyncio.create_subprocess_exec(*COMMAND, *options, env=VARIABLES, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    said = ""
    async with asyncio.timeout(60):
        while not (found := re.search(r"tools at (\S+)\n", said)):
            line = await process.stdout.readline()
            assert line, said
            said += line.decode()
    yield found[1]
    process.send_signal(signal.SIGTERM)
    await process.communicate()
    assert process.returncode == 0
