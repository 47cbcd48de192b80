"""The HTTP front as clients of others see it: Triton's, TLS with certificates, and what gRPC counts for the same caller."""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import TYPE_CHECKING, Any

import httpx2
import numpy as np
import pytest
import structlog.testing
from grpc import StatusCode, aio

from emotag.v1.emotion_service_pb2 import ClassifyRequest
from emotag.v1.emotion_service_pb2_grpc import EmotionServiceStub
from emotag_service.access.address import ListenError
from emotag_service.access.callers import Callers
from emotag_service.access.protection import ConnectionLimits, Protection, Quota, TlsFiles
from emotag_service.grpc.server import Server
from emotag_service.http.port import HttpPort
from emotag_service.http.settings import HttpSettings
from tests.integration.authority import Authority
from tests.integration.calls import messages
from tests.integration.web import opened

if TYPE_CHECKING:
    from pathlib import Path

    from emotag import TLS
    from emotag_service.engine.engine import Engine

TEXTS = ["so much joy", "I am so angry", "Ärger – 怒り joy"]


def _triton(port: int, *, binary: bool, outputs: list[str]) -> Any:
    """What Triton's client gets, in a thread of its own."""
    http = pytest.importorskip("tritonclient.http", reason="no tritonclient: pip install 'tritonclient[http]'")
    with http.InferenceServerClient(f"127.0.0.1:{port}") as client:
        assert client.is_server_live()
        assert client.is_server_ready()
        assert client.is_model_ready("emotag")
        metadata = client.get_model_metadata("emotag")
        assert metadata["inputs"] == [{"name": "INPUT_TEXT", "datatype": "BYTES", "shape": [-1]}]
        texts = http.InferInput("INPUT_TEXT", [len(TEXTS)], "BYTES")
        texts.set_data_from_numpy(np.array(TEXTS, dtype=np.object_), binary_data=binary)
        asked = [http.InferRequestedOutput(name, binary_data=binary) for name in outputs]
        found = client.infer("emotag", [texts], outputs=asked or None, request_id="r1")
        assert found.get_response()["id"] == "r1"
        with pytest.raises(Exception, match="there is no model"):
            client.infer("bert", [texts])
        return found.as_numpy("OUTPUT_TEXT"), found.as_numpy("scores")


@pytest.mark.parametrize("binary", [True, False])
@pytest.mark.parametrize("outputs", [[], ["OUTPUT_TEXT", "scores"]], ids=["all", "named"])
async def test_tritons_client(engine: Engine, binary: bool, outputs: list[str]) -> None:
    async with opened(engine) as port:
        labels, scores = await asyncio.to_thread(_triton, port.port, binary=binary, outputs=outputs)
    said = [one.decode() if isinstance(one, bytes) else one for one in labels]
    assert said == ["joy", "anger", "joy"]
    assert [engine.model.taxonomies[0].labels[column] for column in scores.argmax(axis=1)] == said
    assert scores.shape == (3, 7)
    assert scores.dtype == np.float32


def _context(tls: TLS) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(tls.ca))
    if tls.certificate is not None:
        context.load_cert_chain(tls.certificate, tls.key)
    return context


async def _ask(port: HttpPort, context: ssl.SSLContext) -> int:
    async with httpx2.AsyncClient(verify=context, trust_env=False) as client:
        return (await client.post(f"https://localhost:{port.port}/predict", json={"inputs": "joy"})).status_code


@pytest.mark.parametrize("organization", ["agents", '# Agents, "Große" & Co '])
async def test_callers_by_certificate_have_one_account_over_both_fronts(
    engine: Engine, tmp_path: Path, organization: str
) -> None:
    authority = Authority(tmp_path)
    certificate, key = authority.server()
    protection = Protection(
        tls=TlsFiles(certificate=certificate, key=key, client_ca=authority.ca), quota=Quota(messages_per_second=0.001)
    )
    callers, server = Callers(engine, protection.quota), Server("localhost", 0, protection=protection)
    await server.start(engine, callers)
    planner, coder = (authority.agent(name, organization=organization) for name in ("planner", "coder"))
    async with opened(engine, protection, callers, host="localhost") as port:
        with pytest.raises(httpx2.TransportError):
            await _ask(port, ssl.create_default_context(cafile=str(authority.ca)))
        assert await _ask(port, _context(planner)) == 200
        assert await _ask(port, _context(planner)) == 429
        assert await _ask(port, _context(coder)) == 200
        async with aio.secure_channel(f"localhost:{server.port}", planner.credentials()) as channel:
            with pytest.raises(aio.AioRpcError) as refused:
                await EmotionServiceStub(channel).Classify(ClassifyRequest(messages=messages("joy")))
        assert refused.value.code() == StatusCode.RESOURCE_EXHAUSTED
    await server.stop()


async def test_new_certificates_hold_from_the_next_connection_on(engine: Engine, tmp_path: Path) -> None:
    old, new = Authority(tmp_path / "old"), Authority(tmp_path / "new")
    certificate, key = old.server()
    async with opened(engine, Protection(tls=TlsFiles(certificate=certificate, key=key)), host="localhost") as port:
        assert await _ask(port, ssl.create_default_context(cafile=str(old.ca))) == 200
        for path, fresh in zip((certificate, key), new.server(), strict=True):
            path.write_bytes(fresh.read_bytes())
        assert await _ask(port, ssl.create_default_context(cafile=str(new.ca))) == 200
        certificate.write_text("nonsense")
        with structlog.testing.capture_logs() as logs:
            assert await _ask(port, ssl.create_default_context(cafile=str(new.ca))) == 200
        assert [log["event"] for log in logs] == ["certificates not reloaded"]


def _resumed(port: int, context: ssl.SSLContext, session: ssl.SSLSession | None) -> tuple[bytes, ssl.SSLSession | None]:
    """The beginning of an answer to whoever comes back by a session, and the session for the next time."""
    body = b'{"inputs": "joy"}'
    head = b"POST /predict HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    with (
        socket.create_connection(("127.0.0.1", port), timeout=30) as plain,
        context.wrap_socket(plain, server_hostname="localhost", session=session) as connection,
    ):
        connection.sendall(head + body)
        answer = b""
        while part := connection.recv(65_536):
            answer += part
        return answer[:12], connection.session


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_nobody_comes_back_whose_authority_is_trusted_no_more(
    engine: Engine, tmp_path: Path, version: ssl.TLSVersion
) -> None:
    old, new, trusted = Authority(tmp_path / "old"), Authority(tmp_path / "new"), tmp_path / "clients.pem"
    certificate, key = old.server()
    trusted.write_bytes(old.ca.read_bytes())
    context = _context(old.agent("planner"))
    context.maximum_version = version
    tls = TlsFiles(certificate=certificate, key=key, client_ca=trusted)
    async with opened(engine, Protection(tls=tls), host="localhost") as port:
        answer, session = await asyncio.to_thread(_resumed, port.port, context, None)
        assert answer == b"HTTP/1.1 200"
        trusted.write_bytes(new.ca.read_bytes())
        try:
            answer, _ = await asyncio.to_thread(_resumed, port.port, context, session)
        except OSError:
            answer = b""
    assert answer == b""


async def test_a_handshake_that_does_not_come_is_not_waited_for(engine: Engine, authority: Authority) -> None:
    certificate, key = authority.server()
    limits = ConnectionLimits(handshake_seconds=0.05)
    protection = Protection(tls=TlsFiles(certificate=certificate, key=key), connections=limits)
    async with opened(engine, protection) as port, asyncio.timeout(30):
        reader, writer = await asyncio.open_connection("127.0.0.1", port.port)
        assert await reader.read() == b""
        writer.close()


def test_plaintext_beyond_this_machine_has_to_be_asked_for(tmp_path: Path) -> None:
    with pytest.raises(ListenError, match=r"--http-host 127\.0\.0\.1, or --insecure"):
        HttpPort(HttpSettings(host="0.0.0.0"), Protection())  # noqa: S104 - refused
    with pytest.raises(ListenError, match="choose with --http-host and --http-port"):
        HttpPort(HttpSettings(host="no.such.host.invalid"), Protection())
    with pytest.raises(ListenError, match="--tls-cert"):
        HttpPort(HttpSettings(), Protection(tls=TlsFiles(certificate=tmp_path / "none.pem")))
