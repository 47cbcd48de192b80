"""Whether an event loop still turns, asked from another thread's loop."""

from __future__ import annotations

import asyncio
import contextlib
import time


async def pulse(loop: asyncio.AbstractEventLoop, patience: float) -> float | None:
    """Return the seconds that `loop` took to answer; None when it is closed or did not within `patience` seconds."""
    own, answered = asyncio.get_running_loop(), asyncio.Event()
    began = time.perf_counter()
    try:
        loop.call_soon_threadsafe(_answer, own, answered)
    except RuntimeError:  # closed
        return None
    try:
        async with asyncio.timeout(patience):
            await answered.wait()
    except TimeoutError:
        return None
    return time.perf_counter() - began


def _answer(asker: asyncio.AbstractEventLoop, answered: asyncio.Event) -> None:
    with contextlib.suppress(RuntimeError):  # whoever asked is gone
        asker.call_soon_threadsafe(answered.set)
