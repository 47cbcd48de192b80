"""The tagger's engine over gRPC: a real server on a free port, over a real engine with a scripted model."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
import structlog
from grpc import aio

from emotag import TLS
from emotag_service.access.grant import new_token
from emotag_service.access.protection import Protection, TlsFiles
from emotag_service.grpc.server import Server
from emotag_service.kafka.errors import EngineUnavailableError
from emotag_service.kafka.records.codec import Reading
from emotag_service.kafka.tagging.remote_engine import RemoteEngine
from emotag_service.messages.tag import MessageTag
from emotag_service.messages.untaggable import Fault
from emotag_service.testing import in_memory_engine
from tests.integration.authority import Authority, agent_files, replace
from tests.integration.calls import until
from tests.integration.scripted import Script, scripted_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from emotag_service.engine.engine import Engine

    Serve = Callable[..., Awaitable[int]]

# gRPC's poller belongs to the process, and outlives a loop per test.
pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def script() -> Script:
    return Script()


@pytest_asyncio.fixture(loop_scope="session")
async def servers(script: Script) -> AsyncIterator[list[tuple[Server, Engine]]]:
    running: list[tuple[Server, Engine]] = []
    yield running
    script.gate.set()
    for server, engine in running:
        await asyncio.gather(engine.close(), server.stop())


@pytest.fixture
def serve(script: Script, servers: list[tuple[Server, Engine]]) -> Serve:
    """Starts a server; returns its port."""

    async def start(port: int = 0, engine: Engine | None = None) -> int:
        engine = engine or scripted_engine(script)
        server = Server("127.0.0.1", port)
        await engine.start()
        await server.start(engine)
        servers.append((server, engine))
        return server.port

    return start


async def started(port: int, **settings: object) -> RemoteEngine:
    remote = RemoteEngine(f"grpc://127.0.0.1:{port}", **settings)  # type: ignore[arg-type]
    await remote.start()
    return remote


def readings(*texts: str) -> list[Reading]:
    return [Reading(text, id="the same") for text in texts]


async def test_texts_are_tagged_in_order(serve: Serve):
    remote = await started(await serve())
    session = remote.session("t/0")
    answers = await (await session.submit(readings(*["joy", "hate"] * 150)))
    assert [answer.label for answer in answers if isinstance(answer, MessageTag)] == ["joy", "anger"] * 150
    first = answers[0]
    assert isinstance(first, MessageTag)
    assert (first.taxonomy, str(first.model)) == ("basic", "scripted/1.0@000000000000")
    assert first.categories == remote.labels
    await remote.close()


async def test_one_message_that_cannot_be_tagged_costs_nobody_else(serve: Serve):
    remote = await started(await serve(), taxonomy="sentiment")
    texts = ["joy", "", "x" * 5_000_000, "\ud800", " ", "poison", "joy"]
    answers = await (await remote.session("t/0").submit(readings(*texts)))
    assert [answer.reason if isinstance(answer, Fault) else answer.label for answer in answers] == [
        "positive", "NO_TEXT", "TEXT_TOO_LONG", "WRONG_ENCODING", "INVALID_MESSAGE", "COMPUTE_FAILED", "positive",
    ]  # fmt: skip
    await remote.close()


async def test_a_service_that_goes_and_comes_back(serve: Serve, script: Script, servers: list[tuple[Server, Engine]]):
    port = await serve()
    remote = await started(port)
    sessions = [remote.session(f"t/{number}") for number in range(3)]
    for session in sessions:
        assert len(await (await session.submit(readings("joy")))) == 1
    script.gate.clear()
    pending = [await session.submit(readings(*["joy"] * 40)) for session in sessions]
    await until(lambda: len(script.batches) > 3)
    with structlog.testing.capture_logs() as logs:
        server, engine = servers.pop()
        await server.stop()
        await until(lambda: any(event["event"] == "engine unreachable" for event in logs))
        script.gate.set()
        await engine.close()
        await serve(port)
        for answers in pending:
            assert [answer.label for answer in await answers if isinstance(answer, MessageTag)] == ["joy"] * 40
        await until(lambda: any(event["event"] == "engine reachable" for event in logs))
    said = [event["event"] for event in logs if event["event"].startswith("engine ")]
    assert said[0] == "engine unreachable"
    assert said == ["engine unreachable", "engine reachable"] * (len(said) // 2)
    await remote.close()


async def test_a_service_that_stops_in_order_loses_nothing(
    serve: Serve, script: Script, servers: list[tuple[Server, Engine]]
):
    port = await serve()
    remote = await started(port)
    session = remote.session("t/0")
    script.gate.clear()
    before = await session.submit(readings(*["joy"] * 20))
    await until(lambda: bool(script.batches))
    server, engine = servers.pop()
    draining = asyncio.create_task(server.drain(engine, 20))
    await until(lambda: not engine.healthy)
    after = await session.submit(readings(*["hate"] * 20))
    script.gate.set()
    await draining
    await asyncio.gather(server.stop(), engine.close())
    await serve(port)
    assert [answer.label for answer in await before if isinstance(answer, MessageTag)] == ["joy"] * 20
    assert [answer.label for answer in await after if isinstance(answer, MessageTag)] == ["anger"] * 20
    await remote.close()


async def test_a_service_that_comes_back_without_the_taxonomy_ends_the_tagger(
    serve: Serve, servers: list[tuple[Server, Engine]]
):
    port = await serve()
    remote = await started(port)
    session = remote.session("t/0")
    await (await session.submit(readings("joy")))
    server, engine = servers.pop()
    await asyncio.gather(server.stop(), engine.close())
    await serve(port, in_memory_engine())
    with pytest.raises(EngineUnavailableError, match=r"the service refuses to tag .*taxonomy"):
        await (await session.submit(readings("joy")))
    await remote.close()


async def test_closing_with_work_in_flight_leaves_no_task(serve: Serve, script: Script):
    remote = await started(await serve())
    session = remote.session("t/0")
    await (await session.submit(readings("joy")))
    script.gate.clear()
    in_flight = [await session.submit(readings(*["joy"] * 100)) for _ in range(3)]
    await until(lambda: len(script.batches) > 1)
    await remote.close()
    await remote.close()
    for answers in in_flight:
        with pytest.raises(asyncio.CancelledError):
            await answers
    ours = "tags of"
    assert [task for task in asyncio.all_tasks() if task.get_name().startswith(ours)] == []


class TestStart:
    async def test_nothing_is_there(self):
        async with aio.insecure_channel("127.0.0.1:1"):
            remote = RemoteEngine("grpc://127.0.0.1:1", patience=0)
            with pytest.raises(
                EngineUnavailableError, match=r"no service answers at grpc://127\.0\.0\.1:1 .*emotag serve"
            ):
                await remote.start()
        await remote.close()

    async def test_it_waits_for_a_service_that_is_starting(self, serve: Serve, servers: list[tuple[Server, Engine]]):
        port = await serve()
        server, engine = servers.pop()
        await asyncio.gather(server.stop(), engine.close())
        starting = asyncio.create_task(started(port, patience=60.0))
        await asyncio.wait((starting,), timeout=0.2)
        assert not starting.done()
        await serve(port)
        remote = await starting
        assert remote.labels
        await remote.close()

    async def test_it_lacks_the_taxonomy(self, serve: Serve):
        remote = RemoteEngine(f"grpc://127.0.0.1:{await serve()}", taxonomy="plutchik")
        with pytest.raises(EngineUnavailableError, match="no taxonomy 'plutchik'; choose --taxonomy among basic"):
            await remote.start()
        with pytest.raises(RuntimeError, match="not started"):
            remote.session("t/0")

    async def test_something_else_is_there(self):
        other = aio.server()
        port = other.add_insecure_port("127.0.0.1:0")
        await other.start()
        remote = RemoteEngine(f"grpc://127.0.0.1:{port}")
        with pytest.raises(EngineUnavailableError, match="is no emotag service; check --engine"):
            await remote.start()
        await other.stop(None)


async def test_over_tls_with_a_token(script: Script, tmp_path: Path) -> None:
    authority = Authority(tmp_path / "tls")
    certificate, key = authority.server()
    token, grant = new_token("tagger", ["classify"])
    tokens, mine = tmp_path / "tokens", tmp_path / "mine"
    tokens.write_text(grant.line())
    mine.write_text(token)
    files = TlsFiles(certificate=certificate, key=key)
    server, engine = Server("127.0.0.1", 0, protection=Protection(tls=files, tokens=tokens)), scripted_engine(script)
    await engine.start()
    await server.start(engine)
    address = f"grpcs://localhost:{server.port}"
    try:
        remote = RemoteEngine(address, tls=TLS(authority.ca), token=mine)
        await remote.start()
        [tag] = await (await remote.session("lane").submit([Reading("joy")]))
        assert isinstance(tag, MessageTag)
        await remote.close()
        for settings, words in [
            ({"tls": TLS(authority.ca)}, "UNAUTHENTICATED"),
            ({"tls": TLS(tmp_path / "none"), "token": mine}, "tls.ca: .*No such file"),
            ({"token": tmp_path / "none"}, "token: .*No such file"),
        ]:
            with pytest.raises(EngineUnavailableError, match=words):
                await RemoteEngine(address, **settings).start()
    finally:
        await asyncio.gather(engine.close(), server.stop())


async def test_certificates_that_change_on_both_sides(script: Script, tmp_path: Path) -> None:
    ours, foreign = Authority(tmp_path / "ours"), Authority(tmp_path / "foreign")
    mine = agent_files(tmp_path / "mine")
    replace(mine, ours.agent("tagger"))
    engine = scripted_engine(script)
    await engine.start()
    server = await guarded(engine, ours)
    port = server.port
    remote = RemoteEngine(f"grpcs://localhost:{port}", tls=mine)
    await remote.check_files()
    await remote.start()
    session, other = remote.session("t/0"), remote.session("t/1")
    try:
        assert len(await (await session.submit(readings("joy")))) == 1
        whole = foreign.agent("tagger")
        shutil.copyfile(str(whole.key), str(mine.key))  # and not yet the certificate that belongs to it
        with pytest.raises(EngineUnavailableError, match="does not belong to the certificate"):
            await remote.check_files()
        assert len(await (await other.submit(readings("joy")))) == 1
        with structlog.testing.capture_logs() as logs:
            await server.stop()
            server = await guarded(engine, foreign, port)
            pending = await session.submit(readings(*["hate"] * 40))
            await until(lambda: any(event["event"] == "engine unreachable" for event in logs))
            assert not pending.done()  # type: ignore[attr-defined]
            replace(mine, whole)
            async with asyncio.timeout(60):
                answers = await pending
            assert [answer.label for answer in answers if isinstance(answer, MessageTag)] == ["anger"] * 40
        assert len(await (await other.submit(readings("joy")))) == 1
    finally:
        await remote.close()
        await asyncio.gather(engine.close(), server.stop())


async def guarded(engine: Engine, authority: Authority, port: int = 0) -> Server:
    """A server that demands certificates that the authority signed."""
    certificate, key = authority.server()
    files = TlsFiles(certificate=certificate, key=key, client_ca=authority.ca)
    server = Server("127.0.0.1", port, protection=Protection(tls=files))
    await server.start(engine)
    return server
