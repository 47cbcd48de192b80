"""Pages of browsers at the HTTP front: what those of a named origin may ask, and what others are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from emotag_service.http.openapi import document
from tests.integration.web import agent, opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx2

    from emotag_service.engine.engine import Engine

NAMED, FOREIGN = "https://app.example", "https://evil.example"
PATHS = document()["paths"]
READ = [path for path, methods in PATHS.items() if "get" in methods]
HEADERS = "authorization,content-type,connect-timeout-ms,connect-protocol-version"


@pytest_asyncio.fixture(loop_scope="session")
async def client(engine: Engine) -> AsyncIterator[httpx2.AsyncClient]:
    async with opened(engine, origins=(NAMED,)) as port, agent(port) as client:
        yield client


def at(path: str, engine: Engine) -> str:
    return path.format(model="emotag", version=engine.model.identity.version)


async def preflight(client: httpx2.AsyncClient, path: str, origin: str, headers: str = HEADERS) -> httpx2.Response:
    """What a browser asks before it sends a page's request."""
    method = "POST" if "post" in PATHS[path] else "GET"
    asked = {"access-control-request-method": method, "access-control-request-headers": headers}
    return await client.request(
        "OPTIONS", path.format(model="emotag", version="1"), headers={"origin": origin, **asked}
    )


@pytest.mark.parametrize("path", PATHS)
async def test_a_page_of_a_named_origin_is_told_that_it_may(client: httpx2.AsyncClient, path: str) -> None:
    told = await preflight(client, path, NAMED)
    assert (told.status_code, told.headers["access-control-allow-origin"]) == (200, NAMED)
    allowed = told.headers["access-control-allow-headers"].lower().split(", ")
    assert set(HEADERS.split(",")) <= set(allowed)
    assert set(told.headers["access-control-allow-methods"].split(", ")) == {"GET", "POST"}
    assert "access-control-allow-credentials" not in told.headers


@pytest.mark.parametrize("path", PATHS)
async def test_a_page_of_another_is_not(client: httpx2.AsyncClient, path: str) -> None:
    told = await preflight(client, path, FOREIGN)
    assert told.status_code == 400
    assert "access-control-allow-origin" not in told.headers


async def test_nor_one_that_would_send_other_headers(client: httpx2.AsyncClient) -> None:
    assert (await preflight(client, "/predict", NAMED, "x-other")).status_code == 400


async def test_where_no_origin_is_named_no_page_may(http_held: httpx2.AsyncClient) -> None:
    for path in PATHS:
        told = await preflight(http_held, path, NAMED)
        assert told.status_code == 405
        assert not [name for name in told.headers if name.startswith("access-control")]


@pytest.mark.parametrize("path", READ)
async def test_what_is_read_only_is_for_pages_of_named_origins_alone(
    client: httpx2.AsyncClient, engine: Engine, path: str
) -> None:
    foreign = await client.get(at(path, engine), headers={"origin": FOREIGN})
    named = await client.get(at(path, engine), headers={"origin": NAMED})
    assert (foreign.status_code, named.status_code) == (403, 200)
    assert "--http-origin" in foreign.json()["error"]
    assert "access-control-allow-origin" not in foreign.headers
    assert named.headers["access-control-allow-origin"] == NAMED
