"""Arrivals as unary calls of one message each."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from emotag.errors import EmotionError
from emotag.v1.message_pb2 import Message
from emotag_service.load_test.target import error_of

if TYPE_CHECKING:
    from emotag_service.load_test.tally import Tally
    from emotag_service.load_test.target import Target
    from emotag_service.load_test.texts import Texts

_SHORTEST_SLEEP = 0.0005  # seconds; the event loop knows no shorter one


async def call_unary(target: Target, tally: Tally, texts: Texts, timeout: float, *, at_once: int = 0) -> None:  # noqa: ASYNC109 - the server has to know it
    """Call when a message arrives, however many calls are open, and wait for the last answer.

    `at_once` bounds the open calls, other than 0: then a message waits for one to end, and what has not begun when
    messages stop arriving is held back.
    """
    calls: set[asyncio.Task[None]] = set()
    room = asyncio.Semaphore(at_once or len(tally.planned) + 1)
    try:
        for number in range(len(tally.planned)):
            if (delay := tally.due(number)) > 0:
                await asyncio.sleep(max(delay, _SHORTEST_SLEEP))
            await room.acquire()
            if at_once and tally.elapsed() > tally.seconds:
                tally.hold_back(number)
                break
            call = asyncio.create_task(_call(target, tally, texts, number, timeout))
            calls.add(call)
            call.add_done_callback(calls.discard)
            call.add_done_callback(lambda _: room.release())
        await asyncio.gather(*calls)
    finally:
        for call in calls:
            call.cancel()


async def _call(target: Target, tally: Tally, texts: Texts, number: int, timeout: float) -> None:  # noqa: ASYNC109 - as above
    message = Message(id=tally.message_id(number), text=texts[number])
    tally.send(number)
    answer = await target.classify(message, timeout)
    if isinstance(answer, EmotionError):
        tally.settle(number, answer)
        return
    for tag in answer:
        tally.answer(tag.message_id, error_of(tag))
