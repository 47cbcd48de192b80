"""The HTTP front of tests: a port over an engine, and requests to it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx2

from emotag_service.access.callers import Callers
from emotag_service.access.protection import Protection
from emotag_service.http.port import HttpPort
from emotag_service.http.settings import HttpSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from emotag_service.engine.engine import Engine

CLASSIFY = "/emotag.v1.EmotionService/Classify"
INFER = "/v2/models/emotag/infer"
ROUTES = ["/predict", "/v1/classifications", CLASSIFY, INFER]


@asynccontextmanager
async def opened(
    engine: Engine, protection: Protection | None = None, callers: Callers | None = None, **settings: Any
) -> AsyncIterator[HttpPort]:
    """A port that is open while the context lasts."""
    protection = protection or Protection()
    port = HttpPort(HttpSettings(**settings), protection)
    port.start(engine, Callers(engine, protection.quota) if callers is None else callers)
    try:
        yield port
    finally:
        await port.stop()


def agent(port: HttpPort, **options: Any) -> httpx2.AsyncClient:
    """Who calls it."""
    return httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port.port}", timeout=60, trust_env=False, **options)


def asking(route: str, *texts: str) -> dict[str, Any]:
    """A request of one route for the tags of texts."""
    tensor = {"name": "INPUT_TEXT", "datatype": "BYTES", "shape": [len(texts)], "data": list(texts)}
    return {
        "/predict": {"inputs": [[text] for text in texts]},
        "/v1/classifications": {"input": list(texts)},
        CLASSIFY: {"messages": [{"text": text} for text in texts]},
        INFER: {"inputs": [tensor]},
    }[route]
