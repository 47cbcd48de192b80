"""Both clients over TLS, with a certificate made for the test."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import grpc
import pytest

from emotag import Retry, UnavailableError
from tests.unit.sdk.scripted import ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ONCE = Retry(attempts=1)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    """A key, and a certificate for localhost that it signed itself."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    folder: Path = tmp_path_factory.mktemp("tls")
    key, made = folder / "key.pem", folder / "certificate.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject, "-keyout", key, "-out", made]
    subprocess.run([openssl, *request], check=True, capture_output=True)
    return key.read_bytes(), made.read_bytes()


@pytest.fixture
def secure(certificate: tuple[bytes, bytes]) -> Iterator[ScriptedServer]:
    server = ScriptedServer().start(credentials=grpc.ssl_server_credentials([certificate]))
    yield server
    server.stop()


def test_calls_and_streams(connect: Any, secure: ScriptedServer, certificate: tuple[bytes, bytes]) -> None:
    credentials = grpc.ssl_channel_credentials(root_certificates=certificate[1])
    client = connect(f"localhost:{secure.port}", credentials=credentials, metadata=[("authorization", "Bearer t")])
    assert client.classify("thank you").label == "joy"
    assert [tag.label for tag in client.stream(["thank you"] * 3)] == ["joy"] * 3
    assert {call["authorization"] for call in secure.metadata} == {"Bearer t"}


def test_a_certificate_that_nobody_trusts(connect: Any, secure: ScriptedServer) -> None:
    client = connect(f"localhost:{secure.port}", credentials=grpc.ssl_channel_credentials(), retry=ONCE)
    with pytest.raises(UnavailableError):
        client.classify("thank you")
    assert secure.texts == []


def test_plaintext_to_a_secure_server(connect: Any, secure: ScriptedServer) -> None:
    with pytest.raises(UnavailableError):
        connect(f"localhost:{secure.port}", retry=ONCE).classify("thank you")
    assert secure.texts == []
