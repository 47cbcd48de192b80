"""The Open Inference Protocol (v2) of KServe, Triton and others, with Triton's binary tensors."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from emotag_service.contract.decode import plain_messages
from emotag_service.contract.status import refusal, refuse_failed
from emotag_service.contract.tensors import (
    INPUT,
    LABEL,
    NAME,
    SCORES,
    check_model,
    check_shape,
    makers,
    packed,
    place,
    scores_of,
    tensors,
    unpacked,
    wrong,
)
from emotag_service.engine.options import Options
from emotag_service.http.desk import json_object
from emotag_service.messages.text import legible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

    from emotag_service.engine.tag import Tag
    from emotag_service.http.desk import Desk

_HEADER = "inference-header-content-length"


class Inference:
    """Answers the routes below /v2."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def server(self, request: Request) -> Response:
        """The server and what it knows beyond the protocol."""
        with self._desk.visit(request):
            return JSONResponse({"name": NAME, "version": version("emotag"), "extensions": ["binary_tensor_data"]})

    async def live(self, _request: Request) -> Response:
        """200 while it answers."""
        return JSONResponse({"live": True})

    async def ready(self, request: Request) -> Response:
        """200 while messages are welcome, of the server and of the model."""
        if "model" in request.path_params:
            self._check_model(request)
        ready = self._desk.engine.healthy
        return JSONResponse({"ready": ready}, 200 if ready else 503)

    async def model(self, request: Request) -> Response:
        """Tensors of the model; its properties name the labels in the order of the scores."""
        if not self._desk.protection.model_info:
            raise refusal("PERMISSION_DENIED", "MODEL_INFO_OFF", "model info is switched off")
        with self._desk.visit(request):
            self._check_model(request)
            taxonomy = self._desk.options(request).taxonomy
            labels = self._desk.engine.model.taxonomy(taxonomy).labels
            inputs, outputs = tensors(labels)
            return JSONResponse(
                {
                    "name": NAME,
                    "versions": [self._desk.engine.model.identity.version],
                    "platform": "emotag",
                    "inputs": inputs,
                    "outputs": outputs,
                    "properties": {"taxonomy": taxonomy, "labels": ",".join(labels)},
                }
            )

    async def infer(self, request: Request) -> Response:
        """Labels and scores of texts."""
        with self._desk.visit(request) as visit:
            self._check_model(request)
            body = await visit.body()
            cut = _header_size(request, len(body))
            asked = json_object(body[:cut])
            identifier = asked.get("id", "")
            if not isinstance(identifier, str) or legible(identifier) != identifier:
                raise wrong("id", "must be a string of UTF-8")
            texts = _texts(asked.get("inputs"), body[cut:], self._desk.limits.frame_messages)
            parameters = _mapping(asked.get("parameters"), "parameters")
            wanted = _outputs(asked.get("outputs"), binary=parameters.get("binary_data_output") is True)
            options = self._desk.options(request)
            if "taxonomy" in parameters:
                options = self._desk.engine.check_options(Options(parameters["taxonomy"], all_scores=True))
            names = [place(index) for index in range(len(texts))]
            messages = plain_messages(texts, names)
            visit.charge(len(texts))
            tags = await visit.tag(messages, options)
            refuse_failed(tags, names)
            labels = self._desk.engine.model.taxonomy(options.taxonomy).labels
            number, digest = makers(tags, self._desk.engine.model.identity)
            head = {
                "model_name": NAME,
                "model_version": number,
                "parameters": {"taxonomy": options.taxonomy, "labels": ",".join(labels), "digest": digest},
            }
            if "id" in asked:
                head["id"] = identifier
            return _reply(head, tags, wanted)

    def _check_model(self, request: Request) -> None:
        check_model(self._desk.engine, request.path_params["model"], request.path_params.get("version", ""))


def _header_size(request: Request, size: int) -> int:
    """Where the JSON ends and binary tensors begin."""
    given = request.headers.get(_HEADER)
    if given is None:
        return size
    if not (given.isascii() and given.isdecimal() and len(given) < 12 and int(given) <= size):
        raise wrong(_HEADER, "must be the number of bytes of the JSON in front")
    return int(given)


def _texts(inputs: Any, binary: bytes, most: int) -> list[Any]:
    """The texts of the one input."""
    tensor = inputs[0] if isinstance(inputs, list) and len(inputs) == 1 else None
    if not isinstance(tensor, dict) or tensor.get("name") != INPUT or tensor.get("datatype") != "BYTES":
        raise wrong("inputs", f"must be one tensor {INPUT} of datatype BYTES")
    shape = tensor.get("shape")
    if not isinstance(shape, list) or not all(type(one) is int and one >= 0 for one in shape) or len(shape) > 2:
        raise wrong("inputs[0].shape", "must be [N] or [N, 1]")
    size = _mapping(tensor.get("parameters"), "inputs[0].parameters").get("binary_data_size")
    if size is not None and size != len(binary):
        raise wrong("inputs[0].parameters.binary_data_size", f"must be the {len(binary):,} bytes behind the JSON")
    texts = _flat(tensor.get("data")) if size is None else unpacked(binary, most)
    check_shape(shape, len(texts))
    return texts


def _flat(data: Any) -> list[Any]:
    if not isinstance(data, list):
        raise wrong("inputs[0].data", "must be a list of texts")
    return [one[0] if isinstance(one, list) and len(one) == 1 else one for one in data]


def _outputs(asked: Any, *, binary: bool) -> list[tuple[str, bool]]:
    """Names of the outputs that are wanted, and whether each is to be binary."""
    if asked is None or asked == []:
        return [(LABEL, binary), (SCORES, binary)]
    wanted: dict[str, bool] = {}
    for one in asked if isinstance(asked, list) else [None]:
        # a tuple, since a set can not be asked for a list, which JSON may give
        if not isinstance(one, dict) or one.get("name") not in (LABEL, SCORES) or one["name"] in wanted:
            raise wrong("outputs", f"must name {LABEL}, {SCORES} or both, each once")
        parameters = _mapping(one.get("parameters"), "outputs.parameters")
        if not parameters.keys() <= {"binary_data"}:
            raise wrong("outputs.parameters", "only binary_data is known")
        wanted[one["name"]] = parameters.get("binary_data", binary) is True
    return list(wanted.items())


def _reply(head: dict[str, Any], tags: Sequence[Tag], wanted: list[tuple[str, bool]]) -> Response:
    scores = scores_of(tags)
    outputs, blobs = [], []
    for name, binary in wanted:
        output: dict[str, Any] = {"name": name, "datatype": "BYTES", "shape": [len(tags)]}
        if name == SCORES:
            output |= {"datatype": "FP32", "shape": list(scores.shape)}
        if binary:
            blobs.append(scores.tobytes() if name == SCORES else packed(tags))
            output["parameters"] = {"binary_data_size": len(blobs[-1])}
        else:
            output["data"] = scores.ravel().tolist() if name == SCORES else [tag.label for tag in tags]
        outputs.append(output)
    if not blobs:
        return JSONResponse({**head, "outputs": outputs})
    text = json.dumps({**head, "outputs": outputs}).encode()
    return Response(b"".join([text, *blobs]), headers={_HEADER: str(len(text))}, media_type="application/octet-stream")


def _mapping(value: Any, name: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise wrong(name, "must be an object")
    return value
