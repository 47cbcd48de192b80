"""What /openapi.json says of the HTTP front holds: requests made from it are answered as it says."""

from __future__ import annotations

import asyncio
import importlib
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings

from emotag.v1.emotion_service_pb2 import ClassifyOptions
from emotag_service.access.callers import Callers
from emotag_service.access.protection import Protection
from emotag_service.http.app import make_app
from emotag_service.http.desk import Desk
from emotag_service.http.openapi import document
from emotag_service.http.settings import HttpSettings
from tests.integration.web import STREAM, line

if TYPE_CHECKING:
    from emotag_service.engine.engine import Engine
    from emotag_service.http.port import HttpPort

EXAMPLES = 25
PATHS = document()["paths"]
READY = ("/v2/health/ready", "/v2/models/{model}/ready", "/v2/models/{model}/versions/{version}/ready")


async def test_every_route_is_in_the_document_and_no_other(engine: Engine) -> None:
    protection = Protection()
    app, _ = make_app(Desk(engine, Callers(engine, protection.quota), HttpSettings(), protection))
    there = {(route.path, method.lower()) for route in app.routes for method in route.methods - {"HEAD"}}
    assert {(path, method) for path, methods in PATHS.items() for method in methods} == there
    assert len(there) >= 19


@pytest.mark.parametrize("path", PATHS)
def test_every_part_of_a_path_is_described(path: str) -> None:
    for described in PATHS[path].values():
        parts = [one["name"] for one in described.get("parameters", []) if one["in"] == "path"]
        assert parts == re.findall(r"{(\w+)}", path)


async def test_every_option_of_a_stream_is_described_and_taken(http_client: Any) -> None:
    options = {one["name"]: one["schema"] for one in PATHS[STREAM]["post"]["parameters"]}
    refused = (await http_client.post(STREAM, params={"nope": "1"})).json()["message"]
    assert set(options) == set(re.split(r", | and ", refused.removeprefix("only ").removesuffix(" are known")))
    for name, schema in options.items():
        values = {"boolean": ["true", "false"], "integer": ["0", "99999"], "string": schema.get("enum", ["basic"])}
        for value in values[schema["type"]]:
            reply = await http_client.post(STREAM, params={name: value}, content=line(text="joy"))
            assert (reply.status_code, reply.json().get("label")) == (200, "joy")


def test_every_option_of_classify_is_described() -> None:
    [described] = PATHS["/emotag.v1.EmotionService/Classify"].values()
    schema = described["requestBody"]["content"]["application/json"]["schema"]["properties"]["options"]
    assert set(schema["properties"]) == {field.json_name for field in ClassifyOptions.DESCRIPTOR.fields}


async def test_who_is_not_ready_says_so_in_the_words_of_the_document(http_held: Any, engine: Engine) -> None:
    await engine.drain(5)
    version = engine.model.identity.version
    for path in READY:
        reply = await http_held.get(path.format(model="emotag", version=version))
        described = PATHS[path]["get"]["responses"]["503"]["content"]["application/json"]["schema"]
        assert (reply.status_code, reply.json()) == (503, {"ready": False})
        assert described["required"] == list(described["properties"]) == ["ready"]


async def test_requests_made_from_the_document_are_answered_as_it_says(http_port: HttpPort) -> None:
    await asyncio.to_thread(_examine, f"http://127.0.0.1:{http_port.port}")


def _examine(url: str) -> None:
    # Here and not above: it takes two seconds to import, for which every process that only collects tests would wait.
    schemathesis = pytest.importorskip("schemathesis", reason="no schemathesis: pip install schemathesis")
    conformance = importlib.import_module("schemathesis.specs.openapi.checks")
    checks = [
        schemathesis.checks.not_a_server_error,
        conformance.status_code_conformance,
        conformance.content_type_conformance,
        conformance.response_headers_conformance,
        conformance.response_schema_conformance,
    ]
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    # It cannot make lines of JSON, and leaves out the document itself.
    operations = [found.ok() for found in schema.exclude(path="/v1/stream").get_all_operations()]
    assert len(operations) == sum(map(len, PATHS.values())) - 2
    for operation in operations:

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def examine(case: Any) -> None:
            # Which texts are blank, or which tensors are not of their shape, no schema can say: those are refused.
            case.call_and_validate(checks=checks)

        examine()
