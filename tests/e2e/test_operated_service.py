"""What docs/operations.md tells people to type: a port for operators, and drift against an hour that was kept."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
import shutil
import signal
from typing import TYPE_CHECKING

import pytest

from emotag import EmotionClient
from tests.e2e.pages import ROOT
from tests.integration.process import Serving, save_checkpoint

if TYPE_CHECKING:
    from pathlib import Path

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
LINES = [
    line[2:]
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
    if line.startswith("$ ")
]
SERVE = [shlex.split(line) for line in LINES if line.startswith("emotag serve")]
CURL = [line for line in LINES if line.startswith("curl ")]


async def _typed(line: str, port: int, folder: Path) -> str:
    """What a shell prints of a line with curl."""
    process = await asyncio.create_subprocess_shell(
        line.replace("localhost:9464", f"127.0.0.1:{port}"), cwd=folder, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    return out.decode()


def _tag(port: int, count: int) -> None:
    with EmotionClient(f"localhost:{port}") as client:
        assert sum(1 for _ in client.stream(["thank you", "joy", "i am angry"] * count)) == 3 * count


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl")
async def test_the_walk(tmp_path: Path) -> None:
    assert len(SERVE) + len(CURL) == len(LINES) == 4
    checkpoint = save_checkpoint(tmp_path / "tiny")
    plain, compared = [[word if word != "9464" else "0" for word in words[2:]] for words in SERVE]
    async with Serving(checkpoint, *plain) as serving:
        port = serving.logged("operators port opened")[0]["port"]
        assert await _typed(CURL[0], port, tmp_path) == "ok\n"
        await asyncio.to_thread(_tag, serving.port, 200)
        await _typed(CURL[1], port, tmp_path)
        serving.send(signal.SIGTERM)
        assert await serving.exit_code() == 0
    assert json.loads((tmp_path / "usual.json").read_text())["taxonomies"]["basic"]["tags"] == 600
    compared[compared.index("usual.json")] = str(tmp_path / "usual.json")
    async with Serving(checkpoint, *compared) as serving:
        port = serving.logged("operators port opened")[0]["port"]
        await asyncio.to_thread(_tag, serving.port, 200)
        metrics = await _typed("curl --silent localhost:9464/metrics", port, tmp_path)
    (index,) = re.findall(r'^emotag_drift_psi\{taxonomy="basic"\} (\S+)$', metrics, re.MULTILINE)
    assert abs(float(index)) < 0.01
