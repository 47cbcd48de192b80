"""HTTP/2 by hand, for what no client library sends."""

from __future__ import annotations

import asyncio
import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
HEADERS, SETTINGS, GOAWAY, CONTINUATION, RST_STREAM = 1, 4, 7, 9, 3


def http2_frame(kind: int, payload: bytes, *, flags: int = 0, stream: int = 0) -> bytes:
    """One frame."""
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


HELLO = PREFACE + http2_frame(SETTINGS, b"")


async def closed(reader: asyncio.StreamReader, seconds: float = 30) -> None:
    """Wait until the server closes a connection; fails when it does not."""
    async with asyncio.timeout(seconds):
        try:
            while await reader.read(65_536):
                pass
        except ConnectionError:
            return
