"""Traces and evaluation events by OpenTelemetry: providers, what the engine tells of batches, and the names of it all.

Imported only where tracing is asked for. Where spans go, how many are kept and what the process is called say the
variables of OpenTelemetry's SDK: OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER, OTEL_SERVICE_NAME, …
"""

from __future__ import annotations

import time
from contextvars import ContextVar
from dataclasses import dataclass
from importlib.metadata import version
from threading import Thread
from typing import TYPE_CHECKING

from opentelemetry._logs import SeverityNumber
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, Span, SpanKind, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from emotag.gen_ai import EVALUATION, EVALUATION_LABEL, EVALUATION_NAME, EVALUATION_SCORE, RESPONSE_ID

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from emotag_service.engine.batch import Batch
    from emotag_service.engine.caller import Entry, Job
    from emotag_service.engine.tag import Tag

MESSAGES, BATCH_MESSAGES = "emotag.messages", "emotag.batch.messages"
MOST_LINKS = 32
"""Links of one span, of a batch to what is in it."""

CONTEXT_HEADERS = frozenset({"traceparent", "tracestate"})
_NANOS = 1_000_000_000
_CLOSE_SECONDS = 5.0
_propagator = TraceContextTextMapPropagator()


@dataclass(slots=True)
class Traced:
    """What a job hangs on.

    Attributes:
        span: Parent of what the engine does with it.
        evaluated: Its tags are told as evaluation events when its batches are computed.
    """

    span: Span
    evaluated: bool


current: ContextVar[Traced | None] = ContextVar("traced", default=None)
"""What the next job that is submitted in this context hangs on."""


class Tracing:
    """Makes spans and events, and sends them from threads of its own. Implements the engine's `Observer`.

    Attributes:
        evaluations: Whether tags are told as events.
    """

    def __init__(self, name: str, *, evaluations: bool = False) -> None:
        """Make it; `name` is what the process is called where OTEL_SERVICE_NAME does not say."""
        self.evaluations = evaluations
        named = OTELResourceDetector().detect().attributes.get("service.name", name)
        resource = Resource.create({"service.name": named, "service.version": version("emotag")})
        self._spans = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._spans.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._events = LoggerProvider(resource=resource, shutdown_on_exit=False)
        if evaluations:
            self._events.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
        self.tracer = self._spans.get_tracer("emotag")
        self._logger = self._events.get_logger("emotag")

    def close(self) -> None:
        """Send what is left, for five seconds at most: where nobody listens the SDK would try on and on."""
        ending = [Thread(target=provider.shutdown, daemon=True) for provider in (self._spans, self._events)]
        for thread in ending:
            thread.start()
        until = time.monotonic() + _CLOSE_SECONDS
        for thread in ending:
            thread.join(max(0.0, until - time.monotonic()))

    def submitted(self, job: Job) -> None:
        """See `Observer`."""
        job.trace = current.get()

    def computed(self, batch: Batch, tags: Sequence[Tag]) -> None:
        """See `Observer`."""
        traced: dict[Job, list[tuple[Entry, Tag]]] = {}
        for entry, tag in zip(batch.entries, tags, strict=True):
            if entry.job.trace is not None:
                traced.setdefault(entry.job, []).append((entry, tag))
        recorded = {job: pairs for job, pairs in traced.items() if job.trace.span.is_recording()}
        if recorded:
            self._span_batch(batch, tags[0].compute_seconds, recorded)
        for job, pairs in traced.items():
            if job.trace.evaluated:
                self._tell(job, pairs)

    def _span_batch(self, batch: Batch, seconds: float, recorded: Mapping[Job, list[tuple[Entry, Tag]]]) -> None:
        offset = time.time_ns() - time.monotonic_ns()  # the engine's clock is monotonic, spans are of the day
        taken = int(batch.taken * _NANOS) + offset
        ended = taken + int(seconds * _NANOS)
        size = {BATCH_MESSAGES: len(batch.entries)}
        links = [Link(job.trace.span.get_span_context()) for job in list(recorded)[:MOST_LINKS]]
        whole = self.tracer.start_span("emotag.batch", Context(), links=links, attributes=size, start_time=taken)
        whole.end(ended)
        for job, pairs in recorded.items():
            parent = set_span_in_context(job.trace.span)
            admitted = int(pairs[0][0].admitted * _NANOS) + offset
            self.tracer.start_span("emotag.queue", parent, start_time=admitted).end(taken)
            compute = self.tracer.start_span(
                "emotag.compute",
                parent,
                attributes={MESSAGES: len(pairs), **size},
                links=[Link(whole.get_span_context())],
                start_time=taken,
            )
            compute.end(ended)

    def _tell(self, job: Job, pairs: Sequence[tuple[Entry, Tag]]) -> None:
        for _, tag in pairs:
            if tag.error is None:
                names = {RESPONSE_ID: tag.message_id}
                self.evaluation(job.trace.span, job.options.taxonomy, tag.label, tag.score, names)

    def evaluation(self, span: Span, taxonomy: str, label: str, score: float, names: Mapping[str, str]) -> None:
        """Tell a tag as an event of what `span` evaluated; of `names` those that are empty are left out."""
        self._logger.emit(
            event_name=EVALUATION,
            timestamp=time.time_ns(),
            context=set_span_in_context(span),
            severity_number=SeverityNumber.INFO,
            attributes={
                EVALUATION_NAME: f"emotion.{taxonomy}",
                EVALUATION_LABEL: label,
                EVALUATION_SCORE: score,
                **{name: value for name, value in names.items() if value},
            },
        )

    def outgoing(self, name: str) -> tuple[tuple[str, str], ...]:
        """Return metadata by which calls of another service hang on a span of this name, which says that they began."""
        span = self.tracer.start_span(name, kind=SpanKind.CLIENT)
        span.end()
        return tuple(context_of(span).items())


def parent(carrier: Mapping[str, str]) -> Context:
    """Return the context that a caller or a record brought; an empty one where it has none, or a malformed one."""
    return _propagator.extract(carrier, Context())


def context_of(span: Span) -> dict[str, str]:
    """Return traceparent, and tracestate where there is one, of a span."""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier, set_span_in_context(span))
    return carrier
