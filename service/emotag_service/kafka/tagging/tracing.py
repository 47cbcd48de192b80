"""Spans of records: one of each, in the trace that its producer began, and one of those submitted together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry.context import Context
from opentelemetry.trace import Link, SpanKind, StatusCode

from emotag.gen_ai import AGENT, CONVERSATION, RESPONSE_ID
from emotag_service.kafka.records.headers import last, without
from emotag_service.messages.tag import MessageTag
from emotag_service.tracing import CONTEXT_HEADERS, MESSAGES, MOST_LINKS, Traced, context_of, current, parent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from opentelemetry.trace import Span

    from emotag_service.kafka.records.record import Headers, Record
    from emotag_service.kafka.records.rewriter import Prepared
    from emotag_service.messages.untaggable import Fault
    from emotag_service.tracing import Tracing


class RecordTracing:
    """Makes the spans of a tagger's records."""

    def __init__(self, tracing: Tracing, group: str) -> None:
        """Make it; `group` is the consumer group."""
        self._tracing = tracing
        self._group = group

    def begin(self, records: Sequence[Record]) -> BatchTrace:
        """Begin a span of each record, and one of them together, on which the next job of this task hangs."""
        spans = [self._span(record) for record in records]
        links = [Link(span.get_span_context()) for span in spans[:MOST_LINKS]]
        whole = self._tracing.tracer.start_span(
            "emotag.submission", Context(), links=links, attributes={MESSAGES: len(records)}
        )
        current.set(Traced(whole, evaluated=False))  # tags are told of each record's own span
        return BatchTrace(self._tracing, whole, spans, records)

    def _span(self, record: Record) -> Span:
        carrier = {name: text for name in CONTEXT_HEADERS if (text := last(record.headers, name))}
        return self._tracing.tracer.start_span(
            f"process {record.topic}",
            parent(carrier),
            kind=SpanKind.CONSUMER,
            attributes={
                "messaging.system": "kafka",
                "messaging.operation.type": "process",
                "messaging.operation.name": "process",
                "messaging.consumer.group.name": self._group,
                "messaging.destination.name": record.topic,
                "messaging.destination.partition.id": str(record.partition),
                "messaging.kafka.offset": record.offset,
            },
        )


class BatchTrace:
    """The spans of records that went to the engine together.

    Attributes:
        records: Those records, each with the context of its span in place of the one that it came with.
    """

    def __init__(self, tracing: Tracing, whole: Span, spans: Sequence[Span], records: Iterable[Record]) -> None:
        self.records = [
            record._replace(headers=_with_context(record.headers, span))
            for record, span in zip(records, spans, strict=True)
        ]
        self._tracing = tracing
        self._whole = whole
        self._spans = spans

    def end(self, answered: Sequence[tuple[Prepared, MessageTag | Fault | None]]) -> None:
        """End all spans; those of an attempt that is thrown away are never ended, and so never sent."""
        self._whole.end()
        for span, (prepared, answer) in zip(self._spans, answered, strict=True):
            if isinstance(answer, MessageTag):
                self._tell(span, prepared, answer)
            elif (fault := answer or prepared.fault) is not None:
                span.set_attribute("error.type", fault.reason)
                span.set_status(StatusCode.ERROR)
            span.end()

    def _tell(self, span: Span, prepared: Prepared, tag: MessageTag) -> None:
        reading = prepared.reading
        if self._tracing.evaluations and reading is not None:
            names = {RESPONSE_ID: reading.id, CONVERSATION: reading.conversation_id, AGENT: reading.sender}
            self._tracing.evaluation(span, tag.taxonomy, tag.label, tag.score, names)


def _with_context(headers: Headers, span: Span) -> Headers:
    added = tuple((name, text.encode()) for name, text in context_of(span).items())
    return (*without(headers, CONTEXT_HEADERS), *added)
