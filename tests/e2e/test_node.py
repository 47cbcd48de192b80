"""The contract from a second language: the Node.js example, as its README runs it."""

from __future__ import annotations

import re
import shutil
import subprocess
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OFFLINE = ("ENOTFOUND", "ECONNREFUSED", "EAI_AGAIN", "ETIMEDOUT", "ENETUNREACH", "network")


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example beside the protos, with its pinned packages."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("node and npm are not installed")
    root = tmp_path_factory.mktemp("node")
    shutil.copytree(ROOT / "protos", root / "protos")
    folder = root / "clients" / "node"
    shutil.copytree(ROOT / "clients" / "node", folder, ignore=shutil.ignore_patterns("node_modules"))
    install = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(install, cwd=folder, capture_output=True, text=True, timeout=240, check=False)
    if done.returncode and any(sign in done.stderr for sign in OFFLINE):
        pytest.skip("the npm registry can not be reached")
    assert done.returncode == 0, done.stderr
    return folder


def run(example: Path, target: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["node", "example.js", target], cwd=example, capture_output=True, text=True, timeout=60, check=False
    )


def test_it_tags_by_call_and_by_stream(example: Path, service: str) -> None:
    done = run(example, service)
    assert (done.returncode, done.stderr) == (0, "")
    model, *lines = done.stdout.splitlines()
    assert model.startswith("emotag-base ")
    assert [line.split()[:2] for line in lines] == [["0:", "joy"], ["1:", "joy"], ["2:", "error"], ["3:", "anger"]]
    assert "text: is empty" in lines[2]


def test_its_page_shows_what_is_printed(example: Path, service: str) -> None:
    """Line by line, but for the scores and the version of the model, which change with every checkpoint."""
    page = (ROOT / "clients" / "node" / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"such as:\n\n((?:    .*\n)+)", page)
    assert shown is not None
    assert unnumbered(textwrap.dedent(shown.group(1))) == unnumbered(run(example, service).stdout)


def unnumbered(text: str) -> str:
    return re.sub(r"\d+(\.\d+)+", "#", text)


def test_nobody_there(example: Path) -> None:
    done = run(example, "127.0.0.1:1")
    assert done.returncode == 1
    assert "UNAVAILABLE" in done.stderr
