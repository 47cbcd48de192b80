"""`emotag mcp` as hosts start it: over standard input and output and over HTTP, in process and against a server."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from mcp import Client, StdioServerParameters

from tests.e2e.pages import commands
from tests.integration.process import Serving, save_checkpoint

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "mcp.md"
COMMAND = [sys.executable, "-m", "emotag", "mcp"]
SAID = "Thank you so much, you made my day!"
VARIABLES = {**os.environ, "EMOTAG_TARGET": ""}


def over_stdio(*options: str) -> Client:
    return Client(StdioServerParameters(command=COMMAND[0], args=[*COMMAND[1:], *options], env=VARIABLES))


async def labels(client: Client) -> list[Any]:
    """What each tool says."""
    assert {tool.name for tool in (await client.list_tools()).tools} >= {"classify_emotion", "conversation_mood"}
    one = await client.call_tool("classify_emotion", {"text": SAID})
    two = await client.call_tool("classify_emotions", {"texts": [SAID, ""], "taxonomy": "sentiment"})
    mood = await client.call_tool("conversation_mood", {"messages": [{"sender": "a", "text": SAID}]})
    results = [result.structured_content for result in (one, two, mood)]
    assert all(results)
    emotions = results[1]["emotions"]  # type: ignore[index]  # looked at above
    assert emotions[1]["error"].startswith("text: is empty")
    return [results[0]["label"], emotions[0]["label"], results[2]["label"]]  # type: ignore[index]  # see above


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """Where it speaks HTTP; it ends by SIGTERM."""
    [typed] = [command.line for command in commands() if command.page == "docs/mcp.md"]
    options = typed.removeprefix("emotag mcp").replace("8931", "0").split()
    process = await asyncio.create_subprocess_exec(*COMMAND, *options, env=VARIABLES, stderr=asyncio.subprocess.PIPE)
    assert process.stderr is not None
    said = ""
    async with asyncio.timeout(60):
        while not (found := re.search(r"(http://127\.0\.0\.1:\d+)", said)):
            line = await process.stderr.readline()
            assert line, said
            said += line.decode()
    yield f"{found[1]}/mcp"
    process.send_signal(signal.SIGTERM)
    await process.communicate()


def configured() -> StdioServerParameters:
    """What the page tells people to put into a host's configuration."""
    [block] = re.findall(r"^```json\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    entry = json.loads(block)["mcpServers"]["emotag"]
    assert entry["command"] == "emotag"
    return StdioServerParameters(command=COMMAND[0], args=[*COMMAND[1:3], *entry["args"]], env=VARIABLES)


async def test_over_standard_input_and_output_in_process_as_a_host_is_configured() -> None:
    async with Client(configured()) as client:
        assert await labels(client) == ["joy", "positive", "joy"]
        assert client.server_info.name == "emotag"


async def test_over_http(url: str) -> None:
    async with Client(url) as client:
        assert await labels(client) == ["joy", "positive", "joy"]
    async with Client(url, mode="legacy") as client:
        assert await labels(client) == ["joy", "positive", "joy"]


async def test_pages_of_other_origins_are_refused(url: str) -> None:
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    headers = {"accept": "application/json, text/event-stream", "origin": "https://evil.example"}
    async with httpx2.AsyncClient(trust_env=False) as client:
        assert (await client.post(url, json=call, headers=headers)).status_code == 403


async def test_against_a_server(tmp_path: Path) -> None:
    async with (
        Serving(save_checkpoint(tmp_path / "tiny")) as serving,
        over_stdio("--target", f"localhost:{serving.port}") as client,
    ):
        found = await client.call_tool("classify_emotion", {"text": "joy"})
        assert found.structured_content is not None
        assert found.structured_content["label"]
        wrong = await client.call_tool("classify_emotion", {"text": "joy", "taxonomy": "nope"})
        assert wrong.is_error
        assert "choose among" in wrong.content[0].text  # type: ignore[union-attr]  # tools answer in text


def test_the_registrys_file_names_a_command_that_is_there() -> None:
    entry = json.loads((ROOT / "deploy" / "mcp" / "server.json").read_text())
    [package] = entry["packages"]
    assert (package["registryType"], package["identifier"]) == ("pypi", "emotag")
    assert [argument["value"] for argument in package["packageArguments"]] == ["mcp"]
    version = re.search(r'^version = "(.*)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert version is not None
    assert "OWNER" in entry["name"]  # nobody publishes by accident
    assert entry["version"] == package["version"] == version[1]
