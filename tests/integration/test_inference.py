"""The Open Inference Protocol over gRPC: Triton's own client, tensors in both forms, and what is wrong with requests."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import pytest_asyncio
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status
from grpc import StatusCode, aio

from emotag_service.access.grant import new_token
from emotag_service.access.protection import Protection, Quota
from emotag_service.contract.inference import inference_pb2 as pb
from emotag_service.grpc.access import INFERENCE_NAME
from emotag_service.grpc.server import Server
from tests.e2e.pages import blocks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from emotag_service.engine.engine import Engine

TEXTS = ["so much joy", "I am so angry", "Ärger – 怒り joy"]
LABELS = ["joy", "anger", "joy"]


@pytest_asyncio.fixture(loop_scope="session")
async def target(engine: Engine) -> AsyncIterator[str]:
    server = Server("127.0.0.1", 0)
    await server.start(engine)
    yield f"127.0.0.1:{server.port}"
    await server.stop()


def _triton(target: str, outputs: list[str]) -> Any:
    """What Triton's client gets, in a thread of its own."""
    triton = pytest.importorskip("tritonclient.grpc", reason="no tritonclient: pip install 'tritonclient[grpc]'")
    with triton.InferenceServerClient(target) as client:
        assert client.is_server_live()
        assert client.is_server_ready()
        assert client.is_model_ready("emotag")
        assert client.get_server_metadata().name == "emotag"
        metadata = client.get_model_metadata("emotag")
        assert [(one.name, one.datatype, list(one.shape)) for one in metadata.inputs] == [("INPUT_TEXT", "BYTES", [-1])]
        texts = triton.InferInput("INPUT_TEXT", [len(TEXTS)], "BYTES")
        texts.set_data_from_numpy(np.array([text.encode() for text in TEXTS], dtype=np.object_))
        asked = [triton.InferRequestedOutput(name) for name in outputs]
        found = client.infer("emotag", [texts], outputs=asked or None, request_id="r1")
        assert found.get_response().id == "r1"
        with pytest.raises(Exception, match="there is no model"):
            client.infer("bert", [texts])
        texts.set_data_from_numpy(np.array([b"joy", b"", b"joy"], dtype=np.object_))
        with pytest.raises(Exception, match="is empty"):
            client.infer("emotag", [texts])
        return found.as_numpy("OUTPUT_TEXT"), found.as_numpy("scores")


@pytest.mark.parametrize("outputs", [[], ["scores", "OUTPUT_TEXT"]], ids=["all", "named"])
async def test_tritons_client(engine: Engine, target: str, outputs: list[str]) -> None:
    labels, scores = await asyncio.to_thread(_triton, target, outputs)
    assert [one.decode() for one in labels] == LABELS
    assert [engine.model.taxonomies[0].labels[column] for column in scores.argmax(axis=1)] == LABELS
    assert (scores.shape, scores.dtype) == ((3, 7), np.float32)


def _request(*texts: bytes, **fields: Any) -> pb.ModelInferRequest:
    request = pb.ModelInferRequest(**{"model_name": "emotag", "id": "r1", **fields})
    tensor = request.inputs.add(name="INPUT_TEXT", datatype="BYTES", shape=[len(texts)])
    tensor.contents.bytes_contents.extend(texts)
    return request


async def _infer(target: str, request: pb.ModelInferRequest | bytes, token: str = "") -> pb.ModelInferResponse:
    async with aio.insecure_channel(target, [("grpc.max_send_message_length", -1)]) as channel:
        data = request if isinstance(request, bytes) else request.SerializeToString()
        method = channel.unary_unary(f"/{INFERENCE_NAME}/ModelInfer")
        metadata = [("authorization", f"Bearer {token}")] if token else []
        reply: pb.ModelInferResponse = pb.ModelInferResponse.FromString(await method(data, metadata=metadata))
        return reply


async def _refused(target: str, request: pb.ModelInferRequest | bytes) -> tuple[StatusCode, str, str]:
    with pytest.raises(aio.AioRpcError) as refused:
        await _infer(target, request)
    packed = dict(refused.value.trailing_metadata() or ())["grpc-status-details-bin"]
    info = ErrorInfo()
    assert Status.FromString(packed).details[0].Unpack(info)  # type: ignore[arg-type]
    return refused.value.code(), info.reason, str(refused.value.details())


async def test_tritons_client_as_the_page_says(target: str, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tritonclient.grpc", reason="no tritonclient: pip install 'tritonclient[grpc]'")
    [snippet] = [block for page, block in blocks("python") if page == "docs/http.md"]
    await asyncio.to_thread(exec, compile(snippet.replace("localhost:50051", target), "docs/http.md", "exec"), {})
    assert "anger" in capsys.readouterr().out  # as the scripted model says of all but joy


async def test_elements_that_came_as_such_are_answered_as_such(engine: Engine, target: str) -> None:
    reply = await _infer(target, _request(*[text.encode() for text in TEXTS]))
    labels, scores = reply.outputs
    assert (labels.name, labels.datatype, list(labels.shape)) == ("OUTPUT_TEXT", "BYTES", [3])
    assert [one.decode() for one in labels.contents.bytes_contents] == LABELS
    assert (scores.name, scores.datatype, list(scores.shape)) == ("scores", "FP32", [3, 7])
    assert len(scores.contents.fp32_contents) == 21
    assert not reply.raw_output_contents
    assert (reply.model_name, reply.model_version, reply.id) == ("emotag", engine.model.identity.version, "r1")
    assert reply.parameters["digest"].string_param == engine.model.identity.digest
    assert reply.parameters["labels"].string_param.split(",") == list(engine.model.taxonomies[0].labels)


async def test_the_taxonomy_is_a_parameter(engine: Engine, target: str) -> None:
    request = _request(b"so much joy")
    request.parameters["taxonomy"].string_param = engine.model.taxonomies[1].name
    reply = await _infer(target, request)
    assert list(reply.outputs[1].shape) == [1, len(engine.model.taxonomies[1].labels)]


@pytest.mark.parametrize("choice", [{"int64_param": 5}, {"bool_param": True}, {}])
async def test_a_taxonomy_that_is_no_text_is_refused(target: str, choice: dict[str, Any]) -> None:
    request = _request(b"so much joy")
    request.parameters["taxonomy"].CopyFrom(pb.InferParameter(**choice))
    code, reason, text = await _refused(target, request)
    assert (code, reason) == (StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST")
    assert text.startswith("parameters.taxonomy: must be a string_param")


def _shaped(*shape: int) -> pb.ModelInferRequest:
    request = _request(b"one", b"two")
    request.inputs[0].shape[:] = shape
    return request


def _wanting(*names: str) -> pb.ModelInferRequest:
    request = _request(b"one")
    for name in names:
        request.outputs.add(name=name)
    return request


def _raw(*blobs: bytes, count: int = 1, **fields: Any) -> pb.ModelInferRequest:
    request = _request(raw_input_contents=blobs, **fields)
    request.inputs[0].shape[:] = [count]
    return request


async def test_one_column_is_as_good_as_none(target: str) -> None:
    assert (await _infer(target, _shaped(2, 1))).outputs[0].shape == [2]


@pytest.mark.parametrize(
    ("request_", "reason", "problem"),
    [
        (_request(b"one", model_name="bert"), "NO_MODEL", "but emotag"),
        (_request(b"one", model_version="0"), "NO_MODEL", "but emotag"),
        (pb.ModelInferRequest(model_name="emotag"), "INVALID_REQUEST", "must be one tensor INPUT_TEXT"),
        (_shaped(3), "INVALID_REQUEST", "inputs[0].shape"),
        (_shaped(2, 2), "INVALID_REQUEST", "inputs[0].shape"),
        (_shaped(), "INVALID_REQUEST", "inputs[0].shape"),
        (_wanting("logits"), "INVALID_REQUEST", "outputs: must name"),
        (_wanting("scores", "scores"), "INVALID_REQUEST", "outputs: must name OUTPUT_TEXT, scores or both, each once"),
        (_request(b"fine", b"\xff"), "INVALID_REQUEST", "INPUT_TEXT[1]: is not UTF-8"),
        (_request(b"fine", b""), "INVALID_MESSAGE", "INPUT_TEXT[1]: is empty"),
        (_request(), "NO_MESSAGES", ""),
        (_raw(b"\x09\x00\x00\x00cut"), "INVALID_REQUEST", "cut off"),
        (_raw(b"\x01\x00\x00\x00a", b"\x01\x00\x00\x00b"), "INVALID_REQUEST", "raw_input_contents"),
        (_raw(b"\x01\x00\x00\x00a", count=2), "INVALID_REQUEST", "inputs[0].shape"),
        (_request(*[b"x"] * 1_025), "TOO_MANY_MESSAGES", "at most 1024"),
        (_raw(b"\x00" * 4 * 1_025, count=1_025), "TOO_MANY_MESSAGES", "at most 1024"),
        (_raw(b"\x00" * 8_000_000, count=2_000_000), "TOO_MANY_MESSAGES", "at most 1024"),
        (b"\xff\xff\xff", "MALFORMED_REQUEST", "is not a"),
    ],
    ids=lambda value: "" if isinstance(value, pb.ModelInferRequest | bytes) else str(value)[:24],
)
async def test_what_is_wrong_is_named(
    target: str, request_: pb.ModelInferRequest | bytes, reason: str, problem: str
) -> None:
    code, said, text = await _refused(target, request_)
    assert said == reason
    assert problem in text
    assert code is (StatusCode.NOT_FOUND if reason == "NO_MODEL" else StatusCode.INVALID_ARGUMENT)


def _field(number: int, content: bytes) -> bytes:
    size, varint = len(content), b""
    while size > 0x7F:
        varint += bytes([size & 0x7F | 0x80])
        size >>= 7
    return bytes([number << 3 | 2]) + varint + bytes([size]) + content


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (_field(5, _field(5, _field(8, b"") * 200_000)), "TOO_MANY_MESSAGES"),
        (_field(5, _field(5, _field(2, b"\x01" * 200_000))), "MALFORMED_REQUEST"),
        (_field(5, _field(5, _field(8, b"") * 1_024) * 64) * 64, "MALFORMED_REQUEST"),
        (_field(5, b"") * 200_000, "MALFORMED_REQUEST"),
        (_field(6, b"") * 200_000, "MALFORMED_REQUEST"),
        (_field(6, _field(2, b"") * 200_000), "MALFORMED_REQUEST"),
        (_field(4, _field(1, b"k")) * 200_000, "MALFORMED_REQUEST"),
        (_field(15, b"") * 200_000, "MALFORMED_REQUEST"),
    ],
    ids=["texts", "numbers", "texts of many inputs", "inputs", "outputs", "nested", "parameters", "unknown"],
)
async def test_what_would_be_costly_to_parse_is_refused_before(target: str, data: bytes, reason: str) -> None:
    assert (await _refused(target, data))[1] == reason


async def test_a_large_blob_is_no_bomb(target: str) -> None:
    text = b"joy " * 15_000
    reply = await _infer(target, _raw(len(text).to_bytes(4, "little") + text))
    assert reply.raw_output_contents[0] == b"\x03\x00\x00\x00joy"


async def test_a_token_is_asked_for_but_not_by_probes(engine: Engine, tmp_path: Path) -> None:
    made = {scope: new_token(scope, [scope]) for scope in ("classify", "admin")}
    (tmp_path / "tokens").write_text("".join(f"{grant.line()}\n" for _, grant in made.values()))
    server = Server("127.0.0.1", 0, protection=Protection(tokens=tmp_path / "tokens"))
    await server.start(engine)
    target = f"127.0.0.1:{server.port}"
    try:
        assert (await _infer(target, _request(b"joy"), made["classify"][0])).id == "r1"
        for token, code in (("", StatusCode.UNAUTHENTICATED), (made["admin"][0], StatusCode.PERMISSION_DENIED)):
            with pytest.raises(aio.AioRpcError) as refused:
                await _infer(target, _request(b"joy"), token)
            assert refused.value.code() is code
        async with aio.insecure_channel(target) as channel:
            for method in ("ServerLive", "ServerReady", "ModelReady"):
                asked = pb.ModelReadyRequest(name="emotag").SerializeToString() if method == "ModelReady" else b""
                reply = await channel.unary_unary(f"/{INFERENCE_NAME}/{method}")(asked)
                assert pb.ServerReadyResponse.FromString(reply).ready
    finally:
        await server.stop()


async def test_a_quota_is_one_for_both_services(engine: Engine) -> None:
    server = Server("127.0.0.1", 0, protection=Protection(quota=Quota(messages_per_second=0.001)))
    await server.start(engine)
    target = f"127.0.0.1:{server.port}"
    try:
        await _infer(target, _request(b"joy"))
        assert (await _refused(target, _request(b"joy")))[:2] == (StatusCode.RESOURCE_EXHAUSTED, "QUOTA")
    finally:
        await server.stop()
