from __future__ import annotations

import asyncio

from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

from emotag_service.grpc.health import Health

SERVING, NOT_SERVING = HealthCheckResponse.SERVING, HealthCheckResponse.NOT_SERVING


class SlowContext:
    """A watcher whose first message takes as long as it likes to be written."""

    def __init__(self):
        self.told, self.writing, self.written = [], asyncio.Event(), asyncio.Event()

    async def write(self, response):
        self.told.append(response.status)
        self.writing.set()
        await self.written.wait()


async def test_a_watcher_is_told_of_the_stop_that_comes_while_it_is_told_something_else():
    health, context = Health(), SlowContext()
    health.set(serving=True)
    watching = asyncio.ensure_future(health.Watch(HealthCheckRequest(), context))
    await context.writing.wait()
    health.stop()
    context.written.set()
    await asyncio.wait_for(watching, 30)
    assert context.told == [SERVING, NOT_SERVING]


async def test_a_watcher_that_comes_after_the_stop_is_told_once():
    health, context = Health(), SlowContext()
    health.stop()
    context.written.set()
    await asyncio.wait_for(health.Watch(HealthCheckRequest(), context), 30)
    assert context.told == [NOT_SERVING]


def test_it_can_be_read_in_this_process():
    health = Health()
    assert not health.serving
    health.set(serving=True)
    assert (health.serving, health.stopping) == (True, False)
    health.stop()
    assert (health.serving, health.stopping) == (False, True)
