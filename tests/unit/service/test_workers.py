"""Several processes as one service: what a worker asks for all of them, and what each is started with."""

from __future__ import annotations

import socket
import sys
from typing import TYPE_CHECKING, Any

import pytest

from emotag_service.access.address import ListenError
from emotag_service.cli import worker as module
from emotag_service.config import ServeConfig
from emotag_service.process.worker import LINK, NUMBER
from emotag_service.settings import given_options
from emotag_service.workers import Workers
from tests.brokers.ports import stable_port

if TYPE_CHECKING:
    from pathlib import Path


async def test_a_drain_that_is_asked_for_again_goes_on() -> None:
    workers = Workers(ServeConfig(port=0, workers=2), ready=lambda _: None)
    signals = workers.supervisor.signals
    with workers._held:
        for _ in range(2):
            await workers._relay("change", {"change": "drain", "given": {}})
            assert (signals.stop.is_set(), signals.stop_now.is_set()) == (True, False)


def test_one_port_is_not_held_for_two_servers() -> None:
    port = stable_port()
    with pytest.raises(ListenError, match="for --http-port: --port has the port"):
        Workers(ServeConfig(port=port, http_port=port, workers=2), ready=lambda _: None)


def test_workers_that_start_later_have_the_last_level(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emotag_service.workers.set_level", lambda _: None)
    workers = Workers(ServeConfig(port=0, workers=2), ready=lambda _: None)
    with workers._held:
        workers._adopt("log level", {"level": "debug"})
        assert "debug" in " ".join(workers._command())


def test_a_worker_serves_with_what_the_supervisor_read_and_with_nothing_that_was_set_since(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given, served = ServeConfig(host="::1", workers=2, http_origin=("https://a", "https://b")), list[ServeConfig]()

    async def serve(config: ServeConfig, _trials: Any, end: socket.socket, _began: float) -> int:
        end.close()
        served.append(config)
        return 0

    monkeypatch.setattr(module, "_run", serve)
    monkeypatch.setattr(module, "configure", lambda *_, **__: None)
    monkeypatch.setenv("EMOTAG_CONFIG", str(tmp_path / "emotag.toml"))
    monkeypatch.setenv("EMOTAG_TOKENS", "/set/since")
    for text in ('[serve]\ntls-cert = "/set/since"\nmodel-info = false\n', "[broken", None):
        if text is None:
            (tmp_path / "emotag.toml").unlink()
        else:
            (tmp_path / "emotag.toml").write_text(text)
        ours, theirs = socket.socketpair()
        with ours:
            command = ["worker", *given_options(given), NUMBER, "1", LINK, str(theirs.detach())]
            monkeypatch.setattr(sys, "argv", command)
            assert module.main() == 0
    assert served == [given] * 3
