"""The HTTP front: each API answers, and refuses, as those who know it expect."""

from __future__ import annotations

import asyncio
import json
import socket
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
import pytest_asyncio
import structlog.testing

from emotag_service.access.connections import ConnectionLimits
from emotag_service.access.grant import new_token
from emotag_service.access.protection import Protection
from emotag_service.access.quota import Quota
from emotag_service.engine.limits import EngineLimits
from tests.integration.calls import until
from tests.integration.scripted import MAX_TOKENS, Script, scripted_engine
from tests.integration.web import CLASSIFY, agent, opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from emotag_service.engine.engine import Engine
    from emotag_service.http.port import HttpPort

INFER = "/v2/models/emotag/infer"
ROUTES = ["/predict", "/v1/classifications", CLASSIFY, INFER]


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def port() -> AsyncIterator[HttpPort]:
    """One for all tests that leave nothing behind."""
    engine = scripted_engine(Script())
    await engine.start()
    async with opened(engine) as port:
        yield port
    await engine.close()


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def client(port: HttpPort) -> AsyncIterator[httpx2.AsyncClient]:
    async with agent(port) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def held(engine: Engine) -> AsyncIterator[httpx2.AsyncClient]:
    """Calls an engine of its own test."""
    async with opened(engine) as port, agent(port) as client:
        yield client


def asking(route: str, *texts: str) -> dict[str, Any]:
    """A request of one route for the tags of texts."""
    tensor = {"name": "INPUT_TEXT", "datatype": "BYTES", "shape": [len(texts)], "data": list(texts)}
    return {
        "/predict": {"inputs": [[text] for text in texts]},
        "/v1/classifications": {"input": list(texts)},
        CLASSIFY: {"messages": [{"text": text} for text in texts]},
        INFER: {"inputs": [tensor]},
    }[route]


def labels(predictions: list[dict[str, Any]]) -> list[str]:
    return [one["label"] for one in predictions]


class TestPredict:
    @pytest.mark.parametrize("inputs", ["so much joy", ["so much joy"]])
    async def test_one_text_has_one_list_with_the_highest_score_first(self, client: Any, inputs: Any) -> None:
        found = (await client.post("/predict", json={"inputs": inputs})).json()
        assert found[0]["label"] == "joy"
        assert len(found) == 7
        scores = [one["score"] for one in found]
        assert scores == sorted(scores, reverse=True)

    async def test_several_texts_have_a_list_each(self, client: Any) -> None:
        found = (await client.post("/predict", json={"inputs": [["joy"], ["no"]]})).json()
        assert [labels(each)[0] for each in found] == ["joy", "anger"]

    async def test_a_taxonomy_can_be_asked_for(self, client: Any, engine: Engine) -> None:
        reply = await client.post("/predict?taxonomy=goemotions", json={"inputs": "joy"})
        assert set(labels(reply.json())) == set(engine.model.taxonomy("goemotions").labels)

    async def test_raw_scores_are_log_odds(self, client: Any) -> None:
        plain = (await client.post("/predict", json={"inputs": "joy"})).json()
        raw = (await client.post("/predict", json={"inputs": "joy", "raw_scores": True})).json()
        assert labels(raw) == labels(plain)
        assert raw[0]["score"] > 0 > raw[-1]["score"]

    @pytest.mark.parametrize(
        ("body", "status", "kind", "says"),
        [
            ({"inputs": ["a", "b"]}, 422, "Tokenizer", "inputs: is a pair"),
            ({"inputs": [["a", "b"]]}, 422, "Tokenizer", "inputs[0]: is a pair"),
            ({"inputs": ["a", "b", "c"]}, 422, "Tokenizer", "inputs: must be"),
            ({"inputs": [["a"], "b"]}, 422, "Tokenizer", "inputs: is a pair"),
            ({"inputs": [["a"], 5, 6]}, 422, "Tokenizer", "inputs: must be"),
            ({"inputs": [[]]}, 422, "Tokenizer", "inputs[0]: must be"),
            ({"inputs": [[7]]}, 422, "Tokenizer", "inputs[0]: must be a string"),
            ({"inputs": 7}, 422, "Tokenizer", "inputs: must be a text"),
            ({}, 422, "Tokenizer", "inputs: must be a text"),
            ({"inputs": []}, 400, "Empty", "is empty"),
            ({"inputs": [["joy"], [""]]}, 422, "Tokenizer", "inputs[1]: is empty"),
            ({"inputs": "\ud800"}, 422, "Tokenizer", "surrogate"),
            ({"inputs": "joy", "truncate": 1}, 422, "Tokenizer", "truncate: must be"),
            ({"inputs": "joy", "truncation_direction": "Left"}, 422, "Tokenizer", "truncation_direction"),
            ({"inputs": "joy " * (MAX_TOKENS + 1), "truncate": False}, 413, "Validation", f"at most {MAX_TOKENS}"),
            ({"inputs": [["joy"]] * 1025}, 413, "Validation", "1025 messages"),
        ],
    )  # fmt: skip
    async def test_what_is_wrong_is_said_as_tei_does(
        self, client: Any, body: Any, status: int, kind: str, says: str
    ) -> None:
        reply = await client.post("/predict", content=json.dumps(body).encode())
        assert (reply.status_code, reply.json()["error_type"]) == (status, kind)
        assert says in reply.json()["error"]

    async def test_a_long_text_is_cut_unless_that_is_refused(self, client: Any) -> None:
        assert (await client.post("/predict", json={"inputs": "joy " * (MAX_TOKENS + 1)})).status_code == 200

    async def test_a_model_that_fails_is_424(self, client: Any) -> None:
        reply = await client.post("/predict", json={"inputs": "poison"})
        assert (reply.status_code, reply.json()["error_type"]) == (424, "Backend")

    async def test_the_model_is_described(self, client: Any, engine: Engine) -> None:
        info = (await client.get("/info")).json()
        assert info["model_type"]["classifier"]["id2label"]["0"] == engine.model.taxonomies[0].labels[0]
        assert info["max_input_length"] == MAX_TOKENS
        assert (await client.get("/health")).status_code == 200


class TestClassify:
    async def test_each_message_has_its_tag_or_its_error(self, client: Any) -> None:
        body = {"messages": [{"id": "a", "text": "joy"}, {"id": "b", "text": ""}], "options": {"allScores": True}}
        found = (await client.post(CLASSIFY, json=body)).json()
        assert [tag["messageId"] for tag in found["tags"]] == ["a", "b"]
        assert found["tags"][0]["label"] == "joy"
        assert len(found["tags"][0]["scores"]) == 7
        assert found["tags"][1]["error"]["details"][0]["reason"] == "INVALID_MESSAGE"
        assert found["model"]["digest"]

    async def test_the_names_of_the_contract_are_read_too(self, client: Any) -> None:
        body = {"messages": [{"text": "joy", "conversation_id": "c"}], "options": {"all_scores": True, "top_k": 1}}
        assert len((await client.post(CLASSIFY, json=body)).json()["tags"][0]["scores"]) == 7

    @pytest.mark.parametrize(
        ("body", "says"),
        [
            ({"messages": []}, "messages: is empty"),
            ({"messages": "joy"}, "must have messages, a list"),
            ({"message": []}, "must have messages, a list"),
            ({"messages": [{"txt": "joy"}]}, 'messages[0]: Message type "emotag.v1.Message" has no field named "txt"'),
            ({"messages": [{"text": 7}]}, "messages[0]: "),
            ({"messages": [7]}, "messages[0]: "),
            ({"messages": [{"\ud800": 7}]}, "messages[0]: "),
            ({"messages": [{"text": "joy"}], "options": {"taxonomy": "x"}}, "options.taxonomy"),
            ({"messages": [{"text": "joy"}], "options": 5}, "options: "),
            ({"messages": [{"text": "\ud800"}]}, "messages[0]: "),
            ([], "must be a JSON object"),
        ],
    )
    async def test_what_is_wrong_is_said_as_connect_does(self, client: Any, body: Any, says: str) -> None:
        headers = {"content-type": "application/json"}
        reply = await client.post(CLASSIFY, content=json.dumps(body).encode(), headers=headers)
        assert (reply.status_code, reply.json()["code"]) == (400, "invalid_argument")
        assert says in reply.json()["message"]
        assert reply.json()["details"][0]["type"] == "google.rpc.ErrorInfo"

    async def test_another_type_of_content_is_refused(self, client: Any) -> None:
        reply = await client.post(CLASSIFY, content=b"x", headers={"content-type": "application/proto"})
        assert (reply.status_code, reply.json()["code"]) == (415, "invalid_argument")

    async def test_what_does_not_come_before_its_deadline_is_an_error(self, client: Any) -> None:
        reply = await client.post(CLASSIFY, json=asking(CLASSIFY, "joy"), headers={"connect-timeout-ms": "0"})
        assert reply.json()["tags"][0]["error"]["code"] == 4
        reply = await client.post("/predict", json={"inputs": "joy"}, headers={"connect-timeout-ms": "0"})
        assert (reply.status_code, reply.json()["error_type"]) == (504, "Backend")


class TestClassifications:
    async def test_all_taxonomies_are_targets(self, client: Any, engine: Engine) -> None:
        found = (await client.post("/v1/classifications", json={"model": "emotag", "input": ["joy", "no"]})).json()
        assert found["model"] == "emotag"
        assert [set(result) for result in found["results"]] == [{one.name for one in engine.model.taxonomies}] * 2
        scores = found["results"][0]["basic"]["scores"]
        assert max(scores, key=scores.get) == "joy"

    async def test_some_can_be_chosen(self, client: Any) -> None:
        body = {"input": "joy", "targets": ["sentiment"]}
        assert set((await client.post("/v1/classifications", json=body)).json()["results"][0]) == {"sentiment"}

    @pytest.mark.parametrize(
        ("body", "status", "says"),
        [
            ({"model": "gpt", "input": "joy"}, 404, "model: there is only emotag"),
            ({"input": 7}, 400, "input: must be"),
            ({"input": ["joy", ""]}, 400, "input[1]: is empty"),
            ({"input": "joy", "targets": []}, 400, "targets: must be"),
            ({"input": "joy", "targets": ["x"]}, 400, "taxonomy"),
        ],
    )
    async def test_what_is_wrong_is_said(self, client: Any, body: Any, status: int, says: str) -> None:
        reply = await client.post("/v1/classifications", json=body)
        assert (reply.status_code, reply.json()["object"]) == (status, "error")
        assert says in reply.json()["message"]


class TestInference:
    async def test_server_and_model_are_described(self, client: Any, engine: Engine) -> None:
        assert (await client.get("/v2")).json()["extensions"] == ["binary_tensor_data"]
        model = (await client.get("/v2/models/emotag?taxonomy=ekman")).json()
        assert model["properties"]["labels"] == ",".join(engine.model.taxonomy("ekman").labels)
        assert (await client.get("/v2/models/emotag/ready")).json() == {"ready": True}

    async def test_the_taxonomy_can_be_a_parameter(self, client: Any) -> None:
        found = (
            await client.post(INFER, json={**asking(INFER, "joy"), "parameters": {"taxonomy": "sentiment"}})
        ).json()
        assert [output["shape"] for output in found["outputs"]] == [[1], [1, 4]]

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            ({"inputs": []}, "inputs: must be one tensor"),
            ({"inputs": [{"name": "INPUT_TEXT", "datatype": "FP32", "shape": [1], "data": [1]}]}, "of datatype BYTES"),
            ({"inputs": [{"name": "INPUT_TEXT", "datatype": "BYTES", "shape": [2], "data": ["a"]}]}, "shape"),
            ({"inputs": [{"name": "INPUT_TEXT", "datatype": "BYTES", "shape": "x", "data": ["a"]}]}, "shape"),
            ({"inputs": [{"name": "INPUT_TEXT", "datatype": "BYTES", "shape": [1], "data": [1]}]}, "INPUT_TEXT[0]"),
            ({"inputs": [{"name": "INPUT_TEXT", "datatype": "BYTES", "shape": [1]}]}, "data"),
            ({"outputs": [{"name": "x"}]}, "outputs: must name"),
            ({"outputs": [{"name": "scores", "parameters": {"classification": 3}}]}, "only binary_data"),
            ({"parameters": {"taxonomy": ["x"]}}, "taxonomy"),
            ({"parameters": {"taxonomy": "\ud800"}}, "taxonomy"),
            ({"id": "\ud800"}, "id: must be"),
            ({"id": 7}, "id: must be"),
        ],
    )
    async def test_what_is_wrong_is_said(self, client: Any, change: Any, says: str) -> None:
        reply = await client.post(INFER, content=json.dumps({**asking(INFER, "joy"), **change}).encode())
        assert reply.status_code == 400
        assert says in reply.json()["error"]

    @pytest.mark.parametrize("tail", [b"\x05\0\0\0joy", b"\x03\0\0", b"\x01\0\0\0\xff"])
    async def test_broken_binary_tensors_are_refused(self, client: Any, tail: bytes) -> None:
        tensor = {
            "name": "INPUT_TEXT", "datatype": "BYTES", "shape": [1], "parameters": {"binary_data_size": len(tail)}
        }  # fmt: skip
        head = json.dumps({"inputs": [tensor]}).encode()
        size = {"inference-header-content-length": str(len(head))}
        assert (await client.post(INFER, content=head + tail, headers=size)).status_code == 400
        assert (await client.post(INFER, content=head + tail, headers={**size, _HEADER: "9999"})).status_code == 400

    async def test_another_model_or_version_is_not_found(self, client: Any) -> None:
        for path in ("/v2/models/bert", "/v2/models/emotag/versions/9"):
            assert (await client.get(path)).status_code == 404


_HEADER = "inference-header-content-length"


class TestEveryRoute:
    @pytest.mark.parametrize("route", ROUTES)
    @pytest.mark.parametrize(
        "content",
        [b"", b"{", b"[" * 100_000, b"\xff", b'{"a": ' + b"9" * 5000 + b"}", b'{"a": NaN}', b"7"],
        ids=range(7),
    )
    async def test_what_is_no_json_is_refused(self, client: Any, route: str, content: bytes) -> None:
        reply = await client.post(route, content=content, headers={"content-type": "application/json"})
        assert reply.status_code == (422 if route == "/predict" else 400)
        assert "JSON" in reply.text

    @pytest.mark.parametrize("route", ROUTES)
    async def test_too_much_is_refused_declared_or_not(self, client: Any, route: str) -> None:
        async def dripping() -> AsyncIterator[bytes]:
            for _ in range(40):
                yield b" " * 65_536

        headers = {"content-type": "application/json"}
        for content in (b" " * (2**20 + 1), dripping()):
            reply = await client.post(route, content=content, headers=headers)
            assert reply.status_code == 413
        packed = await client.post(route, content=b"x", headers={**headers, "content-encoding": "gzip"})
        assert packed.status_code == 415

    @pytest.mark.parametrize("route", ROUTES)
    async def test_too_many_are_refused(self, client: Any, route: str) -> None:
        assert (await client.post(route, json=asking(route, *["joy"] * 1025))).status_code == 413

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
        self, held: Any, route: str, script: Script, engine: Engine
    ) -> None:
        script.gate.clear()
        first = asyncio.create_task(held.post(route, json=asking(route, "joy")))
        await until(lambda: engine.stats().held == 1)
        second = asyncio.create_task(held.post(route, json=asking(route, "joy", "no")))
        await until(lambda: engine.stats().held == 3)
        second.cancel()
        await until(lambda: engine.stats().held == 1)
        script.gate.set()
        assert (await first).status_code == 200

    async def test_what_is_not_there_says_where_to_look(self, client: Any) -> None:
        missing, wrong = await client.get("/nope"), await client.get("/predict")
        assert (missing.status_code, wrong.status_code) == (404, 405)
        assert "/openapi.json" in missing.json()["error"]

    async def test_requests_are_counted(self, client: Any, port: HttpPort) -> None:
        assert port.traffic is not None
        before = port.traffic.ended.copy()
        await client.post("/predict", json={"inputs": "joy"})
        await client.post("/predict", json={"inputs": 7})
        assert port.traffic.ended - before == {("/predict", "200"): 1, ("/predict", "422"): 1}
        assert port.traffic.open["/predict"] == 0
        assert port.traffic.seconds["/predict"].copy().counts


class TestOverload:
    @pytest.fixture
    def engine_limits(self) -> EngineLimits:
        return EngineLimits(queue_messages=2)

    @pytest.mark.parametrize("route", ROUTES)
    async def test_a_full_engine_says_when_to_come_back(
        self, held: Any, route: str, script: Script, engine: Engine
    ) -> None:
        script.gate.clear()
        first = asyncio.create_task(held.post(route, json=asking(route, "joy", "no")))
        await until(lambda: engine.stats().held == 2)
        reply = await held.post(route, json=asking(route, "joy"))
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
            assert (missing, asked["www-authenticate"]) == (401, "Bearer")
            assert (await status(authorization="Bearer wrong"))[0] == 401
            assert (await status(authorization=f"Bearer {admin}"))[0] == 403
            assert (await status(authorization=f"Bearer {token}"))[0] == 200
            refused, headers = await status(authorization=f"Bearer {token}")
            assert (refused, int(headers["retry-after"]) > 1) == (429, True)
            assert (await client.get("/health")).status_code == 200
            assert (await client.get("/info")).status_code == 401

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

    async def test_the_port_is_taken_from_the_start(self, port: HttpPort) -> None:
        with socket.create_connection(("127.0.0.1", port.port), timeout=20):
            pass


async def test_while_it_drains_new_messages_are_refused(held: Any, engine: Engine) -> None:
    assert await engine.drain(5) == 0
    for route in ROUTES:
        reply = await held.post(route, json=asking(route, "joy"))
        assert reply.status_code == 503, reply.text
    assert (await held.get("/health")).status_code == 503
    assert (await held.get("/v2/health/ready")).status_code == 503
