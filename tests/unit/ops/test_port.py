"""The operators' port, over HTTP: probes, metrics, and a service whose loop is stuck."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from prometheus_client import CollectorRegistry, Counter
from structlog.testing import capture_logs

from emotag_service.ops.drift_reference import Reference
from emotag_service.ops.errors import PortError
from emotag_service.ops.label_window import LabelWindow
from emotag_service.ops.port import OperatorsPort
from emotag_service.ops.view import View
from tests.unit.ops.helpers import get, samples, value

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def other_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop that turns in a thread of its own, as that of a service does."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def make_view(loop: asyncio.AbstractEventLoop, *, unready: str = "", patience: float = 60.0) -> View:
    registry = CollectorRegistry()
    Counter("emotag_things", "Things.", registry=registry).inc(3)
    return View(
        loop=loop,
        unready=lambda: unready,
        model=lambda: {"name": "tiny"},
        window=LabelWindow(lambda: None, Reference({})),
        registry=registry,
        patience=patience,
    )


async def test_every_page_of_a_sound_service():
    with other_loop() as loop:
        async with OperatorsPort("127.0.0.1", 0, make_view(loop)) as operators:
            live, ready, listed = [await get(operators.port, path) for path in ("livez", "readyz", "")]
            shown = json.loads((await get(operators.port, "buildinfo")).text)
            drift = json.loads((await get(operators.port, "drift")).text)
            missing = await get(operators.port, "nowhere")
    assert (live.status, ready.status, ready.text, missing.status) == (200, 200, "ok\n", 404)
    assert live.text.startswith("ok: ")
    assert all(path in listed.text for path in ("/metrics", "/livez", "/readyz", "/buildinfo", "/drift"))
    assert shown["model"] == {"name": "tiny"}
    assert set(shown) == {"version", "commit", "python", "model"}
    assert drift == {"taxonomies": {}}


async def test_metrics_come_in_the_form_that_is_asked_for():
    with other_loop() as loop:
        async with OperatorsPort("127.0.0.1", 0, make_view(loop)) as operators:
            plain = await get(operators.port, "metrics")
            openmetrics = await get(operators.port, "metrics", "application/openmetrics-text;version=1.0.0")
    assert plain.kind.startswith("text/plain")
    assert value(samples(plain.text), "emotag_things_total") == 3
    assert 0 <= value(samples(plain.text), "emotag_event_loop_delay_seconds") < 60
    assert openmetrics.kind.startswith("application/openmetrics-text")
    assert openmetrics.text.endswith("# EOF\n")


async def test_a_service_that_is_not_ready_says_why_and_is_alive():
    with other_loop() as loop:
        async with OperatorsPort("127.0.0.1", 0, make_view(loop, unready="draining")) as operators:
            ready, live = await get(operators.port, "readyz"), await get(operators.port, "livez")
    assert (ready.status, ready.text, live.status) == (503, "draining\n", 200)


async def test_a_stuck_loop_is_seen_and_does_not_keep_metrics_back():
    stuck, go_on = threading.Event(), threading.Event()

    def hang() -> None:
        stuck.set()
        go_on.wait()

    with other_loop() as loop:
        loop.call_soon_threadsafe(hang)
        await asyncio.to_thread(stuck.wait)
        async with OperatorsPort("127.0.0.1", 0, make_view(loop, patience=0.05)) as operators:
            live, ready, metrics = [await get(operators.port, path) for path in ("livez", "readyz", "metrics")]
            go_on.set()
    assert (live.status, ready.status, metrics.status) == (503, 503, 200)
    assert "has not answered within 0.05 s" in live.text
    assert value(samples(metrics.text), "emotag_event_loop_delay_seconds") == 0.05
    assert value(samples(metrics.text), "emotag_things_total") == 3


async def test_a_loop_that_is_closed_counts_as_stuck():
    with other_loop() as loop:
        pass
    async with OperatorsPort("127.0.0.1", 0, make_view(loop)) as operators:
        assert (await get(operators.port, "livez")).status == 503


async def test_it_says_where_it_listens_and_is_closed_with_its_context():
    with other_loop() as loop, capture_logs() as events:
        async with OperatorsPort("127.0.0.1", 0, make_view(loop)) as operators:
            await get(operators.port, "livez")
    assert {
        "host": "127.0.0.1",
        "port": operators.port,
        "event": "operators port opened",
        "log_level": "info",
    } in events
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", operators.port))
    assert "operators port" not in {thread.name for thread in threading.enumerate()}


async def test_a_port_in_use_is_told_with_the_fix():
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortError, match=f"127.0.0.1:{port}: .*in use.*--ops-port"):
            OperatorsPort("127.0.0.1", port, make_view(loop))
    with pytest.raises(PortError, match="--ops-host"):
        OperatorsPort("192.0.2.1", 0, make_view(loop))
