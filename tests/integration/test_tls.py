"""TLS and mutual TLS: who gets in, who does not, and certificates that change while streams are open."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from grpc import aio
from structlog.testing import capture_logs

from emotag import TLS, AsyncEmotionClient, InvalidArgumentError, Retry, UnavailableError
from emotag.v1.emotion_service_pb2_grpc import EmotionServiceStub
from emotag_service.access.address import ListenError
from emotag_service.access.protection import Protection, TlsFiles
from emotag_service.grpc.server import Server
from tests.integration.authority import Authority
from tests.integration.calls import frame, read_tags

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from emotag_service.engine.engine import Engine

ONCE = Retry(attempts=1)


@asynccontextmanager
async def serving(engine: Engine, **files: Any) -> AsyncIterator[Server]:
    server = Server("127.0.0.1", 0, protection=Protection(tls=TlsFiles(**files)))
    await server.start(engine)
    try:
        yield server
    finally:
        await server.stop()


def files(authority: Authority, *, mutual: bool = False) -> dict[str, Any]:
    certificate, key = authority.server()
    return {"certificate": certificate, "key": key, "client_ca": authority.ca if mutual else None}


async def label(server: Server, tls: TLS | None, **settings: Any) -> str:
    async with AsyncEmotionClient(f"localhost:{server.port}", tls=tls, retry=ONCE, **settings) as client:
        return (await client.classify("joy", timeout=10)).label


async def refused(server: Server, tls: TLS | None) -> None:
    with pytest.raises(UnavailableError):
        await label(server, tls)


async def test_who_trusts_the_authority_gets_in(engine: Engine, authority: Authority, foreign: Authority) -> None:
    async with serving(engine, **files(authority)) as server:
        assert await label(server, TLS(authority.ca)) == "joy"
        await refused(server, TLS(foreign.ca))
        await refused(server, TLS())
        await refused(server, None)


async def test_the_name_of_the_server_is_checked(engine: Engine, authority: Authority) -> None:
    async with serving(engine, **files(authority)) as server:
        await refused(server, TLS(authority.ca, server_name="other.example"))
        async with AsyncEmotionClient(
            f"127.0.0.1:{server.port}", tls=TLS(authority.ca, server_name="localhost"), retry=ONCE
        ) as client:
            assert (await client.classify("joy")).label == "joy"


async def test_an_expired_server_is_not_trusted(engine: Engine, authority: Authority) -> None:
    certificate, key = authority.server(expired=True)
    async with serving(engine, certificate=certificate, key=key) as server:
        await refused(server, TLS(authority.ca))


async def test_mutual_tls_lets_in_whom_the_authority_signed(
    engine: Engine, authority: Authority, foreign: Authority
) -> None:
    stranger = foreign.agent("stranger")
    async with serving(engine, **files(authority, mutual=True)) as server:
        assert await label(server, authority.agent("planner")) == "joy"
        await refused(server, TLS(authority.ca))
        await refused(server, TLS(authority.ca, stranger.certificate, stranger.key))
        await refused(server, authority.agent("late", expired=True))
        assert await label(server, authority.agent("planner")) == "joy"


async def test_new_certificates_are_taken_up_and_open_streams_live_on(
    engine: Engine, authority: Authority, foreign: Authority
) -> None:
    given = files(authority)
    async with serving(engine, **given) as server:
        credentials = grpc.ssl_channel_credentials(authority.ca.read_bytes())
        async with aio.secure_channel(f"localhost:{server.port}", credentials) as channel:
            call = EmotionServiceStub(channel).StreamClassify()
            await call.write(frame("joy", ids="before"))
            assert len(await read_tags(call, 1)) == 1
            with capture_logs() as logs:
                for new, old in zip(foreign.server(), (given["certificate"], given["key"]), strict=True):
                    new.rename(old)
                assert await label(server, TLS(foreign.ca)) == "joy"
            assert [log["event"] for log in logs] == ["certificates reloaded"]
            await refused(server, TLS(authority.ca))
            await call.write(frame("joy", ids="after"))
            assert [tag.message_id for tag in await read_tags(call, 1)] == ["after0"]


async def test_broken_new_files_leave_the_old_ones_and_are_logged_once(engine: Engine, authority: Authority) -> None:
    given = files(authority)
    async with serving(engine, **given) as server:
        with capture_logs() as logs:
            given["certificate"].write_text("no certificate")
            for _ in range(3):
                assert await label(server, TLS(authority.ca)) == "joy"
            given["key"].unlink()
            for _ in range(3):
                assert await label(server, TLS(authority.ca)) == "joy"
        assert [log["event"] for log in logs] == ["certificates not reloaded"] * 2
        assert "must hold a PEM certificate" in logs[0]["problem"]
        authority.server()
        with capture_logs() as logs:
            assert await label(server, TLS(authority.ca)) == "joy"
        assert [log["event"] for log in logs] == ["certificates reloaded"]


async def test_files_that_cannot_be_used_keep_it_from_listening(authority: Authority, foreign: Authority) -> None:
    certificate, _ = authority.server()
    other = foreign.server()[1]
    for wrong, words in [
        ({"certificate": certificate, "key": other}, "does not belong to the certificate"),
        ({"certificate": certificate.with_name("none.pem")}, "No such file"),
        ({"certificate": certificate}, "give the key by --tls-key"),
        ({**files(authority), "client_ca": other}, "--tls-client-ca: .* holds no PEM certificate"),
    ]:
        with pytest.raises(ListenError, match=words):
            Server("127.0.0.1", 0, protection=Protection(tls=TlsFiles(**wrong)))


async def test_files_that_a_client_cannot_use_are_named(authority: Authority, tmp_path: Path) -> None:
    certificate, key = authority.server()
    for tls, field in [
        (TLS(tmp_path / "none.pem"), "tls.ca"),
        (TLS(key), "tls.ca"),
        (TLS(certificate=certificate, key=tmp_path / "none.key"), "tls.key"),
        (TLS(certificate=certificate, key=certificate), "tls.certificate"),
        (TLS(key=key), "tls"),
    ]:
        with pytest.raises(InvalidArgumentError) as caught:
            tls.credentials()
        assert caught.value.field == field
