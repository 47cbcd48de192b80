"""The load counts what is right, wrong and lost, over a small server that answers as it is told."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from tests.benchmarks.peers.load import Load, http_load, run_load
from tests.benchmarks.peers.outcome import Outcome

TEXTS = [f"text {number}" for number in range(64)]
LABELS = [f"label {number}" for number in range(64)]
TRUTH = dict(zip(TEXTS, LABELS, strict=True))
SECONDS = 0.05


def load(size=1, in_flight=4):
    return Load("made", TEXTS, LABELS, size, in_flight)


@asynccontextmanager
async def serving(answer):
    app = web.Application()
    app.router.add_post("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


async def right(request):
    return web.json_response({"labels": [TRUTH[text] for text in (await request.json())["texts"]]})


@pytest.mark.parametrize("size", [1, 8])
async def test_every_text_is_asked_and_right(size):
    asked = []

    async def answer(request):
        asked.extend((await request.json())["texts"])
        return await right(request)

    async with serving(answer) as url:
        outcome = await http_load(url, load(size), SECONDS)
    assert (outcome.wrong, outcome.lost, outcome.failure) == (0, 0, "")
    assert outcome.right == size * len(outcome.times) == len(asked) - 4 * size  # a call a worker is not counted
    assert asked[: len(TEXTS)] == TEXTS[: len(asked)]
    assert outcome.rate == outcome.right / outcome.seconds


async def test_another_label_is_wrong_and_counts_for_nothing():
    async def answer(request):
        texts = (await request.json())["texts"]
        return web.json_response({"labels": [TRUTH[texts[0]], *["other"] * (len(texts) - 1)]})

    async with serving(answer) as url:
        outcome = await http_load(url, load(8), SECONDS)
    assert outcome.right
    assert outcome.wrong == 7 * outcome.right


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (lambda: web.Response(status=503), "503"),
        (lambda: web.json_response({"labels": []}), "0 labels for 1 messages"),
        (lambda: web.json_response({"error": "none"}), "KeyError"),
        (lambda: web.Response(text="not JSON"), "JSONDecodeError"),
    ],
)
async def test_what_has_no_label_is_lost_and_says_why(reply, why):
    async def answer(request):
        return reply()

    async with serving(answer) as url:
        outcome = await http_load(url, load(), SECONDS)
    assert outcome.lost
    assert (outcome.right, outcome.wrong, outcome.rate) == (0, 0, 0.0)
    assert why in outcome.failure


async def test_a_server_that_is_gone_loses_all():
    async with serving(right) as url:
        pass
    outcome = await http_load(url, load(), SECONDS)
    assert outcome.lost
    assert not outcome.times


async def test_no_more_is_in_flight_than_was_asked():
    flying = most = 0

    async def call(texts):
        nonlocal flying, most
        flying += 1
        most = max(most, flying)
        await asyncio.sleep(0)
        flying -= 1
        return [TRUTH[text] for text in texts]

    outcome = await run_load(call, load(in_flight=3), SECONDS)
    assert most == 3
    assert outcome.right


def test_a_texts_rest_that_fills_no_call_is_not_asked():
    calls = Load("made", TEXTS[:10], LABELS[:10], 4, 1).calls()
    assert [next(calls)[0][0] for _ in range(3)] == ["text 0", "text 4", "text 0"]


def test_percentiles_are_of_the_calls():
    outcome = Outcome(times=[number / 1e3 for number in range(1, 102)])
    assert (outcome.milliseconds(50), outcome.milliseconds(99)) == pytest.approx((51, 100))
    assert Outcome(times=[0.002]).milliseconds(99) == pytest.approx(2)
    assert Outcome().milliseconds(50) != Outcome().milliseconds(50)  # not a number
