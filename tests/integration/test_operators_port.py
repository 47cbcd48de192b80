"""`emotag serve --ops-port`: what an operator sees of a real process, from its start to its drain."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from grpc import aio

from emotag.v1.emotion_service_pb2 import ClassifyRequest, GetModelInfoRequest
from emotag.v1.emotion_service_pb2_grpc import EmotionServiceStub
from tests.integration.calls import frame, messages, read_tags
from tests.integration.process import Serving, stuck_checkpoint
from tests.unit.ops.helpers import get, names, samples, value

if TYPE_CHECKING:
    from pathlib import Path

PROMTOOL = os.environ.get("EMOTAG_TEST_PROMTOOL") or shutil.which("promtool")


def _operators(server: Serving) -> int:
    [opened] = server.logged("operators port opened")
    port: int = opened["port"]
    return port


async def test_calls_and_tags_are_counted(checkpoint: Path) -> None:
    async with Serving(checkpoint, "--ops-port", "0") as server:
        port = _operators(server)
        async with aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            stub = EmotionServiceStub(channel)
            await stub.Classify(ClassifyRequest(messages=messages("joy", "thank you", "")))
            await stub.GetModelInfo(GetModelInfoRequest())
            with pytest.raises(aio.AioRpcError):
                await channel.unary_unary("/emotag.v1.EmotionService/Classify")(b"\xff garbage")
            call = stub.StreamClassify()
            await call.write(frame("joy", "i am angry"))
            await read_tags(call, 2)
            during = samples((await get(port, "metrics")).text)
            await call.done_writing()
            assert await call.read() is aio.EOF
            after = samples((await get(port, "metrics")).text)
    assert value(during, "emotag_requests_open", method="StreamClassify") == 1
    assert value(after, "emotag_requests_open", method="StreamClassify") == 0
    for method in ("Classify", "StreamClassify", "GetModelInfo"):
        assert value(after, "emotag_requests_total", method=method, code="OK") == 1
    assert value(after, "emotag_requests_total", method="Classify", code="INVALID_ARGUMENT") == 1
    assert value(after, "emotag_request_duration_seconds_count", method="Classify") == 2
    assert value(after, "emotag_messages_total") == 5
    assert value(after, "emotag_message_failures_total", reason="INVALID_MESSAGE") == 1
    tags = {labels: count for (name, labels), count in after.items() if name == "emotag_tags_total"}
    assert sum(tags.values()) == 4
    assert value(after, "emotag_drift_window_tags", taxonomy="basic") == 4
    assert value(after, "process_resident_memory_bytes") > 0


async def test_readiness_follows_the_drain_and_liveness_does_not(checkpoint: Path) -> None:
    async with Serving(checkpoint, "--ops-port", "0", "--drain-seconds", "600") as server:
        port = _operators(server)
        assert (await get(port, "readyz")).status == 200
        async with aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            call = EmotionServiceStub(channel).StreamClassify()
            await call.write(frame("joy"))
            await read_tags(call, 1)
            server.send(signal.SIGTERM)
            assert (await call.read()).HasField("drain")
            ready, live = await get(port, "readyz"), await get(port, "livez")
            assert (ready.status, live.status) == (503, 200)
            assert "stopping" in ready.text
            await call.done_writing()
        assert await server.exit_code() == 0


async def test_a_server_that_does_not_come_to_load_is_not_healthy(checkpoint: Path, tmp_path: Path) -> None:
    stuck = stuck_checkpoint(checkpoint, tmp_path / "stuck")
    async with Serving(stuck, "--ops-port", "0", ready=b"operators port opened") as server:
        found = samples((await get(_operators(server), "metrics")).text)
    assert value(found, "emotag_healthy") == 0


async def test_the_build_is_told(checkpoint: Path) -> None:
    async with Serving(checkpoint, "--ops-port", "0") as server:
        shown = json.loads((await get(_operators(server), "buildinfo")).text)
    assert (shown["model"]["name"], shown["model"]["version"]) == ("tiny", "0.1.0")
    assert shown["model"]["taxonomies"]["basic"][-1] == "neutral"


async def test_http_requests_are_counted_by_route(checkpoint: Path) -> None:
    async with Serving(checkpoint, "--ops-port", "0", "--http-port", "0", "--http-taxonomy", "ekman") as server:
        [opened] = server.logged("http port opened")
        assert (await get(opened["port"], "v2/health/ready")).status == 200
        assert len(json.loads((await get(opened["port"], "info")).text)["model_type"]["classifier"]["id2label"]) == 7
        assert (await get(opened["port"], "v2/models/bert")).status == 404
        found = samples((await get(_operators(server), "metrics")).text)
        server.send(signal.SIGTERM)
        assert await server.exit_code() == 0
    assert value(found, "emotag_http_requests_total", route="/info", status="200") == 1
    assert value(found, "emotag_http_requests_total", route="/v2/models/{model}", status="404") == 1
    assert value(found, "emotag_http_request_duration_seconds_count", route="/info") == 1
    assert value(found, "emotag_http_requests_open", route="/info") == 0


async def test_without_the_option_there_is_no_port_and_no_web_server(checkpoint: Path) -> None:
    async with Serving(checkpoint) as server:
        assert server.logged("operators port opened") == []
    code = (
        "import sys; from types import SimpleNamespace; import emotag_service.service;"
        "from emotag_service.cli import serve, tag_topic; from emotag_service.cli.operators import operators_port;"
        "operators_port(SimpleNamespace(ops_port=None), None);"
        "print(sorted({'starlette', 'uvicorn', 'prometheus_client'} & set(sys.modules)))"
    )
    assert await _output(sys.executable, "-c", code) == (0, "[]\n")


async def test_names_are_stable_from_the_first_scrape_on(checkpoint: Path) -> None:
    """A series that only appears with its first event has no rate for it: alerts would miss the first failure."""
    async with Serving(checkpoint, "--ops-port", "0") as server:
        port = _operators(server)
        before = names(samples((await get(port, "metrics")).text))
        async with aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            await EmotionServiceStub(channel).Classify(ClassifyRequest(messages=messages("joy", "")))
        assert names(samples((await get(port, "metrics")).text)) == before


async def test_faults_of_ours_are_counted_from_zero(checkpoint: Path) -> None:
    async with Serving(checkpoint, "--ops-port", "0", "--http-port", "0") as server:
        found = samples((await get(_operators(server), "metrics")).text)
    for method in ("Classify", "StreamClassify", "GetModelInfo", "ModelInfer"):
        for code in ("INTERNAL", "UNKNOWN"):
            assert value(found, "emotag_requests_total", method=method, code=code) == 0
    for route, status in (("/predict", "424"), ("/v1/classifications", "500"), ("/v1/stream", "500")):
        assert value(found, "emotag_http_requests_total", route=route, status=status) == 0


@pytest.mark.skipif(PROMTOOL is None, reason="no promtool: install prometheus, or name one in EMOTAG_TEST_PROMTOOL")
async def test_promtool_finds_nothing_to_say_of_the_metrics(checkpoint: Path) -> None:
    async with Serving(checkpoint, "--ops-port", "0") as server:
        text = (await get(_operators(server), "metrics")).text
    ours = "".join(part for part in text.splitlines(keepends=True) if "emotag_" in part)
    assert await _output(str(PROMTOOL), "check", "metrics", stdin=ours) == (0, "")


async def _output(*command: str, stdin: str = "") -> tuple[int | None, str]:
    """Exit code of a command, and all that it says."""
    process = await asyncio.create_subprocess_exec(
        *command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    said, _ = await process.communicate(stdin.encode())
    return process.returncode, said.decode()
