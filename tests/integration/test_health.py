"""grpc.health.v1 follows the engine."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from grpc import StatusCode, aio
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub

from emotag_service.grpc.server import Server
from tests.integration.scripted import Script, scripted_engine

if TYPE_CHECKING:
    from emotag_service.engine.engine import Engine

SERVING, NOT_SERVING = HealthCheckResponse.SERVING, HealthCheckResponse.NOT_SERVING
SERVICES = ["", "emotag.v1.EmotionService"]


@pytest.mark.parametrize("service", SERVICES)
async def test_a_warm_server_serves(channel: aio.Channel, service: str) -> None:
    assert (await HealthStub(channel).Check(HealthCheckRequest(service=service))).status == SERVING


async def test_it_does_not_serve_until_warm() -> None:
    server, engine = Server("127.0.0.1", 0), scripted_engine(Script())
    await server.start(engine)
    async with aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        watch = HealthStub(channel).Watch(HealthCheckRequest())
        assert (await watch.read()).status == NOT_SERVING
        await engine.start()
        assert (await watch.read()).status == SERVING
        watch.cancel()
    await server.stop()
    await engine.close()


async def test_an_unknown_service_is_not_found(channel: aio.Channel) -> None:
    with pytest.raises(aio.AioRpcError) as caught:
        await HealthStub(channel).Check(HealthCheckRequest(service="emotag.v2"))
    assert caught.value.code() is StatusCode.NOT_FOUND
    watch = HealthStub(channel).Watch(HealthCheckRequest(service="emotag.v2"))
    assert (await watch.read()).status == HealthCheckResponse.SERVICE_UNKNOWN
    watch.cancel()


async def test_garbage_is_invalid(channel: aio.Channel) -> None:
    for method in ("Check", "Watch"):
        kind = channel.unary_unary if method == "Check" else channel.unary_stream
        call = kind(f"/grpc.health.v1.Health/{method}")(b"\xff")
        with pytest.raises(aio.AioRpcError) as caught:
            await (call if method == "Check" else call.read())
        assert caught.value.code() is StatusCode.INVALID_ARGUMENT


async def test_every_watcher_hears_of_every_change(channel: aio.Channel, server: Server) -> None:
    watches = [HealthStub(channel).Watch(HealthCheckRequest(service=service)) for service in SERVICES * 2]
    assert [(await watch.read()).status for watch in watches] == [SERVING] * 4
    watches.pop().cancel()
    for serving, expected in ((False, NOT_SERVING), (True, SERVING)):
        server.health.set(serving=serving)
        assert [(await watch.read()).status for watch in watches] == [expected] * 3
    for watch in watches:
        watch.cancel()


async def test_a_stopping_server_says_so_for_good_and_lets_watchers_go(
    channel: aio.Channel, server: Server, engine: Engine
) -> None:
    watch = HealthStub(channel).Watch(HealthCheckRequest())
    assert (await watch.read()).status == SERVING
    draining = asyncio.create_task(server.drain(engine, 5))
    assert (await watch.read()).status == NOT_SERVING
    assert await watch.read() is aio.EOF
    server.health.set(serving=True)
    assert (await HealthStub(channel).Check(HealthCheckRequest())).status == NOT_SERVING
    assert await draining == 0
