"""`emotag a2a` as its page has it typed: the agent in process and against a server, and what it refuses."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import ssl
import subprocess
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx
import pytest
from a2a.client import A2ACardResolver
from a2a.utils.signing import create_signature_verifier

from emotag.a2a.server import AgentServer
from emotag.cli.main import main
from emotag.local import EmotionTagger
from emotag_service.access.grant import new_token
from tests.e2e.pages import blocks, commands
from tests.integration.agents import ask, client_of, documents
from tests.integration.authority import Authority
from tests.integration.process import Serving, save_checkpoint

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from a2a.types import AgentCard

LINES = [command.line for command in commands() if command.page == "docs/a2a.md"]
COMMAND = [sys.executable, "-m", "emotag", "a2a"]
VARIABLES = {**os.environ, "EMOTAG_TARGET": ""}


@asynccontextmanager
async def serving(*options: str, folder: Path) -> AsyncIterator[tuple[str, str]]:
    """Start the command; yields what it says and where it is. It ends by SIGTERM, with 0."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND, *options, env=VARIABLES, stdout=asyncio.subprocess.PIPE, cwd=folder
    )
    assert process.stdout is not None
    said = ""
    async with asyncio.timeout(60):
        while "JSONRPC 0.3: " not in said:
            line = await process.stdout.readline()
            assert line, said
            said += line.decode()
    found = re.search(r" as an agent at (\S+) ", said)
    assert found is not None
    yield said, found[1]
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(60):
        assert await process.wait() == 0


async def card_at(url: str, verify: object = None) -> AgentCard:
    async with httpx.AsyncClient(trust_env=False) as http:
        return await A2ACardResolver(http, url).get_agent_card(signature_verifier=verify)  # type: ignore[arg-type]


@pytest.fixture
def keys(tmp_path: Path) -> None:
    """A key for the card and its public half, made as the page says."""
    for line in LINES:
        if line.startswith("openssl"):
            subprocess.run(line.split(), cwd=tmp_path, check=True, capture_output=True)


@pytest.mark.usefixtures("keys")
async def test_in_process_as_the_page_says(tmp_path: Path) -> None:
    """Both of its lines at once: with gRPC, and with a signed card of a public address."""
    first, last = (line.removeprefix("emotag a2a").split() for line in (LINES[0], LINES[-1]))
    options = ["0" if option in ("9999", "9998") else option for option in first] + last
    verify = create_signature_verifier(lambda *_: (tmp_path / "card-key.pub").read_bytes(), ["ES256"])
    async with serving(*options, folder=tmp_path) as (said, url):
        assert "(card: signed)" in said
        card = await card_at(url, verify)
        host, _, port = card.supported_interfaces[2].url.rpartition(":")
        card.supported_interfaces[2].url = f"127.0.0.1:{port}"
        async with client_of(card, "GRPC") as client:
            [event] = await ask(client, "Thank you so much, you made my day!")
    assert documents(event.message.parts)[0]["category"] == "joy"
    public = "https://emotions.example.org"
    assert host == "emotions.example.org"
    assert [one.url for one in card.supported_interfaces][:2] == [f"{public}/", public]


async def test_with_tls_and_tokens_as_the_page_says(tmp_path: Path) -> None:
    token, grant = new_token("planner", ["classify"])
    (tmp_path / "tokens").write_text(grant.line())
    authority = Authority(tmp_path / "authority")
    certificate, key = authority.server()
    typed = {"server.pem": str(certificate), "server.key": str(key), "9998": "0"}
    typed["0.0.0.0"] = "127.0.0.1"  # noqa: S104 - what the page has, where this machine alone connects
    [reached] = [line for line in LINES if "--tokens" in line]
    options = [typed.get(option, option) for option in reached.split()[2:]]
    async with (
        serving("--port", "0", *options, folder=tmp_path) as (said, url),
        httpx.AsyncClient(
            base_url=url, trust_env=False, verify=ssl.create_default_context(cafile=str(authority.ca))
        ) as http,
    ):
        assert "JSONRPC 1.0: https://emotions.example.org:9999/" in said
        assert "GRPC 1.0: emotions.example.org:" in said
        assert (await http.get("/.well-known/agent-card.json")).json()["securityRequirements"]
        for given, status in (("wrong", 401), (token, 200)):
            headers = {"authorization": f"Bearer {given}", "a2a-version": "1.0"}
            assert (await http.get("/tasks", headers=headers)).status_code == status


async def test_the_interceptor_as_the_page_says(capfd: pytest.CaptureFixture[str]) -> None:
    [snippet] = [block for page, block in blocks("python") if page == "docs/a2a.md"]
    async with AgentServer((tagger := EmotionTagger()).tag_async, tagger.info) as server:
        typed = snippet.replace("http://127.0.0.1:9999", server.url)
        await asyncio.to_thread(exec, compile(typed, "docs/a2a.md", "exec"), {})
    printed = capfd.readouterr().out  # by two threads: the end of a line can come after the other line
    assert sorted(re.findall(r"(?:input|output) \w+ \w+|message", printed)) == [
        "input user joy",
        "message",
        "output emotag neutral",
    ]


async def test_against_a_server(tmp_path: Path) -> None:
    async with (
        Serving(save_checkpoint(tmp_path / "tiny")) as server,
        serving("--port", "0", "--target", f"localhost:{server.port}", folder=tmp_path) as (_, url),
        client_of(await card_at(url), "HTTP+JSON") as client,
    ):
        [event] = await ask(client, "joy")
        assert documents(event.message.parts)[0]["status"] == "OK"


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--host", "0.0.0.0"], "--insecure"),  # noqa: S104 - that is what is refused
        (["--card-key", os.devnull, "--port", "0"], "openssl genpkey"),
        (["--port", "70000"], "65535"),
        (["--port", "0", "--url", "emotions.example.org"], "https://emotions.example.org"),
        (["--port", "0", "--url", "https://[::1"], "https://emotions.example.org"),
        (["--port", "0", "--tokens", os.devnull], "--tokens: /dev/null: has 0 tokens"),
        (["--tls-key", os.devnull], "--tls-key is given without --tls-cert"),
        (["--target-tls"], "--target-tls: is of a server, which there is none of; give --target, or no --target-tls"),
        (["--target-token-file", os.devnull], "--target-token-file: is of a server"),
    ],
)
def test_what_it_refuses(
    options: list[str], problem: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("EMOTAG_TARGET", raising=False)
    assert code_of(lambda: main(["a2a", *options])) == 2
    assert problem in capsys.readouterr().err


def code_of(call: Callable[[], int]) -> object:
    try:
        return call()
    except SystemExit as end:
        return end.code
