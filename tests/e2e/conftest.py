"""The real service in its own process, and the messages that go through it."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from emotag.cli.demo_server import DemoServer
from tests.e2e.talk import talk

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARED = Path(os.environ.get("EMOTAG_SHARED") or Path(__file__).parents[2].parent / "shared")
STREAMS = SHARED / "data" / "streams"
MOST = 8_000


@pytest.fixture(scope="session")
def service() -> Iterator[str]:
    """Where `emotag serve`, with the checkpoint that ships, listens; it has to stop in order."""
    with DemoServer() as server:
        yield server.target
    assert server.exit_code == 0


def write(path: Path, messages: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in messages))
    return path


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


@pytest.fixture(scope="session", params=["written", "real"])
def messages(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    """Messages between agents: a few hundred written for this purpose, and 8,000 real ones where they are to be had."""
    if request.param == "written":
        return talk(400)
    if not STREAMS.is_dir():
        pytest.skip(f"no recorded streams at {STREAMS}; name their folder's grandparent with EMOTAG_SHARED")
    real: list[dict[str, Any]] = []
    for path in sorted(STREAMS.glob("*.jsonl.gz")):
        with gzip.open(path) as lines:
            real.extend(map(json.loads, lines))
    # Short and long, of every source, at a share that keeps the order of conversations.
    step = len(real) / MOST
    return [real[int(number * step)] for number in range(min(MOST, len(real)))]
