"""A server of the contract, on a real port, whose answers tests script. By default it tags everything as it should."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import grpc
from google.protobuf import any_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2

from emotag.v1 import emotion_service_pb2 as pb
from emotag.v1 import message_pb2, model_info_pb2, tag_pb2
from emotag.v1.emotion_service_pb2_grpc import EmotionServiceServicer, add_EmotionServiceServicer_to_server

LABELS = {"ekman": ["joy", "anger", "neutral"], "sentiment": ["positive", "negative"]}
LIMITS = model_info_pb2.Limits(max_text_bytes=65_536, max_frame_bytes=16 << 20, max_frame_messages=256, max_tokens=128)
StreamScript = Callable[[Iterator[pb.StreamClassifyRequest], grpc.ServicerContext], Iterator[pb.StreamClassifyResponse]]


def status(
    code: str, message: str, *, reason: str = "", name: str = "", retry: float | None = None
) -> status_pb2.Status:
    """A google.rpc.Status with the details that the service sends."""
    details = []
    if name:
        violation = error_details_pb2.BadRequest.FieldViolation(field=name, description=message)
        details.append(error_details_pb2.BadRequest(field_violations=[violation]))
    if reason:
        details.append(error_details_pb2.ErrorInfo(reason=reason, domain="emotag.v1"))
    if retry is not None:
        hint = error_details_pb2.RetryInfo()
        hint.retry_delay.FromNanoseconds(int(retry * 1e9))
        details.append(hint)
    packed = []
    for detail in details:
        packed.append(any_pb2.Any())
        packed[-1].Pack(detail)
    return status_pb2.Status(code=code_pb2.Code.Value(code), message=message, details=packed)


def abort(context: grpc.ServicerContext, error: status_pb2.Status) -> None:
    """End a call with a rich status."""
    code = next(one for one in grpc.StatusCode if one.value[0] == error.code)
    context.set_trailing_metadata((("grpc-status-details-bin", error.SerializeToString()),))
    context.abort(code, error.message)


def full(retry: float | None = 0.0) -> status_pb2.Status:
    return status("RESOURCE_EXHAUSTED", "the queue is full", reason="QUEUE_FULL", retry=retry)


@dataclass
class ScriptedServer(EmotionServiceServicer):
    """The service. `refuse` says of a message whether it is refused now; `stream_scripts` are played one per stream.

    Attributes:
        texts: Every text that was received, in order of arrival.
        calls: How many calls of each method there were.
    """

    refuse: Callable[[message_pb2.Message], status_pb2.Status | None] = lambda message: None
    stream_scripts: deque[StreamScript] = field(default_factory=deque)
    call_failures: deque[status_pb2.Status] = field(default_factory=deque)
    model: model_info_pb2.ModelIdentity = field(
        default_factory=lambda: model_info_pb2.ModelIdentity(name="m", version="1", digest="d1")
    )
    labels: dict[str, list[str]] = field(
        default_factory=lambda: {name: list(labels) for name, labels in LABELS.items()}
    )
    limits: model_info_pb2.Limits = field(default_factory=lambda: LIMITS)
    texts: list[str] = field(default_factory=list)
    frames: list[int] = field(default_factory=list)
    calls: dict[str, int] = field(default_factory=lambda: {"Classify": 0, "StreamClassify": 0, "GetModelInfo": 0})
    metadata: list[dict[str, str]] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def start(self, port: int = 0, credentials: grpc.ServerCredentials | None = None) -> ScriptedServer:
        options = [("grpc.so_reuseport", 0), ("grpc.max_receive_message_length", self.limits.max_frame_bytes)]
        self.server = grpc.server(ThreadPoolExecutor(40), options=options)
        add_EmotionServiceServicer_to_server(self, self.server)
        address = f"127.0.0.1:{port}"
        self.port = (
            self.server.add_secure_port(address, credentials) if credentials else self.server.add_insecure_port(address)
        )
        self.server.start()
        return self

    def stop(self) -> None:
        self.server.stop(0).wait()

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self.port}"

    def _received(self, method: str, context: grpc.ServicerContext) -> None:
        self.calls[method] += 1
        self.metadata.append({key: value for key, value in context.invocation_metadata() if isinstance(value, str)})
        if self.call_failures:
            abort(context, self.call_failures.popleft())

    def tag(self, message: message_pb2.Message, options: pb.ClassifyOptions) -> tag_pb2.Tag:
        self.texts.append(message.text)
        error = self.refuse(message)
        if error is None and not message.text:
            error = status("INVALID_ARGUMENT", "text: is empty", reason="INVALID_MESSAGE", name="text")
        if error is not None:
            return tag_pb2.Tag(message_id=message.id, error=error)
        labels = self.labels[options.taxonomy or "ekman"]
        best = len(message.text) % len(labels)
        tag = tag_pb2.Tag(
            message_id=message.id,
            label=labels[best],
            score=0.75,
            labels=[labels[best]],
            queue_seconds=0.25,
            compute_seconds=0.5,
        )
        if options.all_scores:
            tag.scores.extend(0.75 if i == best else 0.125 for i in range(len(labels)))
        if options.explain:
            tag.token_weights.extend(tag_pb2.TokenWeight(token=word, weight=0.5) for word in message.text.split())
        return tag

    def Classify(self, request: pb.ClassifyRequest, context: grpc.ServicerContext) -> pb.ClassifyResponse:  # noqa: N802 - the contract names it
        self._received("Classify", context)
        self.frames.append(len(request.messages))
        if request.options.taxonomy not in ("", *self.labels):
            abort(context, status("INVALID_ARGUMENT", "no such taxonomy", name="options.taxonomy"))
        return pb.ClassifyResponse(
            tags=[self.tag(message, request.options) for message in request.messages], model=self.model
        )

    def start_frame(self, options: pb.ClassifyOptions) -> pb.StreamClassifyResponse:
        taxonomy = options.taxonomy or "ekman"
        start = pb.StreamStart(model=self.model, taxonomy=taxonomy, labels=self.labels[taxonomy], limits=self.limits)
        return pb.StreamClassifyResponse(start=start)

    def StreamClassify(self, requests, context):  # noqa: N802 - as above
        self._received("StreamClassify", context)
        context.add_callback(self.ended.set)
        yield from (self.stream_scripts.popleft() if self.stream_scripts else self.echo)(requests, context)

    def echo(
        self, requests: Iterator[pb.StreamClassifyRequest], context: grpc.ServicerContext
    ) -> Iterator[pb.StreamClassifyResponse]:
        """Answer everything, frame by frame, in order."""
        options = pb.ClassifyOptions()
        for number, request in enumerate(requests):
            if number == 0:
                options = request.options
                if options.taxonomy not in ("", *self.labels):
                    abort(context, status("INVALID_ARGUMENT", "no such taxonomy", name="options.taxonomy"))
                yield self.start_frame(options)
            self.frames.append(len(request.messages))
            if request.messages:
                yield pb.StreamClassifyResponse(tags=[self.tag(message, options) for message in request.messages])

    def GetModelInfo(self, request: pb.GetModelInfoRequest, context: grpc.ServicerContext) -> pb.GetModelInfoResponse:  # noqa: N802
        self._received("GetModelInfo", context)
        taxonomies = [
            model_info_pb2.TaxonomyInfo(name=name, labels=labels, thresholds=[0.5] * len(labels))
            for name, labels in self.labels.items()
        ]
        return pb.GetModelInfoResponse(model=self.model, taxonomies=taxonomies, limits=self.limits)
