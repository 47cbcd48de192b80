"""AdminService beside whoever makes the changes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from emotag.v1.admin_service_pb2 import SwapCheckpointRequest
from emotag_service.grpc.admin import AdminServicer


async def test_a_change_goes_on_when_who_asked_for_it_waits_no_more() -> None:
    begun, go_on, made = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def make(_what: str, _values: dict[str, Any]) -> dict[str, Any]:
        begun.set()
        await go_on.wait()
        made.set()
        return {}

    servicer = AdminServicer(make, open_to_all=True)
    context: Any = None
    asked = asyncio.create_task(servicer.SwapCheckpoint(SwapCheckpointRequest(checkpoint="/new"), context))
    await begun.wait()
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    go_on.set()
    await asyncio.wait_for(made.wait(), 10)
