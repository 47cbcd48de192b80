"""The HTTP front: each API answers, and refuses, as those who know it expect."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from starlette.responses import JSONResponse

from emotag_service.http import classify
from tests.integration.calls import count_by_turn
from tests.integration.scripted import MAX_TOKENS
from tests.integration.web import CLASSIFY, INFER, asking

if TYPE_CHECKING:
    from emotag_service.engine.engine import Engine

_HEADER = "inference-header-content-length"


def labels(predictions: list[dict[str, Any]]) -> list[str]:
    return [one["label"] for one in predictions]


class TestPredict:
    @pytest.mark.parametrize("inputs", ["so much joy", ["so much joy"]])
    async def test_one_text_has_one_list_with_the_highest_score_first(self, http_client: Any, inputs: Any) -> None:
        found = (await http_client.post("/predict", json={"inputs": inputs})).json()
        assert found[0]["label"] == "joy"
        assert len(found) == 7
        scores = [one["score"] for one in found]
        assert scores == sorted(scores, reverse=True)

    async def test_several_texts_have_a_list_each(self, http_client: Any) -> None:
        found = (await http_client.post("/predict", json={"inputs": [["joy"], ["no"]]})).json()
        assert [labels(each)[0] for each in found] == ["joy", "anger"]

    async def test_a_taxonomy_can_be_asked_for(self, http_client: Any, engine: Engine) -> None:
        reply = await http_client.post("/predict?taxonomy=goemotions", json={"inputs": "joy"})
        assert set(labels(reply.json())) == set(engine.model.taxonomy("goemotions").labels)

    async def test_raw_scores_are_log_odds(self, http_client: Any) -> None:
        plain = (await http_client.post("/predict", json={"inputs": "joy"})).json()
        raw = (await http_client.post("/predict", json={"inputs": "joy", "raw_scores": True})).json()
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
        self, http_client: Any, body: Any, status: int, kind: str, says: str
    ) -> None:
        reply = await http_client.post("/predict", content=json.dumps(body).encode())
        assert (reply.status_code, reply.json()["error_type"]) == (status, kind)
        assert says in reply.json()["error"]

    async def test_a_long_text_is_cut_unless_that_is_refused(self, http_client: Any) -> None:
        assert (await http_client.post("/predict", json={"inputs": "joy " * (MAX_TOKENS + 1)})).status_code == 200

    @pytest.mark.parametrize("path", ["/", "/invocations"])
    async def test_other_paths_of_a_classifier_are_the_same(self, http_client: Any, path: str) -> None:
        for body in ({"inputs": [["joy"], ["no"]], "raw_scores": True}, {"inputs": ["a", "b"]}):
            asked, found = await http_client.post("/predict", json=body), await http_client.post(path, json=body)
            assert (found.status_code, found.json()) == (asked.status_code, asked.json())

    async def test_a_model_that_fails_is_424(self, http_client: Any) -> None:
        reply = await http_client.post("/predict", json={"inputs": "poison"})
        assert (reply.status_code, reply.json()["error_type"]) == (424, "Backend")

    async def test_the_model_is_described(self, http_client: Any, engine: Engine) -> None:
        info = (await http_client.get("/info")).json()
        assert info["model_type"]["classifier"]["id2label"]["0"] == engine.model.taxonomies[0].labels[0]
        assert info["max_input_length"] == MAX_TOKENS
        for path in ("/health", "/", "/ping"):
            assert (await http_client.get(path)).status_code == 200


class TestClassify:
    async def test_each_message_has_its_tag_or_its_error(self, http_client: Any) -> None:
        body = {"messages": [{"id": "a", "text": "joy"}, {"id": "b", "text": ""}], "options": {"allScores": True}}
        found = (await http_client.post(CLASSIFY, json=body)).json()
        assert [tag["messageId"] for tag in found["tags"]] == ["a", "b"]
        assert found["tags"][0]["label"] == "joy"
        assert len(found["tags"][0]["scores"]) == 7
        assert found["tags"][1]["error"]["details"][0]["reason"] == "INVALID_MESSAGE"
        assert found["model"]["digest"]

    async def test_the_names_of_the_contract_are_read_too(self, http_client: Any) -> None:
        body = {"messages": [{"text": "joy", "conversation_id": "c"}], "options": {"all_scores": True, "top_k": 1}}
        assert len((await http_client.post(CLASSIFY, json=body)).json()["tags"][0]["scores"]) == 7

    @pytest.mark.parametrize(
        ("body", "says"),
        [
            ({"messages": []}, "messages: is empty"),
            ({"messages": "joy"}, "must have messages, a list"),
            ({"message": []}, "must have messages, a list"),
            ({"messages": None}, "messages: is empty"),
            ({"messages": 0}, "must have messages, a list"),
            ({"messages": [{"text": "joy"}], "options": {"taxonomy": "x"}}, "options.taxonomy"),
            ({"messages": [{"text": "joy"}], "options": 5}, "options: "),
            ([], "must be a JSON object"),
        ],
    )
    async def test_what_is_wrong_is_said_as_connect_does(self, http_client: Any, body: Any, says: str) -> None:
        headers = {"content-type": "application/json"}
        reply = await http_client.post(CLASSIFY, content=json.dumps(body).encode(), headers=headers)
        assert (reply.status_code, reply.json()["code"]) == (400, "invalid_argument")
        assert says in reply.json()["message"]
        assert reply.json()["details"][0]["type"] == "google.rpc.ErrorInfo"

    @pytest.mark.parametrize(
        ("wrong", "says"),
        [
            ({"txt": "joy", "id": "b"}, 'message: Message type "emotag.v1.Message" has no field named "txt"'),
            ({"text": 7, "id": "b"}, "message: Failed to parse text field"),
            ({"id": "b", "text": "x", "sentAt": "yesterday"}, "message: Failed to parse sentAt field"),
            ({"text": "cut \ud83d", "id": "b"}, "message: "),
            ({"\ud800": 7, "id": "b"}, "message: "),
            ({"id": "\ud800", "text": "joy"}, "message: "),
            (7, "message: "),
            (None, "message: "),
        ],
    )
    async def test_what_is_no_message_costs_itself_alone(self, http_client: Any, wrong: Any, says: str) -> None:
        body = json.dumps({"messages": [{"id": "a", "text": "joy"}, wrong, {"id": "c", "text": "no"}]}).encode()
        headers = {"content-type": "application/json"}
        first, failed, last = (await http_client.post(CLASSIFY, content=body, headers=headers)).json()["tags"]
        assert [(tag["messageId"], tag["label"]) for tag in (first, last)] == [("a", "joy"), ("c", "anger")]
        assert failed["messageId"] == "b" or wrong in (7, None) or wrong["id"] != "b"
        assert failed["error"]["message"].startswith(says)
        assert failed["error"]["details"][0]["reason"] == "INVALID_MESSAGE"
        alone = await http_client.post(CLASSIFY, content=json.dumps({"messages": [wrong]}).encode(), headers=headers)
        assert alone.json()["tags"][0]["error"] == failed["error"]

    async def test_null_is_a_field_that_is_not_set_and_types_have_no_case(self, http_client: Any) -> None:
        body = json.dumps({"messages": [{"text": "joy", "id": None}], "options": None}).encode()
        reply = await http_client.post(CLASSIFY, content=body, headers={"content-type": "Application/JSON; x=y"})
        assert reply.json()["tags"][0]["label"] == "joy"

    @pytest.mark.parametrize("option", ["priority", "reply_order"])
    async def test_a_number_beyond_all_is_the_form_of_no_option(self, http_client: Any, option: str) -> None:
        body = b'{"messages": [{"text": "joy"}], "options": {"%b": 1e400}}' % option.encode()
        reply = await http_client.post(CLASSIFY, content=body, headers={"content-type": "application/json"})
        assert (reply.status_code, reply.json()["code"]) == (400, "invalid_argument")
        assert reply.json()["message"] == "options: is not the JSON form of this message"

    @pytest.mark.parametrize(("explain", "expected"), [(True, [4] * 17 + [2]), (False, [64, 6])])
    async def test_others_have_turns_while_a_reply_is_put_together(
        self, http_client: Any, monkeypatch: pytest.MonkeyPatch, explain: bool, expected: list[int]
    ) -> None:
        counts = count_by_turn(monkeypatch, classify, "add_tag")
        plain, written = JSONResponse.render, []

        def noting(response: JSONResponse, content: Any) -> bytes:
            written.append(plain(response, content))
            return written[-1]

        monkeypatch.setattr(JSONResponse, "render", noting)
        sent = [{"id": f"ä{number}", "text": "joy here"} for number in range(70)]
        reply = await http_client.post(CLASSIFY, json={"messages": sent, "options": {"explain": explain}})
        assert counts[: len(expected)] == expected
        assert len(written) == len(expected) + 1  # the model
        tags = reply.json()["tags"]
        assert [tag["messageId"] for tag in tags] == [one["id"] for one in sent]
        assert all(("tokenWeights" in tag) is explain for tag in tags)
        assert reply.headers["content-type"] == "application/json"
        assert reply.content == plain(JSONResponse(None), {"tags": tags, "model": reply.json()["model"]})

    async def test_another_type_of_content_is_refused(self, http_client: Any) -> None:
        reply = await http_client.post(CLASSIFY, content=b"x", headers={"content-type": "application/proto"})
        assert (reply.status_code, reply.json()["code"]) == (415, "invalid_argument")

    async def test_what_does_not_come_before_its_deadline_is_an_error(self, http_client: Any) -> None:
        reply = await http_client.post(CLASSIFY, json=asking(CLASSIFY, "joy"), headers={"connect-timeout-ms": "0"})
        assert reply.json()["tags"][0]["error"]["code"] == 4
        reply = await http_client.post("/predict", json={"inputs": "joy"}, headers={"connect-timeout-ms": "0"})
        assert (reply.status_code, reply.json()["error_type"]) == (504, "Backend")


class TestClassifications:
    async def test_all_taxonomies_are_targets(self, http_client: Any, engine: Engine) -> None:
        found = (await http_client.post("/v1/classifications", json={"model": "emotag", "input": ["joy", "no"]})).json()
        assert found["model"] == "emotag"
        assert [set(result) for result in found["results"]] == [{one.name for one in engine.model.taxonomies}] * 2
        scores = found["results"][0]["basic"]["scores"]
        assert max(scores, key=scores.get) == "joy"

    async def test_all_targets_have_one_deadline(
        self, http_held: Any, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        submit, deadlines = engine.submit, []

        def noting(*args: Any, deadline: float | None, **kwargs: Any) -> Any:
            deadlines.append(deadline)
            return submit(*args, deadline=deadline, **kwargs)

        monkeypatch.setattr(engine, "submit", noting)
        headers = {"connect-timeout-ms": "60000"}
        reply = await http_held.post("/v1/classifications", json={"input": "joy"}, headers=headers)
        assert reply.status_code == 200
        assert (len(deadlines), len(set(deadlines))) == (4, 1)

    async def test_some_can_be_chosen(self, http_client: Any) -> None:
        body = {"input": "joy", "targets": ["sentiment"]}
        assert set((await http_client.post("/v1/classifications", json=body)).json()["results"][0]) == {"sentiment"}

    @pytest.mark.parametrize(
        ("body", "status", "says"),
        [
            ({"model": "gpt", "input": "joy"}, 404, "model: there is only emotag"),
            ({"model": [], "input": "joy"}, 404, "model: there is only emotag"),
            ({"model": {}, "input": "joy"}, 404, "model: there is only emotag"),
            ({"input": 7}, 400, "input: must be"),
            ({"input": ["joy", ""]}, 400, "input[1]: is empty"),
            ({"input": "joy", "targets": []}, 400, "targets: must be"),
            ({"input": "joy", "targets": ["x"]}, 400, "taxonomy"),
        ],
    )
    async def test_what_is_wrong_is_said(self, http_client: Any, body: Any, status: int, says: str) -> None:
        reply = await http_client.post("/v1/classifications", json=body)
        assert (reply.status_code, reply.json()["object"]) == (status, "error")
        assert says in reply.json()["message"]


class TestInference:
    async def test_server_and_model_are_described(self, http_client: Any, engine: Engine) -> None:
        assert (await http_client.get("/v2")).json()["extensions"] == ["binary_tensor_data"]
        model = (await http_client.get("/v2/models/emotag?taxonomy=ekman")).json()
        assert model["properties"]["labels"] == ",".join(engine.model.taxonomy("ekman").labels)
        assert (await http_client.get("/v2/models/emotag/ready")).json() == {"ready": True}

    async def test_a_reply_names_its_model(self, http_client: Any, engine: Engine) -> None:
        found = (await http_client.post(INFER, json=asking(INFER, "joy", "no"))).json()
        identity = engine.model.identity
        assert (found["model_version"], found["parameters"]["digest"]) == (identity.version, identity.digest)

    async def test_the_taxonomy_can_be_a_parameter(self, http_client: Any) -> None:
        found = (
            await http_client.post(INFER, json={**asking(INFER, "joy"), "parameters": {"taxonomy": "sentiment"}})
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
            ({"outputs": [{"name": []}]}, "outputs: must name"),
            ({"outputs": [{"name": {}}]}, "outputs: must name"),
            (
                {"outputs": [{"name": "scores"}, {"name": "scores"}]},
                "outputs: must name OUTPUT_TEXT, scores or both, each once",
            ),
            ({"outputs": [{"name": "scores", "parameters": {"classification": 3}}]}, "only binary_data"),
            ({"parameters": {"taxonomy": ["x"]}}, "taxonomy"),
            ({"parameters": {"taxonomy": "\ud800"}}, "taxonomy"),
            ({"id": "\ud800"}, "id: must be"),
            ({"id": 7}, "id: must be"),
        ],
    )
    async def test_what_is_wrong_is_said(self, http_client: Any, change: Any, says: str) -> None:
        reply = await http_client.post(INFER, content=json.dumps({**asking(INFER, "joy"), **change}).encode())
        assert reply.status_code == 400
        assert says in reply.json()["error"]

    @pytest.mark.parametrize("tail", [b"\x05\0\0\0joy", b"\x03\0\0", b"\x01\0\0\0\xff"])
    async def test_broken_binary_tensors_are_refused(self, http_client: Any, tail: bytes) -> None:
        tensor = {
            "name": "INPUT_TEXT", "datatype": "BYTES", "shape": [1], "parameters": {"binary_data_size": len(tail)}
        }  # fmt: skip
        head = json.dumps({"inputs": [tensor]}).encode()
        size = {"inference-header-content-length": str(len(head))}
        assert (await http_client.post(INFER, content=head + tail, headers=size)).status_code == 400
        assert (
            await http_client.post(INFER, content=head + tail, headers={**size, _HEADER: "9999"})
        ).status_code == 400

    async def test_another_model_or_version_is_not_found(self, http_client: Any) -> None:
        for path in ("/v2/models/bert", "/v2/models/emotag/versions/9"):
            assert (await http_client.get(path)).status_code == 404
