"""What keeps `emotag serve` from serving is said in one line, with the fix and the right exit code."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from emotag_service.cli.serve import _target
from tests.integration.process import exit_code

if TYPE_CHECKING:
    from pathlib import Path


def _run(*options: str) -> int:
    return exit_code("serve", *options)


def test_a_port_in_use(checkpoint: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code = _run("--port", port, "--checkpoint", str(checkpoint))
    out, err = capfd.readouterr()
    assert (code, out) == (1, "")
    [line] = err.splitlines()
    assert line.startswith(f"emotag serve: error: cannot listen on 127.0.0.1:{port}")
    assert "in use" in line
    assert "--port" in line


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--host", "192.0.2.1"), 1, "cannot listen on 192.0.2.1:50051"),
        (("--port", "x"), 2, "--port: must be a whole number, not 'x'"),
        (("--batch-bytes", "0", "--port", "0"), 2, "--batch-bytes: must be"),
        (("--checkpoint", "/nonexistent", "--port", "0"), 1, "/nonexistent"),
        (("--devices", "abacus", "--port", "0"), 1, "abacus"),
        (("--tls-key", "k.pem", "--port", "0"), 2, "--tls-key is given without --tls-cert"),
        (("--tls-cert", "/nonexistent.pem", "--port", "0"), 1, "--tls-cert: /nonexistent.pem: No such file"),
        (("--tokens", "/nonexistent", "--port", "0"), 1, "--tokens: /nonexistent: No such file"),
        (("--host", "0.0.0.0", "--port", "0"), 1, "--insecure"),  # noqa: S104 - refused
        (("--ops-port", "0", "--ops-host", "192.0.2.1"), 1, "cannot listen on 192.0.2.1:0"),
        (("--port", "0", "--http-port", "0", "--http-host", "0.0.0.0"), 1, "--http-host 127.0.0.1"),  # noqa: S104
        (("--port", "0", "--http-port", "0", "--http-taxonomy", "x"), 2, "--http-taxonomy: is 'x'"),
        (("--http-origin", "*"), 2, "--http-origin: must be SCHEME://HOST"),
        (("--ops-port", "x"), 2, "--ops-port: must be a whole number, not 'x'"),
        (("--ops-port", "0", "--drift-reference", "/nonexistent"), 2, "--drift-reference /nonexistent"),
    ],
    ids=[
        *("host", "port", "batch", "checkpoint", "device", "key", "certificate", "tokens", "plaintext"),
        *("operators' host", "http host", "taxonomy", "origin", "operators' port", "drift reference"),
    ],
)
def test_what_is_wrong_is_said(
    checkpoint: Path, capfd: pytest.CaptureFixture[str], options: tuple[str, ...], code: int, words: str
) -> None:
    given = options if "--checkpoint" in options else (*options, "--checkpoint", str(checkpoint))
    assert _run(*given) == code
    out, err = capfd.readouterr()
    assert out == ""
    [line] = err.splitlines()
    assert line.startswith("emotag serve: error: ")
    assert words in line


def test_a_bad_variable(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("EMOTAG_QUEUE_MESSAGES", "many")
    assert _run() == 2
    assert "$EMOTAG_QUEUE_MESSAGES: must be a whole number, not 'many'" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("host", "target"),
    [
        ("127.0.0.1", "localhost:5"),
        ("0.0.0.0", "localhost:5"),  # noqa: S104 - what is listened on, not here
        ("::", "localhost:5"),
        ("10.1.2.3", "10.1.2.3:5"),
        ("fe80::1", "[fe80::1]:5"),
    ],
)
def test_people_are_told_an_address_that_works(host: str, target: str) -> None:
    assert _target(host, 5) == target
