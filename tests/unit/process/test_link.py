"""Questions and answers between two processes, here between two ends in one."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from emotag_service.process.link import AskError, WorkerLink

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


async def _answer(what: str, values: dict[str, Any]) -> Any:
    if what == "wait":
        await asyncio.Event().wait()
    if what == "refuse":
        raise AskError("not today")
    return {"what": what, **values}


@asynccontextmanager
async def _linked(answer: Any = _answer) -> AsyncIterator[tuple[WorkerLink, WorkerLink]]:
    one, other = socket.socketpair()
    links = WorkerLink(answer), WorkerLink(answer)
    talking = [await link.open(end) for link, end in zip(links, (one, other), strict=True)]
    yield links
    links[0].close()
    await asyncio.gather(*talking)


async def test_both_ends_ask_and_answers_find_who_asked() -> None:
    async with _linked() as (one, other):
        asked = [one.ask("a", n=number) for number in range(50)] + [other.ask("b", n=number) for number in range(50)]
        answers = await asyncio.gather(*asked)
    assert answers == [{"what": what, "n": number} for what in "ab" for number in range(50)]


async def test_a_refusal_says_why_and_a_defect_only_what_it_was() -> None:
    async def fail(what: str, values: dict[str, Any]) -> Any:
        raise ValueError(values["text"])

    async with _linked() as (one, _):
        with pytest.raises(AskError, match="not today"):
            await one.ask("refuse")
    with capture_logs() as logs:
        async with _linked(fail) as (one, _):
            with pytest.raises(AskError, match=r"failed \(ValueError\)"):
                await one.ask("x", text="secret")
    assert [log["event"] for log in logs] == ["question failed"]
    assert "secret" not in str(logs)


async def test_nobody_waits_for_an_end_that_is_gone_or_slow() -> None:
    async with _linked() as (one, other):
        with pytest.raises(AskError, match=r"within 0\.01 s"):
            await one.ask("wait", within=0.01)
        waiting = asyncio.create_task(one.ask("wait"))
        assert await one.ask("after") == {"what": "after"}
        other.close()
        with pytest.raises(AskError, match="ended before"):
            await waiting
    with pytest.raises(AskError, match="not there"):
        await one.ask("late")


async def test_a_large_answer_is_one() -> None:
    async with _linked() as (one, _):
        assert len((await one.ask("x", text="y" * 1_000_000))["text"]) == 1_000_000


@pytest.mark.parametrize("last_words", [b'{"ask": 1, "wh', b"\xff\n", b"[" * 2**17])
async def test_an_end_that_is_killed_within_a_line_is_gone_and_no_more(last_words: bytes, monkeypatch: Any) -> None:
    monkeypatch.setattr("emotag_service.process.link._MOST_LINE_BYTES", 2**16)
    ours, theirs = socket.socketpair()
    link = WorkerLink(_answer)
    talking = await link.open(ours)
    with capture_logs() as logs:
        theirs.sendall(last_words)
        theirs.close()
        await talking
    assert [log["event"] for log in logs] == ["link broken"]
    with pytest.raises(AskError, match="not there"):
        await link.ask("anything")


async def test_who_comes_next_does_not_get_the_answer_to_who_is_gone() -> None:
    events = {"first": asyncio.Event(), "second": asyncio.Event()}

    async def answer(what: str, _: dict[str, Any]) -> str:
        await events[what].wait()
        return what

    link = WorkerLink(answer)
    first = await _ask(link, "first")
    link.close()
    first.cancel()
    second = await _ask(link, "second")
    events["first"].set()
    await asyncio.sleep(0.01)
    events["second"].set()
    assert await second == "second"
    link.close()


async def _ask(link: WorkerLink, what: str) -> asyncio.Task[Any]:
    """Have a process of its own, at the other end of the link, ask its first question."""
    ours, theirs = socket.socketpair()
    other = WorkerLink(_answer)
    await link.open(ours)
    await other.open(theirs)
    asking = asyncio.create_task(other.ask(what))
    await asyncio.sleep(0.01)
    return asking
