"""Signals end a process in order, then at once; what is loaded is left alone by the collector."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from emotag_service.process.lifetime import (
    StopSignals,
    ending_signals,
    freeze_what_is_loaded,
    in_left_thread,
    keep_pauses_short,
    unless,
)


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    """The collector as it was before."""
    threshold, interval = gc.get_threshold(), sys.getswitchinterval()
    yield
    sys.setswitchinterval(interval)
    gc.set_threshold(*threshold)
    gc.unfreeze()


class Node:
    """Refers to itself."""

    def __init__(self) -> None:
        self.itself = self


def test_what_is_loaded_is_frozen_and_the_young_are_looked_at_less_often() -> None:
    loaded = [[number] for number in range(1_000)]
    freeze_what_is_loaded()
    assert gc.get_freeze_count() > len(loaded)
    assert gc.get_threshold()[0] == 100_000
    assert gc.isenabled()


def test_cycles_are_collected_all_the_same() -> None:
    freeze_what_is_loaded()
    gone = weakref.ref(Node())
    kept = [[number] for number in range(150_000)]
    gc.collect(0)
    assert len(kept) == 150_000
    assert gone() is None


def test_pauses_are_kept_short_and_young_objects_looked_at_as_before() -> None:
    before = gc.get_threshold()
    keep_pauses_short()
    assert gc.get_threshold() == (*before[:2], 1_000)
    assert sys.getswitchinterval() == pytest.approx(0.001)


async def test_the_first_signal_asks_and_the_second_ends() -> None:
    signals = StopSignals(grace_seconds=3.0)
    signals.listen()
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(signals.stop.wait(), 30)
    assert not signals.stop_now.is_set()
    os.kill(os.getpid(), signal.SIGINT)
    await asyncio.wait_for(signals.stop_now.wait(), 30)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL  # should even that hang, a third one ends the process


async def test_a_hang_up_ends_a_process_unless_it_was_begun_to_outlive_its_terminal() -> None:
    assert signal.SIGHUP in ending_signals()
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as `nohup` does
    try:
        signals = StopSignals()
        signals.listen()
        os.kill(os.getpid(), signal.SIGHUP)
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(signals.stop.wait(), 30)
        assert not signals.stop_now.is_set(), "a hang-up would have been the first of two"
        signals.received(signal.SIGTERM)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


async def test_a_signal_after_a_drain_is_the_first_and_a_drain_after_a_signal_is_none() -> None:
    signals = StopSignals()
    signals.drain()
    assert signals.stop.is_set()
    with capture_logs() as logs:
        signals.received(signal.SIGTERM)
        signals.drain()
        assert not signals.stop_now.is_set()
        signals.received(signal.SIGTERM)
    assert signals.stop_now.is_set()
    assert [log["event"] for log in logs] == ["still stopping", "stopping at once"]


async def test_work_is_done_unless_the_event_comes_first() -> None:
    event, cancelled = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    assert await unless(event, asyncio.sleep(0))
    asyncio.get_running_loop().call_soon(event.set)
    assert not await unless(event, work())
    assert cancelled.is_set()


async def test_what_a_thread_returns_or_raises_comes_back() -> None:
    def fail() -> None:
        raise OSError("no")

    assert await in_left_thread(threading.current_thread) is not threading.current_thread()
    with pytest.raises(OSError, match="no"):
        await in_left_thread(fail)


async def test_a_thread_that_nobody_waits_for_is_left_and_harms_nobody(capfd: pytest.CaptureFixture[str]) -> None:
    gate, begun = threading.Event(), threading.Event()
    threads: list[threading.Thread] = []

    def work() -> None:
        threads.append(threading.current_thread())
        begun.set()
        gate.wait()

    waiting = asyncio.create_task(in_left_thread(work))
    assert await asyncio.to_thread(begun.wait, 30)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    [thread] = threads
    assert thread.is_alive()
    assert thread.daemon
    gate.set()
    await asyncio.to_thread(thread.join, 30)
    assert not thread.is_alive()
    assert capfd.readouterr().err == ""


_ENDS_EARLY = """
import asyncio, sys, threading
from emotag_service.process.lifetime import in_left_thread

begun, ended = threading.Event(), threading.Event()

def work():
    begun.set()
    ended.wait()  # until the loop is closed
    for _ in range(50):
        threading.Event().wait(0.001)
    print("worked", flush=True)

async def main():
    waiting = asyncio.create_task(in_left_thread(work))
    await asyncio.to_thread(begun.wait)
    waiting.cancel()

asyncio.run(main())
ended.set()
sys.exit(7)
"""


def test_a_process_that_ends_lets_a_thread_that_is_left_come_to_its_end() -> None:
    ended = subprocess.run([sys.executable, "-c", _ENDS_EARLY], capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (7, "worked\n", "")
