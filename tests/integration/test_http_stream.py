"""/v1/stream: a line for each line, in order, while both flow, and never more held than a stream may hold."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from emotag_service.access.grant import new_token
from emotag_service.access.protection import Protection, Quota
from emotag_service.http import classify
from tests.integration.calls import count_by_turn, until
from tests.integration.web import STREAM, Talk, agent, line, opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from emotag_service.engine.engine import Engine
    from emotag_service.http.port import HttpPort
    from tests.integration.scripted import Script


@pytest_asyncio.fixture(loop_scope="session")
async def port(engine: Engine) -> AsyncIterator[HttpPort]:
    async with opened(engine) as port:
        yield port


async def test_each_line_is_answered_in_its_place(port: HttpPort) -> None:
    lines = [line(id="a", text="joy"), b"\n", b"nope\n", line(id="c", text=""), b"[1]\n", line(id="a", text="no")]
    async with agent(port) as client:
        reply = await client.post(f"{STREAM}?all_scores=true&taxonomy=sentiment", content=b"".join(lines)[:-1])
    assert reply.headers["content-type"] == "application/x-ndjson"
    tags = [json.loads(one) for one in reply.text.splitlines()]
    assert [tag.get("label", tag.get("error", {}).get("code")) for tag in tags] == ["positive", 3, 3, 3, 3]
    assert len(tags[0]["scores"]) == 4
    assert ["line" in tag["error"]["message"] for tag in tags[1:]] == [True, False, True, False]
    assert "one of the last" in tags[4]["error"]["message"]


@pytest.mark.parametrize(
    "wrong", [{"timeToLive": "\ud800"}, {"sentAt": "2020-01-01T00:00:00-\ud800"}, {"text": "\ud800"}, {"\ud800": 1}]
)
async def test_half_of_a_surrogate_pair_costs_its_line_alone(port: HttpPort, wrong: dict[str, object]) -> None:
    async with agent(port) as client:
        reply = await client.post(STREAM, content=line(text="joy") + line(**wrong) + line(text="no"))
    first, failed, last = map(json.loads, reply.text.splitlines())
    assert (first["label"], last["label"]) == ("joy", "anger")
    assert failed["error"]["details"][0]["reason"] == "INVALID_MESSAGE"
    assert "\ud800" not in json.dumps(failed, ensure_ascii=False)


@pytest.mark.parametrize(("explain", "most"), [("true", 4), ("false", 64)])
async def test_others_have_turns_while_lines_are_written(
    port: HttpPort, monkeypatch: pytest.MonkeyPatch, explain: str, most: int
) -> None:
    counts = count_by_turn(monkeypatch, classify, "add_tag")
    async with agent(port) as client:
        content = b"".join(line(id=str(number), text="joy here") for number in range(64))
        reply = await client.post(f"{STREAM}?explain={explain}", content=content)
    tags = [json.loads(one) for one in reply.text.splitlines()]
    assert [tag["messageId"] for tag in tags] == [str(number) for number in range(64)]
    assert all(("tokenWeights" in tag) == (explain == "true") for tag in tags)
    assert (max(counts), sum(counts)) == (most, 64)
    assert reply.text == "".join(json.dumps(tag, separators=(",", ":")) + "\n" for tag in tags)


async def test_tags_come_while_messages_go(port: HttpPort) -> None:
    async with Talk.begin(port.port) as talk:
        for number in range(5):
            half = line(id=f"m{number}", text="so much joy")
            talk.say(half[:10])
            talk.say(half[10:])
            tag = await talk.hear()
            assert tag is not None
            assert (tag["messageId"], tag["label"]) == (f"m{number}", "joy")
        talk.end()
        assert await talk.hear() is None


async def test_ten_thousand_lines_come_back_in_order(port: HttpPort) -> None:
    async def said() -> AsyncIterator[bytes]:
        for begin in range(0, 10_000, 100):
            yield b"".join(line(id=str(number), text="joy") for number in range(begin, begin + 100))

    async with agent(port) as client, client.stream("POST", STREAM, content=said()) as reply:
        found = [json.loads(one)["messageId"] async for one in reply.aiter_lines()]
    assert found == [str(number) for number in range(10_000)]


async def test_who_does_not_listen_is_not_read(port: HttpPort, engine: Engine, script: Script) -> None:
    script.gate.clear()
    async with Talk.begin(port.port) as talk:
        for number in range(6_000):
            talk.say(line(id=str(number), text="joy"))
        await until(lambda: engine.stats().held > 1_900)
        assert engine.stats().held <= 2_048
        script.gate.set()
        talk.end()
        heard = 0
        while await talk.hear() is not None:
            heard += 1
        assert heard == 6_000


async def test_who_goes_away_is_not_computed_for(port: HttpPort, engine: Engine, script: Script) -> None:
    script.gate.clear()
    async with Talk.begin(port.port) as talk:
        talk.say(line(text="joy"))
        await until(lambda: engine.stats().held == 1)
        talk.say(line(text="joy"))
        await until(lambda: engine.stats().held == 2)
    await until(lambda: engine.stats().held == 0)
    script.gate.set()
    assert engine.stats().cancelled == 2


async def test_who_goes_away_while_its_quota_holds_it_back_is_let_go(engine: Engine) -> None:
    protection = Protection(quota=Quota(messages_per_second=1e-3, streams=1))
    async with opened(engine, protection) as port, agent(port) as client:
        async with Talk.begin(port.port) as talk:
            talk.say(line(text="joy") * 640)
            assert (await talk.hear() or {})["label"] == "joy"
        assert port.traffic is not None
        traffic = port.traffic
        await until(lambda: traffic.open[STREAM] == 0)
        assert (await client.post(STREAM, content=b"")).status_code == 200
    assert engine.stats().tagged == 64  # the one frame that had passed


async def test_who_goes_away_while_nothing_of_it_is_read_is_not_computed_for(
    port: HttpPort, engine: Engine, script: Script
) -> None:
    script.gate.clear()
    async with asyncio.timeout(60), Talk.begin(port.port) as talk:
        [connection] = port._web._server.server_state.connections  # type: ignore[union-attr]
        while engine.stats().held < 2_048 or not connection.flow.read_paused:
            talk.say(line(text="joy") * 64)
            await asyncio.sleep(0)
    await until(lambda: engine.stats().held == 0)
    assert engine.stats().tagged == 0


async def test_who_asks_whether_to_send_is_told_to(port: HttpPort) -> None:
    said = line(text="joy")
    reader, writer = await asyncio.open_connection("127.0.0.1", port.port)
    head = f"Host: x\r\nExpect: 100-continue\r\nContent-Length: {len(said)}"
    writer.write(f"POST {STREAM} HTTP/1.1\r\n{head}\r\n\r\n".encode())
    async with asyncio.timeout(30):
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100")
        writer.write(said)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        assert b'"label":"joy"' in await reader.readuntil(b"\n0\r\n\r\n")
    writer.close()


async def test_an_error_names_the_message_that_has_an_id(port: HttpPort) -> None:
    async with agent(port) as client:
        reply = await client.post(STREAM, content=line(text=7, id="a") + line(nope=1, id="b"))
    assert [json.loads(one)["messageId"] for one in reply.text.splitlines()] == ["a", "b"]


@pytest.mark.parametrize(("query", "labels"), [("", 4), ("&taxonomy=", 4), ("&taxonomy=goemotions", 28)])
async def test_without_a_taxonomy_it_is_that_of_the_settings(engine: Engine, query: str, labels: int) -> None:
    async with opened(engine, taxonomy="sentiment") as port, agent(port) as client:
        reply = await client.post(f"{STREAM}?all_scores=true{query}", content=line(text="joy"))
    assert len(reply.json()["scores"]) == labels


@pytest.mark.parametrize("size", [1, 7, 40, 1000])
async def test_lines_come_together_however_they_are_cut(port: HttpPort, size: int) -> None:
    content = line(id="a", text="joy") + b"\n" + line(id="b", text="no") + line(id="c", text="joy").rstrip()

    async def cut() -> AsyncIterator[bytes]:
        for begin in range(0, len(content), size):
            yield content[begin : begin + size]

    async with agent(port) as client:
        reply = await client.post(STREAM, content=cut())
    found = [json.loads(one) for one in reply.text.splitlines()]
    assert [(one["messageId"], one["label"]) for one in found] == [("a", "joy"), ("b", "anger"), ("c", "joy")]


async def test_a_line_without_end_ends_the_stream(port: HttpPort) -> None:
    async with agent(port) as client:
        reply = await client.post(STREAM, content=line(id="a", text="joy") + b"x" * (256 * 1024 + 1))
    first, last = map(json.loads, reply.text.splitlines())
    assert first["label"] == "joy"
    assert last["error"]["code"] == "resource_exhausted"


@pytest.mark.parametrize(
    "query", ["taxonomy=x", "top_k=-1", "all_scores=1", "explain=maybe", "topk=1", "priority=BULK"]
)
async def test_options_that_are_none_are_refused(port: HttpPort, query: str) -> None:
    async with agent(port) as client:
        reply = await client.post(f"{STREAM}?{query}", content=line(text="joy"))
    assert (reply.status_code, reply.json()["code"]) == (400, "invalid_argument")


async def test_a_server_that_stops_says_so_in_the_last_line(port: HttpPort, engine: Engine) -> None:
    async with Talk.begin(port.port) as talk:
        talk.say(line(text="joy"))
        assert (await talk.hear() or {})["label"] == "joy"
        port.drain()
        last = await talk.hear()
        assert last is not None
        assert last["error"]["code"] == "unavailable"
        assert await talk.hear() is None
        async with agent(port) as client:
            assert (await client.post(STREAM, content=b"")).status_code == 503


@pytest.mark.parametrize("said", [line(text="joy"), b"\n"], ids=["a message", "an empty line"])
async def test_withdrawn_tokens_and_one_stream_too_many_end(engine: Engine, tmp_path: Path, said: bytes) -> None:
    token, grant = new_token("planner", ["classify"])
    tokens = tmp_path / "tokens"
    tokens.write_text(grant.line())
    protection = Protection(tokens=tokens, quota=Quota(streams=1))
    async with opened(engine, protection) as port, Talk.begin(port.port, token) as talk:
        async with agent(port, headers={"authorization": f"Bearer {token}"}) as client:
            reply = await client.post(STREAM, content=b"")
            assert (reply.status_code, reply.json()["code"]) == (429, "resource_exhausted")
        tokens.write_text(new_token("coder", ["classify"])[1].line())
        talk.say(said)
        last = await talk.hear()
        assert last is not None
        assert last["error"]["code"] == "unauthenticated"
