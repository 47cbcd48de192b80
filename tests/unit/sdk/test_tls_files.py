"""Both clients while the files of their TLS change, at a server that demands certificates of its callers."""

from __future__ import annotations

import asyncio
import logging
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from emotag import TLS, AsyncEmotionClient, EmotionClient, Retry, UnavailableError, open_channels
from emotag_service.access.protection import TlsFiles
from emotag_service.grpc.listen import Certificates
from tests.integration.authority import Authority, agent_files, replace
from tests.unit.sdk.scripted import ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import grpc

ONCE = Retry(attempts=1)


class Guarded(ScriptedServer):
    """A server that notes whose certificate each call came with."""

    def __init__(self, files: TlsFiles) -> None:
        super().__init__()
        self.files = files
        self.callers: list[str] = []
        self.connections: set[str] = set()

    def restart(self, port: int = 0) -> None:
        """Start it, for the first time or again, so that whoever calls has to connect."""
        if port:
            self.stop()
        self.start(port, Certificates(self.files).credentials())

    def _received(self, method: str, context: grpc.ServicerContext) -> None:
        self.callers.append(context.auth_context()["x509_common_name"][0].decode())
        self.connections.add(context.peer())
        super()._received(method, context)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The files are looked at before every call: no test waits for the second to pass."""
    monkeypatch.setattr(open_channels, "LOOK_SECONDS", 0.0)


@pytest.fixture
def guarded(authority: Authority) -> Iterator[Guarded]:
    certificate, key = authority.server()
    server = Guarded(TlsFiles(certificate=certificate, key=key, client_ca=authority.ca))
    server.restart()
    yield server
    server.stop()


@pytest.fixture
def mine(authority: Authority, tmp_path: Path) -> TLS:
    """The files of the client, as they are at first."""
    files = agent_files(tmp_path / "mine")
    replace(files, authority.agent("planner"))
    return files


def change_sides(guarded: Guarded, authority: Authority, mine: TLS) -> None:
    """Server and client have files of another authority, and whoever calls has to connect."""
    certificate, key = authority.server()
    guarded.files = TlsFiles(certificate=certificate, key=key, client_ca=authority.ca)
    replace(mine, authority.agent("worker"))
    guarded.restart(guarded.port)


def test_calls_and_streams_bring_a_new_certificate(
    connect: Any, guarded: Guarded, authority: Authority, mine: TLS
) -> None:
    client = connect(guarded.target, tls=mine, retry=ONCE)
    client.classify("thank you")
    client.stream(["thank you"])
    replace(mine, authority.agent("worker"))
    client.classify("thank you")
    client.stream(["thank you"])
    client.info()
    replace(mine, authority.agent("tester"))
    client.stream(["thank you"])
    assert guarded.callers == ["planner"] * 2 + ["worker"] * 3 + ["tester"]
    assert len(guarded.connections) == 3


def test_a_certificate_that_has_run_out_is_replaced(
    connect: Any, guarded: Guarded, authority: Authority, mine: TLS
) -> None:
    replace(mine, authority.agent("planner", expired=True))
    client = connect(guarded.target, tls=mine, retry=ONCE)
    with pytest.raises(UnavailableError):
        client.classify("thank you")
    replace(mine, authority.agent("worker"))
    client.classify("thank you")
    assert guarded.callers == ["worker"]


@pytest.mark.parametrize("retry", [ONCE, Retry(attempts=3, initial=0.001, maximum=0.002)], ids=["once", "again"])
def test_the_authorities_of_server_and_callers_change(
    connect: Any, guarded: Guarded, foreign: Authority, mine: TLS, retry: Retry
) -> None:
    client = connect(guarded.target, tls=mine, retry=retry)
    client.classify("thank you")
    change_sides(guarded, foreign, mine)
    client.classify("thank you")
    assert guarded.callers == ["planner", "worker"]


def test_a_call_that_fails_has_the_files_looked_at(
    connect: Any, guarded: Guarded, foreign: Authority, mine: TLS, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_channels, "LOOK_SECONDS", 3600.0)
    client = connect(guarded.target, tls=mine)
    client.classify("thank you")
    change_sides(guarded, foreign, mine)
    client.classify("thank you")
    assert guarded.callers == ["planner", "worker"]


def test_files_that_are_no_use_leave_the_old_ones_and_are_told_of_once(
    connect: Any, guarded: Guarded, authority: Authority, mine: TLS, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="emotag")
    client = connect(guarded.target, tls=mine, retry=ONCE)
    client.classify("thank you")
    ca, certificate, key = (Path(str(file)) for file in (mine.ca, mine.certificate, mine.key))
    worker = authority.agent("worker")
    shutil.copyfile(str(worker.key), key)
    for _ in range(3):
        client.classify("thank you")
        client.stream(["thank you"])
    whole = Path(str(worker.certificate)).read_bytes()
    certificate.write_bytes(whole[: len(whole) // 2])
    for _ in range(3):
        client.classify("thank you")
    ca.unlink()
    for _ in range(3):
        client.classify("thank you")
    assert set(guarded.callers) == {"planner"}
    assert len(guarded.connections) == 1
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 3
    for number, words in enumerate(
        ("does not belong to the certificate", "must hold a PEM certificate", "No such file")
    ):
        assert words in caplog.messages[number]
        assert "the old ones stay in force" in caplog.messages[number]
    shutil.copyfile(authority.ca, ca)
    certificate.write_bytes(whole)
    client.classify("thank you")
    assert guarded.callers[-1] == "worker"
    assert caplog.messages[3:] == ["certificates reloaded"]


def test_a_client_is_not_made_of_files_that_are_no_use(connect: Any, mine: TLS) -> None:
    with pytest.raises(Exception, match="No such file"):
        connect("localhost:1", tls=TLS(mine.ca, mine.certificate, "nowhere.key"))


def rotating(authority: Authority, mine: TLS) -> Callable[[], int]:
    """Counts its calls, and has the files change at every tenth."""
    lock, count = threading.Lock(), iter(range(1_000_000))

    def step() -> int:
        with lock:
            number = next(count)
            if number % 10 == 9:
                replace(mine, authority.agent(f"agent{number}"))
            return number

    return step


def test_no_call_of_any_thread_fails_because_files_change(guarded: Guarded, authority: Authority, mine: TLS) -> None:
    step = rotating(authority, mine)
    with EmotionClient(guarded.target, tls=mine, retry=ONCE) as client, ThreadPoolExecutor(8) as pool:

        def call(_: int) -> str:
            if step() % 3:
                return client.classify("thank you").label
            [tag] = client.stream(["thank you"])
            return tag.label

        assert set(pool.map(call, range(200))) == {"joy"}
        assert client.classify("thank you").label == "joy"
    assert len(set(guarded.callers)) > 2


async def test_no_call_of_any_task_fails_because_files_change(
    guarded: Guarded, authority: Authority, mine: TLS
) -> None:
    step = rotating(authority, mine)
    async with AsyncEmotionClient(guarded.target, tls=mine, retry=ONCE) as client:

        async def calls() -> list[str]:
            labels = []
            for _ in range(25):
                if step() % 3:
                    labels.append((await client.classify("thank you")).label)
                else:
                    labels += [tag.label async for tag in client.stream(["thank you"])]
            return labels

        assert set(chain(*await asyncio.gather(*(calls() for _ in range(8))))) == {"joy"}
    assert len(set(guarded.callers)) > 2
