"""The OpenAPI document of the HTTP front."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import version
from typing import Any

from emotag.v1.emotion_service_pb2 import Priority, ReplyOrder
from emotag_service.http.predict import HEALTH, PREDICT

Schema = dict[str, Any]

_TEXT = {"type": "string", "minLength": 1, "description": "What an agent said: at most 64 KiB, not blank."}
_STRING, _NUMBER, _FLAG, _ANY = {"type": "string"}, {"type": "number"}, {"type": "boolean"}, {"type": "object"}
_PRIORITY = _STRING | {"enum": list(Priority.keys())}
_TAXONOMY = {
    "name": "taxonomy",
    "in": "query",
    "schema": _STRING,
    "description": "Labels to answer in, such as basic or goemotions; the server's default without it.",
}
_STREAM_OPTIONS = (
    _TAXONOMY,
    {"name": "all_scores", "in": "query", "schema": {"type": "boolean", "default": False}},
    {"name": "top_k", "in": "query", "schema": {"type": "integer", "minimum": 0, "maximum": 99999, "default": 0}},
    {"name": "explain", "in": "query", "schema": {"type": "boolean", "default": False}},
    {"name": "priority", "in": "query", "schema": _PRIORITY},
)
_REFUSED = ("400", "401", "403", "404", "408", "413", "415", "422", "424", "429", "499", "500", "503", "504")


def _object(required: str, **properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": required.split()}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


_TEI_ERROR = _object("error error_type", error=_STRING, error_type=_STRING)
_OIP_ERROR = _object("error", error=_STRING)
_V1_ERROR = _object("object message type code", object=_STRING, message=_STRING, type=_STRING, code={"type": "integer"})
_CONNECT_ERROR = _object("code message", code=_STRING, message=_STRING, details=_list(_ANY))
_PREDICTIONS = _list(_object("label score", label=_STRING, score=_NUMBER))
_MESSAGE = _object(
    "text", text=_TEXT, id=_STRING, conversationId=_STRING, sender=_STRING, sentAt=_STRING, timeToLive=_STRING
)
_TAG = _object(
    "messageId",
    messageId=_STRING,
    label=_STRING,
    score=_NUMBER,
    labels=_list(_STRING),
    scores=_list(_NUMBER),
    error=_ANY,
)
_TENSOR = _object(
    "name datatype shape",
    name=_STRING,
    datatype=_STRING,
    shape=_list({"type": "integer"}),
    data={"type": "array"},
    parameters=_ANY,
)


@lru_cache(maxsize=1)
def document() -> Schema:
    """The document, in JSON's types."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "emotag",
            "version": version("emotag"),
            "description": "Tags what agents say to each other with emotions. Scores are calibrated probabilities, "
            "each for itself: they need not sum to 1.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {**_tei(), **_own(), **_inference()},
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{}, {"token": []}],
    }


def _tei() -> Schema:
    batch = _list({"type": "array", "items": _TEXT, "minItems": 1, "maxItems": 1}) | {"minItems": 1}
    one = {"type": "array", "items": _TEXT, "minItems": 1, "maxItems": 1}
    request = _object(
        "inputs",
        inputs={"anyOf": [_TEXT, one, batch]},
        truncate={"type": ["boolean", "null"], "description": "false refuses texts that are read in part only."},
        raw_scores={"type": ["boolean", "null"], "description": "true gives log odds in place of probabilities."},
        truncation_direction={"type": "string", "enum": ["Right", "right"]},
    )
    replied = {"anyOf": [_PREDICTIONS, _list(_PREDICTIONS)]}
    paths: Schema = {path: {} for path in (*PREDICT, *HEALTH)}
    for path in PREDICT:
        paths[path]["post"] = _route("Scores of labels, as TEI has them", replied, _TEI_ERROR, request, _TAXONOMY)
    for path in HEALTH:
        paths[path]["get"] = _route("200 while messages are welcome", None, _TEI_ERROR)
    return paths | {
        "/info": {"get": _route("Model and limits, as TEI has them", _ANY, _TEI_ERROR, None, _TAXONOMY)},
        "/openapi.json": {"get": _route("This document", _ANY, _OIP_ERROR)},
    }


def _own() -> Schema:
    options = _object(
        "",
        taxonomy=_STRING,
        allScores=_FLAG,
        topK={"type": "integer", "minimum": 0},
        explain=_FLAG,
        replyOrder=_STRING | {"enum": list(ReplyOrder.keys())},
        priority=_PRIORITY,
    )
    options |= {"required": [], "additionalProperties": False}
    request = _object("messages", messages=_list(_MESSAGE), options=options)
    replied = _object("tags", tags=_list(_TAG), model=_ANY)
    asked = _object("input", input={"anyOf": [_TEXT, _list(_TEXT)]}, model=_STRING, targets=_list(_STRING))
    results = _object("id model results", id=_STRING, model=_STRING, results=_list(_ANY))
    lines = {"application/x-ndjson": {"schema": _STRING}}
    stream = _route("Messages in, tags out, a JSON object a line", None, _CONNECT_ERROR, None, *_STREAM_OPTIONS)
    stream["requestBody"] = {"content": lines, "required": True}
    stream["responses"]["200"]["content"] = lines
    return {
        "/emotag.v1.EmotionService/Classify": {
            "post": _route("Classify of emotag.v1, as Connect has it", replied, _CONNECT_ERROR, request)
        },
        "/v1/classifications": {"post": _route("Scores by taxonomy, as Mistral has them", results, _V1_ERROR, asked)},
        "/v1/stream": {"post": stream},
    }


def _inference() -> Schema:
    request = _object("inputs", id=_STRING, inputs=_list(_TENSOR), outputs=_list(_ANY), parameters=_ANY)
    replied = _object("model_name outputs", model_name=_STRING, outputs=_list(_TENSOR), parameters=_ANY)
    paths: Schema = {
        "/v2": {"get": _route("The server", _ANY, _OIP_ERROR)},
        "/v2/health/live": {"get": _route("200 while it answers", _object("live", live=_FLAG), _OIP_ERROR)},
        "/v2/health/ready": {"get": _ready("200 while messages are welcome")},
    }
    model, version = _in_path("model", enum=["emotag"]), _in_path("version", description="That of the live model.")
    for prefix, names in (("/v2/models/{model}", [model]), ("/v2/models/{model}/versions/{version}", [model, version])):
        asked = _route("Labels and scores of texts", replied, _OIP_ERROR, request, *names, _TAXONOMY)
        paths[prefix] = {"get": _route("Tensors of the model", _ANY, _OIP_ERROR, None, *names, _TAXONOMY)}
        paths[prefix + "/ready"] = {"get": _ready("The same as /v2/health/ready", *names)}
        paths[prefix + "/infer"] = {"post": asked}
    return paths


def _in_path(name: str, **schema: Any) -> Schema:
    return {"name": name, "in": "path", "required": True, "schema": _STRING | schema}


def _ready(summary: str, *names: Schema) -> Schema:
    """A route that says with 503, too, that it is not."""
    ready = _object("ready", ready=_FLAG)
    route = _route(summary, ready, _OIP_ERROR, None, *names)
    route["responses"]["503"] = {"description": "no message is welcome", "content": _json(ready)}
    return route


def _route(
    summary: str, replied: Schema | None, error: Schema, request: Schema | None = None, *query: Schema
) -> Schema:
    responses: Schema = {code: {"description": "refused", "content": _json(error)} for code in _REFUSED}
    responses["200"] = {"description": "answered"} | ({"content": _json(replied)} if replied is not None else {})
    route: Schema = {"summary": summary, "responses": responses}
    if query:
        route["parameters"] = list(query)
    if request is not None:
        route["requestBody"] = {"required": True, "content": _json(request)}
    return route


def _json(schema: Schema) -> Schema:
    return {"application/json": {"schema": schema}}
