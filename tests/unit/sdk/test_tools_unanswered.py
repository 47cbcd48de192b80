"""What has no answer yet is waited for at the end of the input, and nothing else is."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

pytest.importorskip("mcp")

from mcp_types import JSONRPCNotification, JSONRPCRequest, JSONRPCResponse

from emotag.tools_unanswered import Unanswered

CANCELLED = "notifications/cancelled"


def request(name: str | int, method: str = "tools/call") -> JSONRPCRequest:
    return JSONRPCRequest(jsonrpc="2.0", id=name, method=method)


def cancelled(name: Any) -> JSONRPCNotification:
    return JSONRPCNotification(jsonrpc="2.0", method=CANCELLED, params={"requestId": name})


def answer(name: str | int) -> JSONRPCResponse:
    return JSONRPCResponse(jsonrpc="2.0", id=name, result={})


async def waits(unanswered: Unanswered) -> bool:
    """Whether somebody who waits for none is still there once everything that can run has."""
    waiting = asyncio.create_task(unanswered.none())
    for _ in range(5):
        await asyncio.sleep(0)
    there = not waiting.done()
    waiting.cancel()
    return there


@pytest.mark.parametrize(
    ("read", "waited"),
    [
        ([], False),
        ([request(1)], True),
        ([request(1), request(2), answer(1)], True),
        ([request(1), request("two"), answer("two"), answer(1)], False),
        ([request(1), request(1), answer(1)], True),
        ([request(1), cancelled(1)], False),
        ([request(7), cancelled("7")], False),
        ([request("7"), answer(7)], False),
        ([request(1), cancelled(True)], True),
        ([request(1), cancelled(["one"]), cancelled(None), cancelled(2)], True),
        ([request(1, "subscriptions/listen")], False),
    ],
)
async def test_it_waits_for_what_has_no_answer(read: list[Any], waited: bool) -> None:
    unanswered = Unanswered()
    for message in read:
        unanswered.written(message) if isinstance(message, JSONRPCResponse) else unanswered.read(message)
    assert await waits(unanswered) == waited


async def test_who_gives_up_waits_for_none_any_more() -> None:
    unanswered = Unanswered()
    unanswered.read(request(1))
    unanswered.give_up()
    unanswered.read(request(2))
    assert not await waits(unanswered)
