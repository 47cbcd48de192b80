"""The Open Inference Protocol (v2) over gRPC, as clients of KServe and Triton speak it."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import grpc

from emotag_service.contract.decode import plain_messages
from emotag_service.contract.inference import inference_pb2 as pb
from emotag_service.contract.status import CallRefusedError, check_count, make_status, refuse_failed
from emotag_service.contract.tensors import (
    INPUT,
    LABEL,
    NAME,
    SCORES,
    check_model,
    check_shape,
    decoded,
    makers,
    packed,
    place,
    scores_of,
    tensors,
    unpacked,
    wrong,
)
from emotag_service.engine.options import Options
from emotag_service.grpc.access import peer_of
from emotag_service.grpc.servicer import deadline_of
from emotag_service.grpc.wire import bounded_reader

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from grpc import aio

    from emotag_service.access.callers import Callers
    from emotag_service.access.protection import Protection
    from emotag_service.contract.limits import FrontLimits
    from emotag_service.engine.engine import Engine
    from emotag_service.engine.tag import Tag

    Context = aio.ServicerContext[Any, Any]

_REQUEST, _TENSOR = pb.ModelInferRequest, pb.ModelInferRequest.InferInputTensor
_RAW = _REQUEST.RAW_INPUT_CONTENTS_FIELD_NUMBER
_TEXTS = pb.InferTensorContents.BYTES_CONTENTS_FIELD_NUMBER
# Where texts lie in a request: in its inputs' contents. Nothing else in one has many parts.
_WAY = (_REQUEST.INPUTS_FIELD_NUMBER, _TENSOR.CONTENTS_FIELD_NUMBER, _TEXTS)


class InferenceServicer:
    """Answers the protocol's methods by an engine, in its default taxonomy unless `parameters` names another."""

    def __init__(self, engine: Engine, limits: FrontLimits, protection: Protection, callers: Callers) -> None:
        self._engine = engine
        self._limits = limits
        self._protection = protection
        self._callers = callers

    def handlers(self) -> Mapping[str, grpc.RpcMethodHandler[Any, Any]]:
        """The methods by name; by hand, since the messages are known by another name than the service."""
        behaviours: dict[str, tuple[Callable[[Any, Any], Awaitable[Any]], Callable[[bytes], Any]]] = {
            "ServerLive": (self.server_live, pb.ServerLiveRequest.FromString),
            "ServerReady": (self.server_ready, pb.ServerReadyRequest.FromString),
            "ModelReady": (self.model_ready, pb.ModelReadyRequest.FromString),
            "ServerMetadata": (self.server_metadata, pb.ServerMetadataRequest.FromString),
            "ModelMetadata": (self.model_metadata, pb.ModelMetadataRequest.FromString),
            "ModelInfer": (self.model_infer, bounded_reader(_REQUEST, _WAY, self._limits.frame_messages, _RAW)),
        }
        return {
            name: grpc.unary_unary_rpc_method_handler(behaviour, read, lambda reply: reply.SerializeToString())
            for name, (behaviour, read) in behaviours.items()
        }

    async def server_live(self, _request: pb.ServerLiveRequest, _context: Context) -> pb.ServerLiveResponse:
        """It is while it answers."""
        return pb.ServerLiveResponse(live=True)

    async def server_ready(self, _request: pb.ServerReadyRequest, _context: Context) -> pb.ServerReadyResponse:
        """It is while messages are welcome."""
        return pb.ServerReadyResponse(ready=self._engine.healthy)

    async def model_ready(self, request: pb.ModelReadyRequest, _context: Context) -> pb.ModelReadyResponse:
        """As the server is. Raises CallRefusedError for a model that is not there."""
        check_model(self._engine, request.name, request.version)
        return pb.ModelReadyResponse(ready=self._engine.healthy)

    async def server_metadata(self, _request: pb.ServerMetadataRequest, _context: Context) -> pb.ServerMetadataResponse:
        """Name and version of emotag."""
        return pb.ServerMetadataResponse(name=NAME, version=version("emotag"))

    async def model_metadata(self, request: pb.ModelMetadataRequest, _context: Context) -> pb.ModelMetadataResponse:
        """Tensors of the model; its properties name the labels in the order of the scores.

        Raises:
            CallRefusedError: It is not there, or nobody's business.
        """
        if not self._protection.model_info:
            raise CallRefusedError(make_status("PERMISSION_DENIED", "MODEL_INFO_OFF", "model info is switched off"))
        check_model(self._engine, request.name, request.version)
        taxonomy = self._engine.model.taxonomies[0]
        inputs, outputs = tensors(taxonomy.labels)
        return pb.ModelMetadataResponse(
            name=NAME,
            versions=[self._engine.model.identity.version],
            platform=NAME,
            inputs=[pb.ModelMetadataResponse.TensorMetadata(**each) for each in inputs],
            outputs=[pb.ModelMetadataResponse.TensorMetadata(**each) for each in outputs],
            properties={"taxonomy": taxonomy.name, "labels": ",".join(taxonomy.labels)},
        )

    async def model_infer(self, request: pb.ModelInferRequest, context: Context) -> pb.ModelInferResponse:
        """Labels and scores of texts.

        Raises:
            CallRefusedError: The request, or one of its texts, is wrong.
            InvalidOptionsError: The model does not have the taxonomy.
            QuotaError: The caller has used up its quota.
        """
        check_model(self._engine, request.model_name, request.model_version)
        texts, wanted = _texts(request, self._limits.frame_messages), _wanted(request)
        options = self._engine.check_options(Options(_taxonomy(request), all_scores=True))
        check_count(len(texts), self._limits.frame_messages)
        names = [place(index) for index in range(len(texts))]
        peer = peer_of(context, mutual=self._protection.mutual)
        with self._callers.account(peer) as account, self._callers.of_calls(account, peer) as caller:
            account.charge(len(texts), request.ByteSize())
            deadline = deadline_of(context)
            tags = await self._engine.classify(plain_messages(texts, names), options, caller=caller, deadline=deadline)
        refuse_failed(tags, names)
        labels = self._engine.model.taxonomy(options.taxonomy).labels
        number, digest = makers(tags, self._engine.model.identity)
        reply = pb.ModelInferResponse(model_name=NAME, model_version=number, id=request.id)
        reply.parameters["taxonomy"].string_param = options.taxonomy
        reply.parameters["labels"].string_param = ",".join(labels)
        reply.parameters["digest"].string_param = digest
        _fill(reply, tags, wanted, raw=bool(request.raw_input_contents))
        return reply


def _texts(request: pb.ModelInferRequest, most: int) -> list[str]:
    """The texts of the one input, at most so many where they came as bytes; otherwise `bounded_reader` has counted."""
    tensor = request.inputs[0] if len(request.inputs) == 1 else None
    if tensor is None or (tensor.name, tensor.datatype) != (INPUT, "BYTES"):
        raise wrong("inputs", f"must be one tensor {INPUT} of datatype BYTES")
    raw = request.raw_input_contents
    if len(raw) > 1 or (raw and tensor.contents.bytes_contents):
        raise wrong("raw_input_contents", "must be the elements of the one input, and the only ones")
    texts = unpacked(raw[0], most) if raw else decoded(tensor.contents.bytes_contents)
    check_shape(tensor.shape, len(texts))
    return texts


def _taxonomy(request: pb.ModelInferRequest) -> str:
    """The taxonomy that is asked for; empty for the default one."""
    if "taxonomy" not in request.parameters:
        return ""
    given = request.parameters["taxonomy"]
    if given.WhichOneof("parameter_choice") != "string_param":
        raise wrong("parameters.taxonomy", "must be a string_param, the name of a taxonomy")
    return given.string_param


def _wanted(request: pb.ModelInferRequest) -> list[str]:
    names = [output.name for output in request.outputs] or [LABEL, SCORES]
    # Each once: a name is a few bytes, and its output those of all texts.
    if not set(names) <= {LABEL, SCORES} or len(set(names)) < len(names):
        raise wrong("outputs", f"must name {LABEL}, {SCORES} or both, each once")
    return names


def _fill(reply: pb.ModelInferResponse, tags: Sequence[Tag], wanted: Sequence[str], *, raw: bool) -> None:
    """Put outputs into a reply, as bytes where the input came so."""
    scores = scores_of(tags)
    for name in wanted:
        output = reply.outputs.add(name=name)
        if name == LABEL:
            output.datatype = "BYTES"
            output.shape.append(len(tags))
        else:
            output.datatype = "FP32"
            output.shape.extend(scores.shape)
        if raw:
            reply.raw_output_contents.append(packed(tags) if name == LABEL else scores.tobytes())
        elif name == LABEL:
            output.contents.bytes_contents.extend(tag.label.encode() for tag in tags)
        else:
            output.contents.fp32_contents.extend(scores.ravel().tolist())
