"""Unary calls by h2load (Debian's nghttp2-client), whose client costs a tenth of what one in Python does.

It sends one and the same message again and again: nothing in the server remembers a text, so each is computed anew.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from emotag.v1.emotion_service_pb2 import ClassifyRequest
from emotag.v1.message_pb2 import Message

MISSING = "h2load is not installed (Debian: nghttp2-client)"
_ANSWERED = 'emotag_requests_total{code="OK",method="Classify"'
_HEADERS = ("content-type: application/grpc", "te: trailers")


@dataclass(frozen=True)
class Calls:
    """What became of calls.

    Attributes:
        seconds: They were made in.
        answered: How many the server says that it answered.
        waits: When each that ended was sent, in seconds from the first, and the milliseconds until its end; what was
            answered and what was reset, which h2load does not tell apart.
    """

    seconds: float
    answered: int
    waits: tuple[tuple[float, float], ...]

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answered / self.seconds


def installed() -> bool:
    """Tell whether there is one."""
    return shutil.which("h2load") is not None


def calls(target: str, ops_port: int, *, connections: int, streams: int, seconds: int, rate: float = 0.0) -> Calls:
    """Make calls of one message each, for so many seconds.

    Args:
        target: Where the server listens.
        ops_port: Where its metrics are.
        connections: How many it is reached over.
        streams: Calls under way on a connection, at most.
        seconds: How long.
        rate: Calls a second in all, whatever becomes of them; 0 for a call as soon as another ended.
    """
    with tempfile.TemporaryDirectory() as folder:
        body, log = Path(folder) / "body", Path(folder) / "log"
        request = ClassifyRequest(messages=[Message(id="1", text="Your plan for step 7 saved us a whole day, thanks!")])
        packed = request.SerializeToString()
        body.write_bytes(b"\0" + len(packed).to_bytes(4, "big") + packed)  # not compressed, its size, itself
        paced = ["--rps", str(max(1, round(rate / connections)))] if rate else []
        before = _answered(ops_port)
        command = ["h2load", "-c", str(connections), "-m", str(streams), "-D", str(seconds), *paced]
        headers = [word for header in _HEADERS for word in ("-H", header)]
        url = f"http://{target}/emotag.v1.EmotionService/Classify"
        subprocess.run(
            [*command, "-d", str(body), f"--log-file={log}", *headers, url], check=True, stdout=subprocess.DEVNULL
        )
        answered = _answered(ops_port) - before
        lines = [line.split() for line in log.read_text().splitlines()]
    first = min(int(begun) for begun, _, _ in lines)
    waits = tuple(((int(begun) - first) / 1e6, int(took) / 1e3) for begun, _, took in lines)
    return Calls(float(seconds), answered, waits)


def _answered(ops_port: int) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{ops_port}/metrics", timeout=30) as page:
        lines = page.read().decode().splitlines()
    return int(sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(_ANSWERED)))
