"""What docs/security.md tells people to type: a service with a certificate and tokens, and who gets in."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import sys
from pathlib import Path

import pytest

from tests.integration.authority import Authority
from tests.integration.process import Serving, save_checkpoint

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
LINES = [line[2:] for line in PAGE.splitlines() if line.startswith("$ emotag ")]


async def emotag(arguments: list[str], **variables: str) -> tuple[int | None, str, str]:
    """Exit code, output and errors of a command."""
    return await python(["-m", "emotag", *arguments], **variables)


async def python(arguments: list[str], **variables: str) -> tuple[int | None, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env={**os.environ, **variables},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


def typed(number: int, **places: str) -> list[str]:
    """The arguments of a line of the page, its files and its target replaced."""
    _, *arguments = shlex.split(LINES[number].partition(" 2>>")[0])
    return [places.get(argument, argument) for argument in arguments]


@pytest.mark.parametrize("mutual", [False, True])
async def test_the_walk(tmp_path: Path, mutual: bool) -> None:
    authority = Authority(tmp_path / "tls")
    certificate, key = map(str, authority.server())
    mine, tokens = tmp_path / "planner.token", tmp_path / "tokens"
    code, token, line = await emotag(typed(0))
    assert code == 0
    mine.write_text(token)
    tokens.write_text(line)
    _, *serve = typed(1, **{"server.pem": certificate, "server.key": key, "tokens": str(tokens)})
    serve[serve.index("--host") + 1] = "127.0.0.1"
    if mutual:
        serve += ["--tls-client-ca", str(authority.ca)]
    async with Serving(save_checkpoint(tmp_path / "tiny"), *serve) as serving:
        target = f"localhost:{serving.port}"
        places = {"localhost:50051": target, "ca.pem": str(authority.ca), "planner.token": str(mine)}
        classify = typed(2, **places)
        if mutual:
            assert (await emotag(classify))[0] == 1
            agent = authority.agent("planner")
            classify[1:1] = ["--tls-cert", str(agent.certificate), "--tls-key", str(agent.key)]
        code, out, err = await emotag(classify)
        assert (code, err) == (0, "")
        assert "Thank you so much!" in out
        without = [argument for argument in classify if argument not in {"--token-file", str(mine)}]
        code, _, err = await emotag(without)
        assert code == 1
        assert "--token-file" in err
        variables = {"EMOTAG_TLS_CERT": certificate, "EMOTAG_TLS_KEY": key, "EMOTAG_PORT": str(serving.port)}
        if mutual:
            variables["EMOTAG_TLS_CLIENT_CA"] = str(authority.ca)
        check = [str(ROOT / "deploy" / "healthcheck.py")]
        assert await python(check, **variables) == (0, "", "")
        assert (await python(check, EMOTAG_PORT=str(serving.port)))[0] == 1
        serving.send(signal.SIGTERM)
        assert await serving.exit_code() == 0
