"""The pages of the operators' port."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

from prometheus_client import Gauge
from prometheus_client.exposition import choose_encoder
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from emotag_service.ops.drift import drift_of
from emotag_service.ops.view import View, build

if TYPE_CHECKING:
    from starlette.requests import Request

    from emotag_service.ops.workers import WorkerPages

_INDEX = """\
/metrics    for Prometheus, also as OpenMetrics
/livez      200 while the event loop turns: restart the process when it does not
/readyz     200 while messages are welcome: send none when they are not
/buildinfo  version, model and labels, as JSON
/drift      shares of labels lately, as JSON: what --drift-reference reads
"""


class Pages:
    """Answers the requests of one app."""

    def __init__(self, view: View) -> None:
        self._view = view
        view.registry.register(view.window)
        self._delay = Gauge(
            "emotag_event_loop_delay_seconds",
            f"What the service's event loop took to answer this scrape; {view.patience:g} or more when it is stuck.",
            registry=view.registry,
        )

    async def livez(self, _request: Request) -> Response:
        """Tell whether the service's event loop turns. 503 when it does not."""
        seconds = await self._pulse()
        if seconds is None:
            return self._stuck()
        return PlainTextResponse(f"ok: the event loop answered within {1000 * seconds:.1f} ms\n")

    async def readyz(self, _request: Request) -> Response:
        """Tell whether messages are welcome. 503, with the reason, when they are not."""
        unready = self._view.unready()
        if unready:
            return PlainTextResponse(f"{unready}\n", 503)
        return self._stuck() if await self._pulse() is None else PlainTextResponse("ok\n")

    async def metrics(self, request: Request) -> Response:
        """Write what is counted, in the form that was asked for."""
        seconds = await self._pulse()
        self._delay.set(self._view.patience if seconds is None else seconds)
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(self._view.registry), headers={"content-type": content_type})

    async def buildinfo(self, _request: Request) -> Response:
        """Say what runs here, and what it answers with."""
        return JSONResponse({**build(), "model": self._view.model()})

    async def drift(self, _request: Request) -> Response:
        """Say how labels were distributed lately."""
        return JSONResponse(drift_of([self._view.window.counts()]))

    async def _pulse(self) -> float | None:
        return await pulse(self._view.loop, self._view.patience)

    def _stuck(self) -> Response:
        return PlainTextResponse(f"the event loop has not answered within {self._view.patience:g} s\n", 503)


def make_app(shown: View | WorkerPages) -> Starlette:
    """Make the application that shows a process, or the workers of a supervisor."""
    pages = Pages(shown) if isinstance(shown, View) else shown
    linked = (pages.livez, pages.readyz, pages.metrics, pages.buildinfo, pages.drift)
    return Starlette(routes=[Route("/", _index), *(Route(f"/{page.__name__}", page) for page in linked)])


async def _index(_request: Request) -> Response:
    return PlainTextResponse(_INDEX)


async def pulse(loop: asyncio.AbstractEventLoop, patience: float) -> float | None:
    """Return the seconds that `loop` took to answer; None when it is closed or did not within `patience` seconds."""
    own, answered = asyncio.get_running_loop(), asyncio.Event()
    began = time.perf_counter()
    try:
        loop.call_soon_threadsafe(_answer, own, answered)
    except RuntimeError:  # closed
        return None
    try:
        async with asyncio.timeout(patience):
            await answered.wait()
    except TimeoutError:
        return None
    return time.perf_counter() - began


def _answer(asker: asyncio.AbstractEventLoop, answered: asyncio.Event) -> None:
    with contextlib.suppress(RuntimeError):  # whoever asked is gone
        asker.call_soon_threadsafe(answered.set)
