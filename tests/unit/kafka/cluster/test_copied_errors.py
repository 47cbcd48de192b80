from __future__ import annotations

import asyncio
import gc

import structlog
from aiokafka.errors import ProducerFenced

from emotag_service.kafka.cluster.client_logs import log_all_but_copies


async def complaints(error: Exception) -> list[str]:
    """What is logged of a future that has failed and is thrown away."""
    asyncio.get_running_loop().set_exception_handler(log_all_but_copies)
    with structlog.testing.capture_logs() as logs:
        asyncio.get_running_loop().create_future().set_exception(error)
        del error
        gc.collect()
    return [event["error"] for event in logs]


async def test_copies_of_kafkas_errors_are_left_out():
    assert await complaints(ProducerFenced()) == []


async def test_everything_else_is_logged():
    assert await complaints(OSError("gone")) == ["OSError"]


def test_kafkas_errors_in_callbacks_are_logged():
    loop = asyncio.new_event_loop()
    with structlog.testing.capture_logs() as logs:
        log_all_but_copies(loop, {"message": "Exception in callback", "exception": ProducerFenced()})
    loop.close()
    assert [event["event"] for event in logs] == ["event loop error"]
