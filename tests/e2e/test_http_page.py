"""What docs/http.md and README tell people to type over HTTP, against a service that is started as it says."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from tests.e2e.pages import ROOT, commands
from tests.integration.process import Serving, save_checkpoint

LINES = [command.line for command in commands() if command.page in {"README.md", "docs/http.md"}]
CURL = [line for line in LINES if line.startswith("curl") or "| curl" in line]


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on the PATH")
async def test_the_walk(tmp_path: Path) -> None:
    [serve] = [line for line in LINES if line.startswith("emotag serve --http-port")]
    options = serve.removeprefix("emotag serve ").replace("8080", "0").split()
    assert len(CURL) == 7
    async with Serving(save_checkpoint(tmp_path / "tiny"), *options) as serving:
        port = serving.logged("http port opened")[0]["port"]
        for line in CURL:
            typed = line.replace("localhost:8080", f"127.0.0.1:{port}")
            process = await asyncio.create_subprocess_shell(typed, stdout=asyncio.subprocess.PIPE)
            out, _ = await process.communicate()
            assert process.returncode == 0, line
            assert "error" not in out.decode(), out
            assert any(word in out.decode() for word in ("label", "scores")), out
            json.loads(out)


def test_every_path_that_is_there_is_described() -> None:
    page = (ROOT / "docs" / "http.md").read_text(encoding="utf-8")
    for path in (
        "/predict",
        "/invocations",
        "/ping",
        "/info",
        "/health",
        "/v2",
        "/v1/classifications",
        "/v1/stream",
        "EmotionService/Classify",
    ):
        assert f"{path}`" in page
