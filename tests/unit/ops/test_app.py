from __future__ import annotations

import asyncio

from emotag_service.ops.app import _answer, pulse


async def test_a_loop_that_turns_answers():
    seconds = await pulse(asyncio.get_running_loop(), 60.0)
    assert seconds is not None
    assert seconds >= 0


def test_an_answer_that_comes_after_whoever_asked_is_gone_does_no_harm():
    loop = asyncio.new_event_loop()
    loop.close()
    _answer(loop, asyncio.Event())
