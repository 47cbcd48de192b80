"""One caller that floods a server over 16 streams, and another that sends little beside it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import dataclass

import psutil

from emotag.channel import Connection
from emotag_service.load_test.ladder import STREAM, Ladder, Load
from emotag_service.load_test.texts import made_texts

FLOODING_STREAMS, SECONDS, FLOOD_SECONDS, QUIET_SHARE = 16, 5.0, 12.0, 0.02
_WITHOUT_END = 3  # times the capacity: there is always more to send


@dataclass(frozen=True)
class Flood:
    """Milliseconds from planned arrival to tag of the caller that sends little."""

    rate: float
    alone_p50_ms: float
    alone_p99_ms: float
    beside_p50_ms: float
    beside_p99_ms: float

    @property
    def slower(self) -> float:
        """How many times the p99 alone it has beside the flood."""
        return self.beside_p99_ms / self.alone_p99_ms

    def __str__(self) -> str:
        alone, beside = (
            f"{self.alone_p50_ms:.3g}/{self.alone_p99_ms:.3g}",
            f"{self.beside_p50_ms:.3g}/{self.beside_p99_ms:.3g}",
        )
        return f"flood: a caller of {self.rate:,.0f}/s has p50/p99 {alone} ms alone, {beside} ms beside it"


def flood(target: str, capacity: float) -> Flood:
    """Measure the quiet caller alone, then beside the flood of another process."""
    rate = max(20.0, capacity * QUIET_SHARE)
    alone = _quiet(target, rate)
    command = [sys.executable, "-m", "emotag", "bench", "--target", target, "--calls", STREAM]
    options = [
        "--streams",
        str(FLOODING_STREAMS),
        "--rates",
        str(capacity * _WITHOUT_END),
        "--seconds",
        str(FLOOD_SECONDS),
    ]
    flooding = subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    psutil.Process(flooding.pid).nice(19)  # two callers share a core here: what counts is who waits at the server
    try:
        asyncio.run(asyncio.sleep(3))  # until its streams are open and full
        beside = _quiet(target, rate)
        if flooding.poll() is not None:
            raise RuntimeError(f"the flood ended before the quiet caller did: exit code {flooding.returncode}")
    finally:
        flooding.terminate()
        flooding.wait()
    return Flood(rate, *alone, *beside)


def _quiet(target: str, rate: float) -> tuple[float, float]:
    load = Load(
        calls=(STREAM,), rates=(rate,), loads=(), seconds=SECONDS, patience=30.0, connections=1, streams=1
    )  # fmt: skip
    [step] = asyncio.run(Ladder(load, made_texts(), lambda _: None).run(Connection(target))).steps
    if step.waits is None or step.tagged != step.planned:
        raise RuntimeError(
            f"{step.planned - step.tagged:,} of {step.planned:,} messages of the quiet caller have no tag"
        )
    return step.waits.p50_ms, step.waits.p99_ms
