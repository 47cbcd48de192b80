"""`Classify` of emotag.v1 as JSON, by Connect's rules for unary calls, and `/v1/classifications` by Mistral's."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from starlette.responses import JSONResponse, Response

from emotag.v1.emotion_service_pb2 import ClassifyOptions, ClassifyResponse
from emotag.v1.message_pb2 import Message as WireMessage
from emotag_service.contract.decode import Intake, plain_messages, read_options
from emotag_service.contract.encode import add_tag, model_identity, model_of
from emotag_service.contract.limits import make_id
from emotag_service.contract.status import check_count, refusal, refuse_failed, refuse_if_all_may_retry
from emotag_service.contract.tensors import NAME
from emotag_service.engine.errors import InvalidMessageError
from emotag_service.engine.options import Options

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from emotag_model.checkpoint import Identity
    from emotag_service.engine.tag import Tag
    from emotag_service.http.desk import Desk

_UNREADABLE = (ParseError, ValueError, TypeError, AttributeError, OverflowError, RecursionError, SystemError)
"""What protobuf raises of documents that are none of its messages; the last for halves of surrogate pairs in names."""

_AT_ONCE = 64  # messages that are translated before others have a turn on the event loop
_EXPLAINED_AT_ONCE = 4  # the same of tags with token weights: one may have hundreds, and cost as much as 16 others


class Classify:
    """Answers `/emotag.v1.EmotionService/Classify`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def classify(self, request: Request) -> Response:
        """A ClassifyResponse for a ClassifyRequest; errors of single messages stand in their tags."""
        with self._desk.visit(request) as visit:
            kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind != "application/json":
                raise refusal("INVALID_ARGUMENT", "NOT_JSON_TYPE", "content-type: must be application/json")
            body = await visit.json()
            given = {name: value for name, value in body.items() if value is not None}  # null: a field that is not set
            messages, unknown = given.get("messages", []), body.keys() - {"messages", "options"}
            if unknown or not isinstance(messages, list):
                raise refusal("INVALID_ARGUMENT", "MALFORMED_REQUEST", "must have messages, a list, and options alone")
            wire = parsed(given.get("options", {}), ClassifyOptions(), "options")
            options = self._desk.engine.check_options(read_options(wire))
            check_count(len(messages), self._desk.limits.frame_messages)
            intake = await _intake(messages)
            visit.charge(len(messages))
            tags = intake.refused.merge(list(await visit.tag(intake.messages, options)))
            return await self._reply([tag for tag in tags if tag is not None])

    async def _reply(self, tags: list[Tag]) -> Response:
        refuse_if_all_may_retry(tags)
        named = model_of(tags, self._desk.engine.model.identity)
        # Each list without its brackets, so that they come to one list.
        found = [_rendered(documents)[1:-1] async for documents in tag_documents(tags, named)]
        model = _rendered(MessageToDict(model_identity(named)))
        body = b"".join((b'{"tags":[', b",".join(found), b'],"model":', model, b"}"))
        return Response(body, media_type=JSONResponse.media_type)


class Classifications:
    """Answers `/v1/classifications`; the targets are taxonomies."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def classify(self, request: Request) -> Response:
        """Scores of every label, by target, for each input."""
        with self._desk.visit(request) as visit:
            body = await visit.json()
            model = self._desk.engine.model
            # a tuple, since a set can not be asked for a list, which JSON may give
            if body.get("model", NAME) not in (NAME, model.identity.name):
                raise refusal("NOT_FOUND", "NO_MODEL", f"model: there is only {NAME}")
            given = body.get("input")
            texts = [given] if isinstance(given, str) else given
            if not isinstance(texts, list):
                raise refusal("INVALID_ARGUMENT", "INVALID_REQUEST", "input: must be a text, or a list of texts")
            names = ["input"] if isinstance(given, str) else [f"input[{index}]" for index in range(len(texts))]
            messages, targets = plain_messages(texts, names), self._targets(body)
            visit.charge(len(messages), times=len(targets))
            results: list[dict[str, Any]] = [{} for _ in messages]
            for options in targets:
                tags = await visit.tag(messages, options)
                refuse_failed(tags, names)
                labels = model.taxonomy(options.taxonomy).labels
                for result, tag in zip(results, tags, strict=True):
                    scores = [] if tag.scores is None else tag.scores.tolist()
                    result[options.taxonomy] = {"scores": dict(zip(labels, scores, strict=True))}
            return JSONResponse({"id": make_id(), "model": NAME, "results": results})

    def _targets(self, body: dict[str, Any]) -> list[Options]:
        engine = self._desk.engine
        names = body.get("targets", [taxonomy.name for taxonomy in engine.model.taxonomies])
        if not isinstance(names, list) or not names or not all(isinstance(name, str) and name for name in names):
            raise refusal("INVALID_ARGUMENT", "INVALID_REQUEST", "targets: must be a list of names of taxonomies")
        return [engine.check_options(Options(name, all_scores=True)) for name in dict.fromkeys(names)]


def parsed(document: Any, wire: Any, name: str) -> Any:
    """Fill a protobuf message from its JSON form.

    Raises:
        CallRefusedError: It is none; `name` says which.
    """
    try:
        return ParseDict(document, wire)
    except _UNREADABLE as error:
        raise refusal("INVALID_ARGUMENT", "MALFORMED_REQUEST", f"{name}: {_problem(error)}") from None


def read_message(document: Any, field: str) -> tuple[WireMessage, InvalidMessageError | None]:
    """A message of its JSON form.

    Returns:
        With what is wrong, named by `field`, where it is none: then it has its id alone, if that can be read.
    """
    try:
        return ParseDict(document, WireMessage()), None
    except _UNREADABLE as error:
        return _named_only(document), InvalidMessageError(field, _problem(error))


def _named_only(document: Any) -> WireMessage:
    try:
        return ParseDict({"id": document["id"]}, WireMessage())
    except (LookupError, *_UNREADABLE):
        return WireMessage()


def _problem(error: Exception) -> str:
    """What protobuf says of a document that is none of its messages; other errors are those of odd types."""
    return str(error) if isinstance(error, ParseError) else "is not the JSON form of this message"


async def tag_documents(tags: list[Tag], named: Identity) -> AsyncIterator[list[dict[str, Any]]]:
    """Yield tags in their JSON form, beside a model that is `named`: those of another say so.

    So many at once as may be translated and written before others have a turn on the event loop, which they get.
    """
    at_once = _EXPLAINED_AT_ONCE if any(tag.token_weights for tag in tags) else _AT_ONCE
    for begin in range(0, len(tags), at_once):
        if begin:
            await asyncio.sleep(0)
        response = ClassifyResponse()
        for tag in tags[begin : begin + at_once]:
            add_tag(response.tags, tag, named)
        yield [MessageToDict(tag) for tag in response.tags]


def _rendered(document: Any) -> bytes:
    return bytes(JSONResponse(document).body)


async def _intake(documents: list[Any]) -> Intake:
    """The messages of a request; what is none is answered by an error in its place, like any message."""
    wire, problems = [], {}
    for index, document in enumerate(documents):
        message, problem = read_message(document, "message")
        if problem is not None:
            problems[index] = problem
        wire.append(message)
        if index % _AT_ONCE == 0:
            await asyncio.sleep(0)
    return Intake(wire, problems)
