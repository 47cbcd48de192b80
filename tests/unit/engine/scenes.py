"""Messages, and what became of them, as the tests of a whole engine say it."""

import asyncio

from emotag_service.engine.message import Message


def messages(*texts):
    return [Message(text, id=f"m{index}") for index, text in enumerate(texts)]


def kinds(tags):
    return [type(tag.error).__name__ if tag.error else "tagged" for tag in tags]


async def hanging(predictor, batches=1):
    assert await asyncio.to_thread(predictor.wait_until_hanging, batches)


async def computing(engine, predictor, *texts):
    """Submit messages and return their job, once a replica computes them; it goes on when `predictor` is released."""
    predictor.hold()
    job = engine.submit(messages(*texts))
    await hanging(predictor)
    return job
