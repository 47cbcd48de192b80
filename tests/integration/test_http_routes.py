"""Every route of the HTTP front: nonsense, too much, strangers, a full engine, and a connection that says nothing."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
import structlog.testing

from emotag_service.access.grant import new_token
from emotag_service.access.protection import ConnectionLimits, Protection, Quota
from emotag_service.engine.limits import EngineLimits
from emotag_service.http.predict import HEALTH, PREDICT
from tests.integration.calls import until
from tests.integration.scripted import Script
from tests.integration.web import ROUTES, STREAM, agent, asking, opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from emotag_service.engine.engine import Engine
    from emotag_service.http.port import HttpPort


class TestEveryRoute:
    @pytest.mark.parametrize("route", ROUTES)
    @pytest.mark.parametrize(
        "content",
        [b"", b"{", b"[" * 100_000, b"\xff", b'{"a": ' + b"9" * 5000 + b"}", b'{"a": NaN}', b"7"],
        ids=range(7),
    )
    async def test_what_is_no_json_is_refused(self, http_client: Any, route: str, content: bytes) -> None:
        reply = await http_client.post(route, content=content, headers={"content-type": "application/json"})
        assert reply.status_code == (422 if route == "/predict" and content == b"7" else 400)
        assert "JSON" in reply.text

    @pytest.mark.parametrize("route", ROUTES)
    async def test_too_much_is_refused_declared_or_not(self, http_client: Any, route: str) -> None:
        async def dripping() -> AsyncIterator[bytes]:
            for _ in range(40):
                yield b" " * 65_536

        headers = {"content-type": "application/json"}
        for content in (b" " * (256 * 1024 + 1), dripping()):
            reply = await http_client.post(route, content=content, headers=headers)
            assert reply.status_code == 413
        packed = await http_client.post(route, content=b"x", headers={**headers, "content-encoding": "gzip"})
        assert packed.status_code == 415

    @pytest.mark.parametrize("route", ROUTES)
    async def test_too_many_are_refused(self, http_client: Any, route: str) -> None:
        assert (await http_client.post(route, json=asking(route, *["joy"] * 1025))).status_code == 413

    @pytest.mark.parametrize("route", [*ROUTES, "/v1/stream"])
    async def test_pages_of_other_origins_are_refused(self, engine: Engine, route: str) -> None:
        body = {"messages": []} if route == "/v1/stream" else asking(route, "joy")
        async with opened(engine, origins=("https://app.example",)) as port, agent(port) as client:
            foreign = await client.post(route, json=body, headers={"origin": f"http://127.0.0.1:{port.port}"})
            named = await client.post(route, json=body, headers={"origin": "https://app.example"})
        assert (foreign.status_code, named.status_code) == (403, 200)
        assert "access-control-allow-origin" not in foreign.headers
        assert named.headers["access-control-allow-origin"] == "https://app.example"

    @pytest.mark.parametrize("route", ROUTES)
    async def test_who_went_away_is_not_computed_for(
        self, http_held: Any, route: str, script: Script, engine: Engine
    ) -> None:
        script.gate.clear()
        first = asyncio.create_task(http_held.post(route, json=asking(route, "joy")))
        await until(lambda: engine.stats().held == 1)
        second = asyncio.create_task(http_held.post(route, json=asking(route, "joy", "no")))
        await until(lambda: engine.stats().held == 3)
        second.cancel()
        await until(lambda: engine.stats().held == 1)
        script.gate.set()
        assert (await first).status_code == 200

    async def test_what_is_not_there_says_where_to_look(self, http_client: Any) -> None:
        missing, wrong = await http_client.get("/nope"), await http_client.get("/predict")
        assert (missing.status_code, wrong.status_code) == (404, 405)
        assert "/openapi.json" in missing.json()["error"]

    async def test_requests_are_counted(self, http_client: Any, http_port: HttpPort) -> None:
        assert http_port.traffic is not None
        before = http_port.traffic.ended.copy()
        await http_client.post("/predict", json={"inputs": "joy"})
        await http_client.post("/predict", json={"inputs": 7})
        assert http_port.traffic.ended - before == {("/predict", "200"): 1, ("/predict", "422"): 1}
        assert http_port.traffic.open["/predict"] == 0
        assert http_port.traffic.seconds["/predict"].copy().counts


class TestOverload:
    @pytest.fixture
    def engine_limits(self) -> EngineLimits:
        return EngineLimits(queue_messages=2)

    @pytest.mark.parametrize("route", ROUTES)
    async def test_a_full_engine_says_when_to_come_back(
        self, http_held: Any, route: str, script: Script, engine: Engine
    ) -> None:
        script.gate.clear()
        first = asyncio.create_task(http_held.post(route, json=asking(route, "joy", "no")))
        await until(lambda: engine.stats().held == 2)
        reply = await http_held.post(route, json=asking(route, "joy"))
        script.gate.set()
        assert (reply.status_code, int(reply.headers["retry-after"]) >= 1) == (429, True)
        assert (await first).status_code == 200


class TestAccess:
    @pytest.mark.parametrize("route", ROUTES)
    async def test_tokens_scopes_and_quotas_hold(self, engine: Engine, tmp_path: Path, route: str) -> None:
        token, grant = new_token("planner", ["classify"])
        admin, other = new_token("operator", ["admin"])
        (tmp_path / "tokens").write_text(f"{grant.line()}\n{other.line()}\n")
        protection = Protection(tokens=tmp_path / "tokens", quota=Quota(messages_per_second=0.001))
        async with opened(engine, protection) as port, agent(port) as client:

            async def status(**headers: str) -> tuple[int, httpx2.Headers]:
                reply = await client.post(route, json=asking(route, "joy"), headers=headers)
                return reply.status_code, reply.headers

            missing, asked = await status()
            assert (missing, asked["www-authenticate"]) == (401, 'Bearer realm="emotag"')
            assert (await status(authorization="Bearer wrong"))[0] == 401
            assert (await status(authorization=f"Bearer {admin}"))[0] == 403
            assert (await status(authorization=f"Bearer {token}"))[0] == 200
            refused, headers = await status(authorization=f"Bearer {token}")
            assert (refused, int(headers["retry-after"]) > 1) == (429, True)
            assert [(await client.get(path)).status_code for path in HEALTH] == [200] * 3
            assert [(await client.post(path, json={"inputs": "joy"})).status_code for path in PREDICT] == [401] * 3
            described = ("/info", "/v2", "/v2/models/emotag")
            assert [(await client.get(path)).status_code for path in described] == [401] * 3
            ready = ("/v2/health/live", "/v2/health/ready", "/v2/models/emotag/ready", "/openapi.json")
            assert [(await client.get(path)).status_code for path in ready] == [200] * 4

    async def test_who_leaves_in_the_middle_of_a_body_and_what_is_no_http_are_not_logged(self, engine: Engine) -> None:
        async with opened(engine) as port:
            with structlog.testing.capture_logs() as logs:
                for said in (b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{", b"nonsense\r\n\r\n"):
                    _, writer = await asyncio.open_connection("127.0.0.1", port.port)
                    writer.write(said)
                    await writer.drain()
                    if said.startswith(b"POST"):
                        await until(lambda: port.traffic is not None and port.traffic.open["/predict"] == 1)
                    writer.close()
                    await until(lambda: port.traffic is not None and port.traffic.open["/predict"] == 0)
        assert logs == []

    @pytest.mark.parametrize("together", [True, False])
    @pytest.mark.parametrize("route", ["/predict", STREAM])
    async def test_what_is_no_chunk_is_not_logged_either(
        self, engine: Engine, monkeypatch: pytest.MonkeyPatch, route: str, together: bool
    ) -> None:
        failed: list[Any] = []
        monkeypatch.setattr(asyncio.get_running_loop(), "call_exception_handler", failed.append)
        head = f"POST {route} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n"
        async with opened(engine) as port, asyncio.timeout(30):
            with structlog.testing.capture_logs() as logs:
                reader, writer = await asyncio.open_connection("127.0.0.1", port.port)
                writer.write(head.encode() + b"zz\r\n" * together)
                said = await reader.readuntil(b"\r\n\r\n")
                writer.write(b"zz\r\n" * (not together))
                await reader.read()
                writer.close()
                await until(lambda: port.traffic is not None and port.traffic.open[route] == 0)
        assert said.split()[1] == (b"400" if together else b"415" if route == "/predict" else b"200")
        assert (logs, failed) == ([], [])

    async def test_a_silent_connection_is_closed(self, engine: Engine) -> None:
        protection = Protection(connections=ConnectionLimits(handshake_seconds=0.05, idle_seconds=0.05))
        async with opened(engine, protection) as port:
            for said in (b"", b"POST /predict HTTP/1.1\r\nHost: x\r\nDrip: "):
                reader, writer = await asyncio.open_connection("127.0.0.1", port.port)
                writer.write(said)
                async with asyncio.timeout(20):
                    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                        await reader.readexactly(1)
                writer.close()

    async def test_the_port_is_taken_from_the_start(self, http_port: HttpPort) -> None:
        with socket.create_connection(("127.0.0.1", http_port.port), timeout=20):
            pass


async def test_while_it_drains_new_messages_are_refused(http_held: Any, engine: Engine) -> None:
    assert await engine.drain(5) == 0
    for route in ROUTES:
        reply = await http_held.post(route, json=asking(route, "joy"))
        assert reply.status_code == 503, reply.text
    for path in HEALTH:
        reply = await http_held.get(path)
        assert (reply.status_code, reply.json()["error_type"]) == (503, "Unhealthy")
    assert (await http_held.get("/v2/health/ready")).status_code == 503
