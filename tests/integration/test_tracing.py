"""`emotag serve --otel`: the spans and events of a real process, as a receiver of OTLP gets them."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from grpc import aio

from emotag.v1.emotion_service_pb2 import ClassifyRequest
from emotag.v1.emotion_service_pb2_grpc import EmotionServiceStub
from tests.integration.calls import frame, messages, read_tags
from tests.integration.process import Serving
from tests.integration.receiver import Receiver, attributes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CLASSIFY, STREAM = "emotag.v1.EmotionService/Classify", "emotag.v1.EmotionService/StreamClassify"
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
BROUGHT = (("traceparent", f"00-{TRACE}-{SPAN}-01"), ("tracestate", "vendor=a"))
UNSAMPLED = (("traceparent", f"00-{TRACE}-{SPAN}-00"),)
SERVER = 2  # SpanKind of OTLP


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


async def _until_sent(receiver: Receiver, *, batches: int, events: int = 0) -> None:
    def enough() -> bool:
        served = len(receiver.named(CLASSIFY)) + len(receiver.named(STREAM))
        return len(receiver.named("emotag.batch")) >= batches <= served and len(receiver.events) >= events

    await asyncio.to_thread(receiver.wait, enough)


async def test_a_call_hangs_on_its_caller_and_shows_queue_and_compute(checkpoint: Path, receiver: Receiver) -> None:
    async with Serving(checkpoint, variables=receiver.variables) as server:
        async with aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            await EmotionServiceStub(channel).Classify(
                ClassifyRequest(messages=messages("thank you", "joy")), metadata=BROUGHT
            )
        await _until_sent(receiver, batches=1)
    (call,), (queue,), (compute,), (batch,) = map(
        receiver.named, (CLASSIFY, "emotag.queue", "emotag.compute", "emotag.batch")
    )
    assert receiver.services == {"emotag-serve"}
    assert (call.trace_id.hex(), call.parent_span_id.hex(), call.kind) == (TRACE, SPAN, SERVER)
    assert call.trace_state == "vendor=a"
    assert attributes(call)["rpc.method"] == "Classify"
    assert attributes(call)["emotag.messages"] == 2
    for child in (queue, compute):
        assert (child.trace_id, child.parent_span_id) == (call.trace_id, call.span_id)
    assert queue.start_time_unix_nano <= queue.end_time_unix_nano == compute.start_time_unix_nano
    assert compute.end_time_unix_nano > compute.start_time_unix_nano
    assert [link.span_id for link in batch.links] == [call.span_id]
    assert [link.span_id for link in compute.links] == [batch.span_id]
    assert batch.trace_id != call.trace_id
    assert receiver.events == [], "events have a switch of their own"


async def test_each_frame_of_a_stream_has_a_span_and_each_tag_an_event(checkpoint: Path, receiver: Receiver) -> None:
    async with Serving(checkpoint, "--otel-events", variables=receiver.variables) as server:
        async with aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            call = EmotionServiceStub(channel).StreamClassify(metadata=BROUGHT)
            await call.write(frame("thank you", "", "joy", ids="a"))
            tags = await read_tags(call, 3)
            await call.write(frame("i am angry", ids="b"))
            tags += await read_tags(call, 1)
            await call.done_writing()
            assert await call.read() is aio.EOF
        await _until_sent(receiver, batches=2, events=3)
    frames = sorted(receiver.named(STREAM), key=lambda span: span.start_time_unix_nano)
    assert [span.parent_span_id.hex() for span in frames] == [SPAN, SPAN]
    assert [attributes(span)["emotag.messages"] for span in frames] == [3, 1]
    assert attributes(frames[0])["emotag.failed"] == 1
    assert {span.parent_span_id for span in receiver.named("emotag.compute")} == {span.span_id for span in frames}
    labels = {tag.message_id: tag.label for tag in tags if tag.label}
    told = {attributes(event)["gen_ai.response.id"]: attributes(event) for event in receiver.events}
    assert {name: event["gen_ai.evaluation.score.label"] for name, event in told.items()} == labels
    assert {event.event_name for event in receiver.events} == {"gen_ai.evaluation.result"}
    assert {event.span_id for event in receiver.events} == {span.span_id for span in frames}
    assert told["a0"]["gen_ai.evaluation.name"] == "emotion.basic"
    assert 0 <= told["a0"]["gen_ai.evaluation.score.value"] <= 1
    assert "thank" not in receiver.raw
    assert "angry" not in receiver.raw


async def test_what_the_caller_does_not_record_is_not_sent(checkpoint: Path, receiver: Receiver) -> None:
    async with Serving(checkpoint, variables=receiver.variables) as server:
        async with aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            stub = EmotionServiceStub(channel)
            await stub.Classify(ClassifyRequest(messages=messages("joy")), metadata=UNSAMPLED)
            await stub.Classify(ClassifyRequest(messages=messages("joy")), metadata=(("traceparent", "garbage"),))
        await _until_sent(receiver, batches=1)
    (call,) = receiver.named(CLASSIFY)
    assert call.trace_id.hex() != TRACE
    assert call.parent_span_id == b""


async def test_a_refused_call_says_why(checkpoint: Path, receiver: Receiver) -> None:
    async with Serving(checkpoint, variables=receiver.variables) as server:
        async with aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            with pytest.raises(aio.AioRpcError):
                await EmotionServiceStub(channel).Classify(ClassifyRequest())
        await asyncio.to_thread(receiver.wait, lambda: bool(receiver.named(CLASSIFY)))
    (call,) = receiver.named(CLASSIFY)
    assert call.status.code == 2  # ERROR
    assert attributes(call)["error.type"] == "CallRefusedError"


def test_without_being_asked_nothing_of_it_is_imported() -> None:
    code = (
        "import sys; import emotag_service.service, emotag_service.kafka.service, emotag_service.kafka.tagging.lane;"
        "from emotag_service.cli import operators, serve, tag_topic;"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
