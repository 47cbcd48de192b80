"""What peers send does not reach standard error as it is: not by our log, and not by gRPC's own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.http2 import GOAWAY, HEADERS, HELLO, closed, http2_frame
from tests.integration.process import Serving, save_checkpoint

FORGED = b'x\n{"event": "forged"}\n\x1b[31m'
ATTACKS = {
    "goaway": HELLO + http2_frame(GOAWAY, struct.pack(">II", 0, 2) + FORGED),
    "flood": HELLO + http2_frame(GOAWAY, struct.pack(">II", 0, 11) + FORGED + b"too_many_pings"),
    "http1": b"GET /" + FORGED + b" HTTP/1.1\r\n\r\n",
    "header": HELLO + http2_frame(HEADERS, b"\x40\x01a" + bytes([len(FORGED)]) + FORGED, flags=5, stream=1),
    "frame": HELLO + http2_frame(99, FORGED) + http2_frame(HEADERS, FORGED, flags=4, stream=1),
}


async def attack(port: int, sent: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(sent)
        await writer.drain()
        writer.write_eof()
        await closed(reader)
    except ConnectionError:
        pass
    finally:
        writer.close()


async def test_every_line_is_one_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRPC_VERBOSITY", raising=False)  # that of this process, which has imported the SDK
    async with Serving(save_checkpoint(tmp_path / "tiny")) as serving:
        for sent in ATTACKS.values():
            await attack(serving.port, sent)
        serving.send(signal.SIGTERM)
        assert await serving.exit_code() == 0
    assert "forged" not in serving.raw
    for line in serving.raw.splitlines():
        assert json.loads(line)["event"]


@pytest.mark.parametrize(("given", "expected"), [(None, "ERROR"), ("DEBUG", "DEBUG")])
def test_grpc_is_quiet_unless_it_is_told_otherwise(given: str | None, expected: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "GRPC_VERBOSITY"}
    if given is not None:
        environment["GRPC_VERBOSITY"] = given
    code = "import sys; assert 'grpc' not in sys.modules; import emotag, os; print(os.environ['GRPC_VERBOSITY'])"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == expected
