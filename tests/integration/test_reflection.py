"""The service explains itself: by reflection, and to grpcurl as docs/calling.md writes it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from grpc import StatusCode, aio
from grpc_reflection.v1alpha.reflection_pb2 import ServerReflectionRequest
from grpc_reflection.v1alpha.reflection_pb2_grpc import ServerReflectionStub

if TYPE_CHECKING:
    from emotag_service.grpc.server import Server


async def test_services_are_listed_and_described(channel: aio.Channel) -> None:
    call = ServerReflectionStub(channel).ServerReflectionInfo()
    await call.write(ServerReflectionRequest(list_services=""))
    names = [service.name for service in (await call.read()).list_services_response.service]
    assert sorted(names) == [
        "emotag.v1.EmotionService",
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
    ]
    await call.write(ServerReflectionRequest(file_containing_symbol="emotag.v1.EmotionService"))
    assert (await call.read()).file_descriptor_response.file_descriptor_proto
    await call.done_writing()
    assert await call.read() is aio.EOF


@pytest.mark.parametrize(
    ("symbol", "found"),
    [
        ("emotag.v1.EmotionService.Classify", True),
        ("emotag.v1.Tag", True),
        ("emotag.v1.EmotionService.Forget", False),
        ("emotag.v2.EmotionService.Classify", False),
        ("", False),
    ],
)
async def test_symbols_are_found_down_to_methods(channel: aio.Channel, symbol: str, found: bool) -> None:
    call = ServerReflectionStub(channel).ServerReflectionInfo()
    await call.write(ServerReflectionRequest(file_containing_symbol=symbol))
    reply = await call.read()
    assert bool(reply.file_descriptor_response.file_descriptor_proto) is found
    assert reply.HasField("error_response") is not found
    call.cancel()


async def test_garbage_is_invalid(channel: aio.Channel) -> None:
    call = channel.stream_stream("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo")()
    await call.write(b"\xff")
    with pytest.raises(aio.AioRpcError) as caught:
        await call.read()
    assert caught.value.code() is StatusCode.INVALID_ARGUMENT


def _tool(name: str) -> str:
    shared = Path(os.environ.get("EMOTAG_SHARED", Path(__file__).parents[2].parent / "shared"))
    found = shutil.which(name) or shutil.which(name, path=shared / "tools")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


async def _grpcurl(server: Server, *arguments: str, stdin: str = "") -> str:
    address = f"127.0.0.1:{server.port}"
    return await _run("grpcurl", "-plaintext", *arguments[:-1], address, arguments[-1], stdin=stdin)


async def _run(tool: str, *arguments: str, stdin: str = "") -> str:
    process = await asyncio.create_subprocess_exec(
        _tool(tool), *arguments,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate(stdin.encode())
    assert process.returncode == 0, err.decode()
    return out.decode()


async def test_grpcurl_lists(server: Server) -> None:
    assert "emotag.v1.EmotionService" in (await _grpcurl(server, "list")).split()


async def test_grpcurl_classifies(server: Server) -> None:
    data = json.dumps({"messages": [{"id": "m1", "text": "joy"}, {"id": "m2"}], "options": {"all_scores": True}})
    reply = json.loads(await _grpcurl(server, "-d", data, "emotag.v1.EmotionService/Classify"))
    assert [(tag["message_id"], tag.get("label")) for tag in reply["tags"]] == [("m1", "joy"), ("m2", None)]
    assert len(reply["tags"][0]["scores"]) == 7


async def test_grpcurl_streams(server: Server) -> None:
    frames = "".join(json.dumps({"messages": [{"text": text}]}) for text in ("joy", "what"))
    out = await _grpcurl(server, "-d", "@", "emotag.v1.EmotionService/StreamClassify", stdin=frames)
    assert out.count('"message_id"') == 2
    assert out.index('"start"') < out.index('"joy"') < out.rindex('"anger"')


async def test_grpcurl_asks_for_health_and_model(server: Server) -> None:
    assert "SERVING" in await _grpcurl(server, "grpc.health.v1.Health/Check")
    assert json.loads(await _grpcurl(server, "emotag.v1.EmotionService/GetModelInfo"))["model"]["name"] == "scripted"


@pytest.mark.parametrize(
    ("method", "data"),
    [
        ("Classify", {"messages": [{"text": "joy"}]}),
        ("StreamClassify", [{"messages": [{"text": "joy"}, {"text": "what"}]}, {"messages": [{"text": "joy"}]}]),
    ],
)
async def test_ghz_finds_no_error(server: Server, method: str, data: object) -> None:
    options = ("--insecure", "-n", "300", "-c", "8", "-O", "json", "--call", f"emotag.v1.EmotionService/{method}")
    report = json.loads(await _run("ghz", *options, "-d", json.dumps(data), f"127.0.0.1:{server.port}"))
    assert report["statusCodeDistribution"] == {"OK": 300}
