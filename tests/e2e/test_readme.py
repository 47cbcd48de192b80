"""What README tells people to type is typed here, against the real service."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import SHARED

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
WRITTEN_TARGET = "localhost:50051"
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)
COMMANDS = [
    line[2:] for kind, block in BLOCKS if kind == "console" for line in block.splitlines() if line.startswith("$ ")
]
GRPCURL_LINES = [command for command in COMMANDS if command.startswith("grpcurl ")]
EMOTAG_LINES = [command for command in COMMANDS if re.match(r"\.venv/bin/emotag (classify|info)", command)]
SNIPPETS = [block for kind, block in BLOCKS if kind == "python"]


def run(command: list[str], target: str) -> str:
    """Run a command that is meant for `target`; it has to succeed."""
    environment = {**os.environ, "EMOTAG_TARGET": target}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def grpcurl() -> str:
    found = shutil.which("grpcurl") or shutil.which("grpcurl", path=str(SHARED / "tools"))
    if not found:
        pytest.skip("no grpcurl on the PATH")
    return found


def test_there_is_something_to_type() -> None:
    assert len(GRPCURL_LINES) >= 5
    assert len(EMOTAG_LINES) >= 3
    assert len(SNIPPETS) == 1


@pytest.mark.parametrize("line", GRPCURL_LINES)
def test_grpcurl(line: str, grpcurl: str, service: str) -> None:
    _, *arguments = shlex.split(line.replace(WRITTEN_TARGET, service))
    answer = run([grpcurl, *arguments], service)
    expected = {
        "list": "emotag.v1.EmotionService",
        "describe": "rpc StreamClassify",
        "Classify": '"label": "joy"',
        "StreamClassify": '"m1"',
        "GetModelInfo": '"name": "sentiment"',
        "Check": '"status": "SERVING"',
    }
    last_word = next(word for word in expected if re.search(rf"(\s|/){word}(\s|$)", line))
    assert expected[last_word] in answer
    assert '"error"' not in answer


@pytest.mark.parametrize("line", EMOTAG_LINES)
def test_emotag(line: str, service: str) -> None:
    _, *arguments = shlex.split(line, comments=True)
    assert run([str(Path(sys.executable).with_name("emotag")), *arguments], service)


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_python(snippet: str, service: str) -> None:
    printed = run([sys.executable, "-W", "error", "-c", snippet.replace(WRITTEN_TARGET, service)], service).splitlines()
    assert printed[0].startswith("joy ")
    assert len(printed) == 5, "one line for the tag, one for the two, three for the stream"


def test_no_placeholder_is_left() -> None:
    assert not re.findall(r"@[A-Z]+@", README)


def test_its_files_are_there() -> None:
    for name in (
        "docs/architecture.md",
        "CONTRIBUTING.md",
        "constraints.txt",
        "clients/node/example.js",
        "protos/emotag/v1",
    ):
        assert (ROOT / name).exists(), name
