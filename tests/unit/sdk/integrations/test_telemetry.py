"""Tags as OpenTelemetry's events: of the agent's span, by the names that the service uses."""

from __future__ import annotations

import pytest
from opentelemetry import _logs, trace
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider

from emotag import Tag
from emotag.integrations import OUTPUT, EmotionObserver, SeenMessage
from emotag.integrations import telemetry as module


@pytest.fixture
def exported(monkeypatch):
    exporter = InMemoryLogRecordExporter()
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    monkeypatch.setattr(module, "get_logger", provider.get_logger)
    yield exporter
    provider.shutdown()


def test_a_tag_is_an_event_of_the_span_that_was_current(exported):
    def tagging(messages, /, *, taxonomy, scores):
        return [Tag(message.id, "joy", 0.75) for message in messages]

    tracer = TracerProvider(shutdown_on_exit=False).get_tracer("agent")
    with EmotionObserver(tagging=tagging, otel=True) as observer, tracer.start_as_current_span("chat") as span:
        observer.observe([SeenMessage("test", OUTPUT, "Great!", "desk", conversation_id="c", message_id="m")])
        assert observer.drain(60)
        assert observer.failures == {}
    [record] = [each.log_record for each in exported.get_finished_logs()]
    assert record.event_name == "gen_ai.evaluation.result"
    assert record.span_id == span.get_span_context().span_id != trace.INVALID_SPAN_ID
    assert record.body is None
    assert record.attributes == {
        "gen_ai.evaluation.name": "emotion.basic",
        "gen_ai.evaluation.score.label": "joy",
        "gen_ai.evaluation.score.value": 0.75,
        "gen_ai.response.id": "m",
        "gen_ai.conversation.id": "c",
        "gen_ai.agent.name": "desk",
    }


def test_the_logger_is_that_of_the_process():
    assert module.get_logger is _logs.get_logger
