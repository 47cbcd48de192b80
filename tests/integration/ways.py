"""The ways in of docs/ways.md that a network leads to: each is asked for something, and says in a few words what came."""

from __future__ import annotations

import asyncio
import json
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx2
from a2a.types import Message, Part, Role, SendMessageRequest, SendMessageResponse
from google.protobuf.json_format import MessageToDict
from google.rpc.code_pb2 import Code
from grpc import aio

from emotag import AsyncEmotionClient, EmotionClient, EmotionError, Retry
from emotag.integrations import OUTPUT, EmotionObserver, SeenMessage
from emotag.v1.emotion_service_pb2 import (
    ClassifyRequest,
    ClassifyResponse,
    StreamClassifyRequest,
    StreamClassifyResponse,
)
from emotag_service.contract.inference import inference_pb2 as pb
from tests.integration.calls import messages, reason, rich_status, tags_of
from tests.integration.web import CLASSIFY, INFER, asking

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from google.rpc.status_pb2 import Status

    from emotag import Tag

    Way = Callable[["Asked"], Awaitable[str]]

NOT_TEXT, GARBLED, LARGE = "not text", "garbled", "large"
LONG, MANY = "a" * 70_000, 1_025  # bytes of a text, and messages, more than are taken
ONCE = Retry(attempts=1)
_LOST = b"\xff\xfe\xfd"  # neither UTF-8 nor JSON nor protobuf
_MIB = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where servers listen: host:port of gRPC, the URLs of the others."""

    grpc: str
    http: str
    agent: str
    agent_grpc: str
    tools: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is sent where: texts, or what is wrong with the bytes instead; and by which token."""

    place: Place
    texts: tuple[str, ...] = ("joy",)
    token: str = ""
    wrong: str = ""

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"} if self.token else {}

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        return tuple(self.headers.items())

    def json(self, document: Any, large: int = 5 * _MIB) -> bytes:
        """The document, or one whose text is a number, or what is no JSON, or more than anybody reads."""
        if self.wrong == GARBLED:
            return b'{"' + _LOST
        if self.wrong == LARGE:
            return b" " * large
        written = json.dumps(document)
        return (written.replace('"joy"', "5", 1) if self.wrong == NOT_TEXT else written).encode()

    def proto(self, request: Any, large: int = 16 * _MIB + 1) -> bytes:
        """The message, or one whose text is no UTF-8, or what is no protobuf, or more than anybody reads."""
        if self.wrong == GARBLED:
            return _LOST
        if self.wrong == LARGE:
            return b"\n" * large
        written: bytes = request.SerializeToString()
        return written.replace(b"joy", _LOST, 1) if self.wrong == NOT_TEXT else written


def _status(status: Status) -> str:
    return f"{Code.Name(status.code)} {reason(status)}"


def _call(error: aio.AioRpcError) -> str:
    """How a call of gRPC ended; by details where the server gave them."""
    metadata = dict(error.trailing_metadata() or ())
    return _status(rich_status(error)) if "grpc-status-details-bin" in metadata else error.code().name


def _tags(tags: Iterable[Any]) -> str:
    """The statuses of tags, those that are alike once."""
    found = list(tags)
    return ", ".join(dict.fromkeys(f"tag: {_status(tag.error)}" if tag.HasField("error") else "a tag" for tag in found))


async def grpc(asked: Asked) -> str:
    """`Classify`."""
    async with aio.insecure_channel(asked.place.grpc) as channel:
        try:
            request = asked.proto(ClassifyRequest(messages=messages(*asked.texts)))
            reply = await channel.unary_unary(CLASSIFY)(request, metadata=asked.metadata)
        except aio.AioRpcError as error:
            return _call(error)
    return _tags(ClassifyResponse.FromString(reply).tags)


async def grpc_stream(asked: Asked) -> str:
    """`StreamClassify`."""
    async with aio.insecure_channel(asked.place.grpc) as channel:
        call = channel.stream_stream("/emotag.v1.EmotionService/StreamClassify")(metadata=asked.metadata)
        try:
            await call.write(asked.proto(StreamClassifyRequest(messages=messages(*asked.texts))))
            await call.done_writing()
            replies = [StreamClassifyResponse.FromString(reply) async for reply in call]
        except aio.AioRpcError as error:
            return _call(error)
    return _tags(tags_of(replies))


async def inference_grpc(asked: Asked) -> str:
    """`ModelInfer` of the Open Inference Protocol."""
    request = pb.ModelInferRequest(model_name="emotag")
    tensor = request.inputs.add(name="INPUT_TEXT", datatype="BYTES", shape=[len(asked.texts)])
    tensor.contents.bytes_contents.extend(map(str.encode, asked.texts))
    async with aio.insecure_channel(asked.place.grpc) as channel:
        try:
            infer = channel.unary_unary("/inference.GRPCInferenceService/ModelInfer")
            reply = await infer(asked.proto(request), metadata=asked.metadata)
        except aio.AioRpcError as error:
            return _call(error)
    return "a tag" if pb.ModelInferResponse.FromString(reply).outputs else "nothing"


def error_of(error: EmotionError) -> str:
    """An error of the SDK, raised or in a tag."""
    return " ".join(filter(None, (type(error).__name__, error.reason, error.field)))


def sdk_tags(tags: Iterable[Tag]) -> str:
    return ", ".join(dict.fromkeys(f"tag: {error_of(tag.error)}" if tag.error else "a tag" for tag in tags))


def items(asked: Asked) -> list[Any]:
    """What a program in Python would hand over."""
    large = ["joy " * 16_000] * 265  # 17 MB
    return {NOT_TEXT: [5], GARBLED: ["\ud800"], LARGE: large}.get(asked.wrong, list(asked.texts))


async def sdk(asked: Asked) -> str:
    """`EmotionClient`."""

    def call() -> str:
        with EmotionClient(asked.place.grpc, retry=ONCE, token=asked.token or None) as client:
            return sdk_tags(client.classify_many(items(asked)))

    try:
        return await asyncio.to_thread(call)
    except (EmotionError, TypeError) as error:
        return error_of(error) if isinstance(error, EmotionError) else "TypeError"


async def sdk_async(asked: Asked) -> str:
    """`AsyncEmotionClient`, by a stream."""
    try:
        async with AsyncEmotionClient(asked.place.grpc, retry=ONCE, token=asked.token or None) as client:
            return sdk_tags([tag async for tag in client.stream(items(asked))])
    except (EmotionError, TypeError) as error:
        return error_of(error) if isinstance(error, EmotionError) else "TypeError"


async def observer(asked: Asked) -> str:
    """An observer of agents, by a server."""

    def observe() -> str:
        client = EmotionClient(asked.place.grpc, retry=ONCE, token=asked.token or None)
        shown = threading.Event()

        def tagging(messages: Iterable[Any], /, *, taxonomy: str, scores: bool) -> list[Tag]:
            assert shown.wait(60)  # so that how many wait does not depend on who is faster
            return client.classify_many(messages, taxonomy=taxonomy, scores=scores)

        with client, EmotionObserver(lambda _: None, tagging=tagging) as observing:
            seen = [SeenMessage("test", OUTPUT, text) for text in items(asked)]
            observing.observe(seen * 3 if len(seen) > 1_024 else seen)  # those that are being tagged wait no more
            shown.set()
            assert observing.drain(60)
            skipped = [f"skipped: {what}" for what in observing.skipped]
            return ", ".join(["a tag"] * bool(observing.tagged) + sorted(observing.failures) + skipped)

    return await asyncio.to_thread(observe)


async def _posted(url: str, body: bytes, headers: dict[str, str]) -> httpx2.Response | None:
    """The answer; None where nobody listens."""
    async with httpx2.AsyncClient(trust_env=False, timeout=30) as client:
        try:
            return await client.post(url, content=body, headers=headers)
        except httpx2.ConnectError:
            return None


def _http(route: str, read: Callable[[Any], str]) -> Way:
    """A route of the HTTP port; `read` says what an answer of its API says beside the status."""

    async def ask(asked: Asked) -> str:
        headers = {"content-type": "application/json", **asked.headers}
        reply = await _posted(f"{asked.place.http}{route}", asked.json(asking(route, *asked.texts)), headers)
        return _said(reply, read)

    ask.__name__ = route
    return ask


def _said(reply: httpx2.Response | None, read: Callable[[Any], str]) -> str:
    if reply is None:
        return "nobody listens"
    challenge = reply.headers.get("www-authenticate", "").removeprefix('Bearer realm="emotag"')
    said = read(reply.json()) if "json" in reply.headers.get("content-type", "") else reply.text
    return f"{reply.status_code} {said}{challenge}".strip()


def _classified(answer: dict[str, Any]) -> str:
    if "code" in answer:
        return str(answer["code"])
    found = (f"tag: {Code.Name(tag['error']['code'])}" if "error" in tag else "a tag" for tag in answer["tags"])
    return ", ".join(dict.fromkeys(found))


def _inferred(answer: dict[str, Any]) -> str:
    assert answer.keys() == {"error"} or "outputs" in answer
    return "error" if "error" in answer else "a tag"


predict = _http("/predict", lambda answer: answer["error_type"] if isinstance(answer, dict) else "a tag")
inference = _http(INFER, _inferred)
classifications = _http("/v1/classifications", lambda answer: answer.get("type", "a tag"))
classify = _http(CLASSIFY, _classified)


async def lines(asked: Asked) -> str:
    """`/v1/stream`."""
    sent = b"".join(asked.json({"text": text}, large=300_000) + b"\n" for text in asked.texts)
    reply = await _posted(f"{asked.place.http}/v1/stream", sent, asked.headers)
    if reply is None or reply.status_code != 200:
        return _said(reply, lambda answer: str(answer["code"]))
    answers = map(json.loads, reply.text.splitlines())
    return "200 " + ", ".join(dict.fromkeys(map(_line, answers)))


def _line(answer: dict[str, Any]) -> str:
    code = answer.get("error", {}).get("code")
    return "a tag" if code is None else f"end: {code}" if isinstance(code, str) else f"tag: {Code.Name(code)}"


def _message(asked: Asked) -> SendMessageRequest:
    parts = [Part(text=text) for text in asked.texts]
    return SendMessageRequest(message=Message(message_id="m1", role=Role.ROLE_USER, parts=parts))


def _sent(asked: Asked) -> dict[str, Any]:
    return {"message": {"messageId": "m1", "role": "ROLE_USER", "parts": [{"text": text} for text in asked.texts]}}


def _answered(found: dict[str, Any]) -> str:
    """What a SendMessageResponse says, as JSON."""
    if "task" in found:
        state = found["task"]["status"]["state"].removeprefix("TASK_STATE_")
        said = found["task"]["status"].get("message", {}).get("parts", [])
        return " ".join([state, *(part["data"]["reason"] for part in said if "data" in part)])
    said = [part["data"] for part in found["message"]["parts"] if "data" in part]
    return ", ".join(f"part: {one['reason']}" if one["status"] == "FAILED" else "a tag" for one in said)


async def a2a_rpc(asked: Asked) -> str:
    """A2A by JSON-RPC."""
    call = {"jsonrpc": "2.0", "id": 1, "method": "SendMessage", "params": _sent(asked)}
    reply = await _posted(f"{asked.place.agent}/", asked.json(call), {"A2A-Version": "1.0", **asked.headers})
    return _said(reply, lambda answer: _answered(answer["result"]) if "result" in answer else _rpc_error(answer))


def _rpc_error(answer: dict[str, Any]) -> str:
    return str(answer["error"].get("status", answer["error"]["code"]))


async def a2a_rest(asked: Asked) -> str:
    """A2A by REST."""
    headers = {"A2A-Version": "1.0", "content-type": "application/json", **asked.headers}
    reply = await _posted(f"{asked.place.agent}/message:send", asked.json(_sent(asked)), headers)
    return _said(reply, lambda answer: str(answer["error"]["status"]) if "error" in answer else _answered(answer))


async def a2a_grpc(asked: Asked) -> str:
    """A2A by gRPC."""
    metadata = (*asked.metadata, ("a2a-version", "1.0"))
    async with aio.insecure_channel(asked.place.agent_grpc) as channel:
        send = channel.unary_unary("/lf.a2a.v1.A2AService/SendMessage")
        try:
            reply = await send(asked.proto(_message(asked), large=5 * _MIB), metadata=metadata)
        except aio.AioRpcError as error:
            return _call(error)
    return _answered(MessageToDict(SendMessageResponse.FromString(reply)))


async def mcp_http(asked: Asked) -> str:
    """MCP by streamable HTTP."""
    headers = {"accept": "application/json, text/event-stream", "content-type": "application/json", **asked.headers}
    reply = await _posted(asked.place.tools, asked.json(tool_call(asked.texts, 1)), headers)
    return _said(reply, lambda answer: tool_said(answer) if "jsonrpc" in answer else _rpc_error(answer))


def tool_call(texts: Iterable[Any], number: int) -> dict[str, Any]:
    params = {"name": "classify_emotions", "arguments": {"texts": list(texts)}}
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}


def tool_said(answer: dict[str, Any]) -> str:
    """An error of the protocol, an error of the tool, or what the tool says of each text."""
    if "error" in answer:
        return f"error {answer['error']['code']}"
    if answer["result"].get("isError"):
        return "isError"
    found = answer["result"]["structuredContent"]["emotions"]
    return ", ".join(dict.fromkeys("a tag" if one["error"] is None else "an error" for one in found))
