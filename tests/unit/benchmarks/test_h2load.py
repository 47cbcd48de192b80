"""What is asked of h2load, and what is read of its log; a script stands in for it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from emotag.v1.emotion_service_pb2 import ClassifyRequest
from tests.benchmarks import h2load

SCRIPT = """#!/bin/sh
printf '%s\\n' "$@" > {folder}/asked
for word in "$@"; do case "$word" in --log-file=*) log=${{word#--log-file=}};; esac; done
while [ "$1" != "-d" ]; do shift; done
cp "$2" {folder}/body
printf '5000000\\t200\\t1500\\n5500000\\t200\\t250000\\n' > "$log"
"""


@pytest.fixture
def ops_port() -> Iterator[int]:
    """Metrics by which three calls were answered between the first and the second look."""

    class Metrics(BaseHTTPRequestHandler):
        answered = 10

        def do_GET(self) -> None:
            page = f'emotag_requests_total{{code="OK",method="Classify"}} {Metrics.answered}.0\nother 5\n'
            Metrics.answered += 3
            self.send_response(200)
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Metrics) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_calls_are_paced_and_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ops_port: int) -> None:
    (tmp_path / "h2load").write_text(SCRIPT.format(folder=tmp_path))
    (tmp_path / "h2load").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert h2load.installed()
    found = h2load.calls("127.0.0.1:1", ops_port, connections=8, streams=100, seconds=2, rate=4_000)
    assert (found.answered, found.rate) == (3, 1.5)
    assert found.waits == ((0.0, 1.5), (0.5, 250.0))
    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked[:8] == ["-c", "8", "-m", "100", "-D", "2", "--rps", "500"]
    assert asked[-1] == "http://127.0.0.1:1/emotag.v1.EmotionService/Classify"
    body = (tmp_path / "body").read_bytes()
    assert int.from_bytes(body[:5], "big") == len(body) - 5
    assert len(ClassifyRequest.FromString(body[5:]).messages) == 1


def test_one_that_is_not_there_is_said_to_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not h2load.installed()
    assert "nghttp2-client" in h2load.MISSING
