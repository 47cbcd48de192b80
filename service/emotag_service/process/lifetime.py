"""The lifetime of a process: what it keeps from its start on, and the signals that end it."""

from __future__ import annotations

import asyncio
import atexit
import gc
import signal
import sys
import time
from concurrent.futures import Future
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")

_log = structlog.get_logger(__name__)

# Containers made and not freed since the last look at the young ones. Records on their way are a hundred thousand of
# them and hold no cycles, so that reference counts free them; at the default of 700 they cost a fifth of the CPU time.
_YOUNG_OBJECTS = 100_000

# Looks at the middle-aged objects between two at all of them, which stop every thread for some 60 ms where ten thousand
# messages wait. At Python's ten that is once in three seconds under load; what waits refers to nothing in circles.
_LOOKS_AT_MIDDLE_AGED = 1_000

# Seconds for which a thread keeps Python's lock while another waits. At Python's five milliseconds the event loop
# waited so long for one that labels a batch, several times on the way of a frame.
_LOCK_SECONDS = 0.001

_LEFT_SECONDS = 5.0  # that threads which are left are waited for: loading a checkpoint takes less than one
_LEFT: list[Thread] = []


def ending_signals() -> list[signal.Signals]:
    """Return those that end a process in order: also that its terminal was closed, unless `nohup` began it."""
    outlives = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return [signal.SIGTERM, signal.SIGINT, *([] if outlives else [signal.SIGHUP])]


class StopSignals:
    """The signals that end a process: the first asks it to finish in order, the second to end at once.

    Attributes:
        stop: Set by the first, and by who else ends the process in order.
        stop_now: Set by the second.
    """

    def __init__(self, **logged: float) -> None:
        """Make it; `logged` is said in the log beside the first signal."""
        self.stop = asyncio.Event()
        self.stop_now = asyncio.Event()
        self._logged = logged
        self._signalled = False
        self._taken: list[signal.Signals] = []

    def listen(self) -> None:
        """Take the signals of the running event loop."""
        self._taken = ending_signals()
        for number in self._taken:
            asyncio.get_running_loop().add_signal_handler(number, self.received, number)

    def drain(self) -> None:
        """Finish in order without a signal; where that is under way it goes on, and the next signal is the first."""
        if not self.stop.is_set():
            self._finish()

    def received(self, number: int) -> None:
        """Act on a signal; after the second one, the next does what it does to any process."""
        name = signal.Signals(number).name
        if not self._signalled:
            self._signalled = True
            self._finish(signal=name)
            return
        _log.warning("stopping at once", signal=name)
        self.stop_now.set()
        for each in self._taken:
            asyncio.get_running_loop().remove_signal_handler(each)

    def _finish(self, **why: str) -> None:
        _log.info("still stopping" if self.stop.is_set() else "stopping", **why, **self._logged)
        self.stop.set()


async def unless(event: asyncio.Event, work: Coroutine[None, None, None]) -> bool:
    """Do `work` unless `event` comes first, which cancels it; say whether it was done."""
    task, waiter = asyncio.ensure_future(work), asyncio.ensure_future(event.wait())
    try:
        await asyncio.wait((task, waiter), return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            await task
        return task.done()
    finally:
        for pending in (task, waiter):
            pending.cancel()
        await asyncio.gather(task, waiter, return_exceptions=True)


async def in_left_thread(work: Callable[[], T]) -> T:
    """Do `work` in a thread, and return what it returns, or raise what it raises.

    Unlike one of `asyncio.to_thread` the thread is left behind when the process ends: for what may hang, as reading a
    file does on storage that does not answer. What does not hang is waited for then, for some seconds.
    """
    done: Future[T] = Future()
    done.set_running_or_notify_cancel()  # whoever stops waiting does not cancel what the thread sets

    def run() -> None:
        try:
            done.set_result(work())
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            done.set_exception(error)

    _LEFT[:] = [thread for thread in _LEFT if thread.is_alive()]
    thread = Thread(target=run, name="left thread", daemon=True)
    _LEFT.append(thread)
    thread.start()
    return await asyncio.wrap_future(done)


@atexit.register
def _wait_for_left_threads() -> None:
    """Let threads that compute come to their end: an interpreter that ends before takes C++ code down in the middle."""
    end = time.monotonic() + _LEFT_SECONDS
    for thread in _LEFT:
        thread.join(max(0.0, end - time.monotonic()))


def freeze_what_is_loaded() -> None:
    """Keep the cycle collector out of what is loaded by now, and have it look through the rest less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, *gc.get_threshold()[1:])


def keep_pauses_short() -> None:
    """Have threads wait less for each other, and for looks through all objects, in a process whose callers wait too."""
    young, middle_aged, _ = gc.get_threshold()
    gc.set_threshold(young, middle_aged, _LOOKS_AT_MIDDLE_AGED)
    sys.setswitchinterval(_LOCK_SECONDS)
