"""`emotag mcp` as hosts start it: over standard input and output and over HTTP, in process and against a server."""

from __future__ import annotations

import json
import os
import re
import signal
import ssl
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from mcp import Client, StdioServerParameters

from emotag.cli.main import main
from emotag_service.access.grant import new_token
from tests.e2e.pages import blocks, commands
from tests.integration.authority import Authority
from tests.integration.hosts import COMMAND, VARIABLES, over_stdio, speaking
from tests.pipes import waiting

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from emotag_service.grpc.server import Server

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
SNIPPETS = {page: block for page, block in blocks("json") if "mcpServers" in block}
LINES = [command.line for command in commands() if command.page == "docs/mcp.md"]
TOOLS = {"classify_emotion", "classify_emotions", "conversation_mood"}
SAID = "Thank you so much, you made my day!"


async def labels(client: Client) -> list[Any]:
    """What each tool says."""
    assert {tool.name for tool in (await client.list_tools()).tools} == TOOLS
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
    async with speaking(*as_typed(LINES[0])) as url:
        yield url


def as_typed(line: str, **replaced: str) -> list[str]:
    """The options of what the page has typed, but for a free port and what is replaced."""
    words = {"8931": "0", **replaced}
    return [words.get(option, option) for option in line.removeprefix("emotag mcp").split()]


def configured(page: str, folder: Path) -> StdioServerParameters:
    """What a page tells people to put into a host's configuration, as a host starts it: from a folder of its own."""
    entry = json.loads(SNIPPETS[page])["mcpServers"]["emotag"]
    command = entry["command"].replace("/PATH/OF/THE/CLONE/.venv/bin", str(BIN))
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"  # as where it is installed for all
    return StdioServerParameters(command=command, args=entry["args"], env={**VARIABLES, "PATH": path}, cwd=folder)


@pytest.mark.parametrize("page", ["README.md", "docs/mcp.md"])
async def test_over_standard_input_and_output_in_process_as_a_host_is_configured(page: str, tmp_path: Path) -> None:
    async with Client(configured(page, tmp_path)) as client:
        assert await labels(client) == ["joy", "positive", "joy"]
        assert client.server_info.name == "emotag"


def test_every_snippet_is_one_of_those() -> None:
    assert list(SNIPPETS) == ["README.md", "docs/mcp.md"]


def say(host: subprocess.Popen[bytes], method: str, number: int | None = None, **params: Any) -> None:
    """Send a request, or a notification where it has no number."""
    assert host.stdin is not None
    about = {} if number is None else {"id": number}
    host.stdin.write(json.dumps({"jsonrpc": "2.0", "method": method, "params": params, **about}).encode() + b"\n")
    host.stdin.flush()


@contextmanager
def spoken_to() -> Iterator[subprocess.Popen[bytes]]:
    """Start it over standard input and output, which stay open; yields once it has answered."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(COMMAND, env=VARIABLES, bufsize=0, **pipes) as process:
        unless_it_ends = threading.Timer(120, process.kill)
        unless_it_ends.start()
        try:
            client = {"name": "test", "version": "1"}
            say(process, "initialize", 1, protocolVersion="2025-06-18", capabilities={}, clientInfo=client)
            assert process.stdout is not None
            assert json.loads(process.stdout.readline())["id"] == 1
            yield process
        finally:
            unless_it_ends.cancel()
            process.kill()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)])
def test_a_signal_ends_it_while_standard_input_is_open(number: signal.Signals, code: int) -> None:
    with spoken_to() as process:
        process.send_signal(number)
        assert process.wait(60) == code
        assert process.stderr is not None
        assert process.stderr.read() == b""


def test_ctrl_c_cuts_no_reply_off() -> None:
    with spoken_to() as process:
        say(process, "notifications/initialized")
        arguments = {"texts": [SAID] * 1024, "scores": True}
        say(process, "tools/call", 2, name="classify_emotions", arguments=arguments)
        assert process.stdout is not None
        deadline = time.monotonic() + 60
        while not waiting(process.stdout.fileno()):  # the reply has begun, and is longer than a pipe takes
            assert time.monotonic() < deadline
            time.sleep(0.002)
        process.send_signal(signal.SIGINT)
        reply = process.stdout.read()
        assert process.wait(60) == 130
    assert len(reply) > 1 << 17
    assert reply.endswith(b"\n")
    [answer] = [json.loads(line) for line in reply.splitlines()]
    assert len(answer["result"]["structuredContent"]["emotions"]) == 1024


def test_the_end_of_its_input_cuts_no_call_off() -> None:
    """As where requests are read from a file; what was cancelled, and what has no end, is not waited for."""
    envelope = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    call = {"name": "classify_emotions", "arguments": {"texts": [SAID] * 1024}}
    client = {"name": "test", "version": "1"}
    legacy = [
        {
            "id": 1,
            "method": "initialize",
            "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client},
        },
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/call", "params": call},
        {"id": "three", "method": "tools/call", "params": call},
        {"id": 4, "method": "tools/call", "params": call},
        {"method": "notifications/cancelled", "params": {"requestId": "three"}},
        {"method": "notifications/cancelled", "params": {"requestId": "4"}},
        {"method": "notifications/cancelled", "params": {"requestId": True}},
        {"method": "notifications/cancelled", "params": {"requestId": ["none"]}},
    ]
    modern = [
        {
            "id": 1,
            "method": "subscriptions/listen",
            "params": {"notifications": {"toolsListChanged": True}, "_meta": envelope},
        },
        {"id": 2, "method": "tools/call", "params": {**call, "_meta": envelope}},
    ]
    for said in (legacy, modern):
        lines = "".join(json.dumps({"jsonrpc": "2.0", **one}) + "\n" for one in said)
        done = subprocess.run(
            COMMAND, env=VARIABLES, input=lines, capture_output=True, text=True, timeout=120, check=True
        )
        replies = {answer.get("id"): answer for answer in map(json.loads, done.stdout.splitlines())}
        assert len(replies[2]["result"]["structuredContent"]["emotions"]) == 1024, done.stdout[:500]


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


async def test_over_https_with_a_token_as_the_page_says(tmp_path: Path) -> None:
    token, grant = new_token("planner", ["classify"])
    (tmp_path / "tokens").write_text(grant.line())
    authority = Authority(tmp_path / "authority")
    certificate, key = authority.server()
    here = {"0.0.0.0": "127.0.0.1"}  # noqa: S104 - what the page has, where this machine alone connects
    files = {"server.pem": str(certificate), "server.key": str(key), "tokens": str(tmp_path / "tokens")}
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    trusting = ssl.create_default_context(cafile=str(authority.ca))
    async with (
        speaking(*as_typed(LINES[-1], **here, **files)) as url,
        httpx2.AsyncClient(trust_env=False, verify=trusting) as http,
    ):
        for given, status in (("wrong", 401), (token, 200)):
            headers = {"accept": "application/json, text/event-stream", "authorization": f"Bearer {given}"}
            assert (await http.post(url, json=call, headers=headers)).status_code == status


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--tokens", os.devnull], "--tokens: is of a port, which there is none of; give --http-port, or no --tokens"),
        (["--insecure"], "--insecure: is of a port"),
        (["--host", "127.0.0.1"], "--host: is of a port"),
        (
            ["--target-token-file", os.devnull, "--host", "127.0.0.1"],
            "--target-token-file: is of a server, which there is none of; give --target, or no --target-token-file",
        ),
        (["--http-port", "0", "--target-tls"], "--target-tls: is of a server"),
        (["--target-tls-ca", os.devnull], "--target-tls-ca: is of a server"),
        (["--http-port", "0", "--host", "0.0.0.0"], "--insecure"),  # noqa: S104 - that is what is refused
        (["--http-port", "0", "--tokens", os.devnull], "--tokens: /dev/null: has 0 tokens"),
        (["--http-port", "0", "--tls-client-ca", os.devnull], "--tls-client-ca is given without --tls-cert"),
    ],
)
def test_what_it_refuses(
    options: list[str], problem: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("EMOTAG_TARGET", raising=False)
    assert main(["mcp", *options]) == 2
    assert problem in capsys.readouterr().err


def test_what_variables_say_of_a_server_is_left_alone_without_one() -> None:
    given = {"EMOTAG_TARGET_TLS": "yes", "EMOTAG_TARGET_TOKEN_FILE": "/no/file"}
    ended = subprocess.run(COMMAND, env={**VARIABLES, **given}, stdin=subprocess.DEVNULL, timeout=60, check=False)
    assert ended.returncode == 0


async def test_against_a_server(target: str) -> None:
    async with over_stdio("--target", target) as client:
        assert await labels(client) == ["joy", "positive", "joy"]
        wrong = await client.call_tool("classify_emotion", {"text": "joy", "taxonomy": "nope"})
        assert wrong.is_error
        assert "choose among" in wrong.content[0].text  # type: ignore[union-attr]  # tools answer in text


async def test_over_http_against_a_server(target: str) -> None:
    async with speaking(*as_typed(f"{LINES[0]} --target {target}")) as url, Client(url) as client:
        assert await labels(client) == ["joy", "positive", "joy"]


async def test_with_a_target_it_is_the_server_that_tags(server: Server) -> None:
    target = f"127.0.0.1:{server.port}"
    async with speaking(*as_typed(f"{LINES[0]} --target {target}")) as url:
        for client in (over_stdio("--target", target), Client(url)):
            async with client:
                said = await client.call_tool("classify_emotion", {"text": SAID})
            assert said.structured_content is not None
            assert said.structured_content["label"] == "anger"  # as the scripted model says of it, and no other


def test_the_registrys_file_names_a_command_that_is_there() -> None:
    entry = json.loads((ROOT / "deploy" / "mcp" / "server.json").read_text())
    [package] = entry["packages"]
    assert (package["registryType"], package["identifier"]) == ("pypi", "emotag")
    assert [argument["value"] for argument in package["packageArguments"]] == ["mcp"]
    version = re.search(r'^version = "(.*)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert version is not None
    assert "OWNER" in entry["name"]  # nobody publishes by accident
    assert entry["version"] == package["version"] == version[1]
