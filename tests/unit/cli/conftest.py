"""The command line in this process, against a scripted server."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from emotag.cli.main import main
from tests.unit.sdk.scripted import ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass
class Outcome:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def records(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    server = ScriptedServer().start()
    yield server
    server.stop()


@pytest.fixture
def emotag(
    server: ScriptedServer, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Outcome]:
    """Runs `emotag` with these arguments against the scripted server."""
    monkeypatch.setenv("EMOTAG_TARGET", server.target)

    def run(*arguments: str) -> Outcome:
        try:
            code = main(arguments)
        except SystemExit as error:
            code = int(error.code or 0)
        said = capfd.readouterr()
        return Outcome(code, said.out, said.err)

    return run
