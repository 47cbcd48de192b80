"""`emotag tag-topic --otel`: records carry on the traces of their producers, in process and over a service."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

import pytest

from tests.brokers.records import Seen, read_until, write
from tests.e2e.tagging import TagTopic
from tests.integration.process import Serving
from tests.integration.receiver import Receiver, attributes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.brokers.protocol import Broker

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
STALE = (("traceparent", f"00-{TRACE}-{SPAN}-01".encode()), ("tracestate", b"vendor=a"), ("mine", b"stays"))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def _tag(broker: Broker, topic: str, checkpoint: Path | None, receiver: Receiver, *more: str, ended: int) -> list[Seen]:
    """What is written for a record with a trace, one without, and one that cannot be tagged."""
    said = [Seen(b'{"id": "one", "sender": "coder", "text": "thank you"}', b"k", STALE), Seen(b'{"text": "joy"}', b"k")]
    write(broker.bootstrap, topic, [*said, Seen(b'{"text": ""}', b"k")])
    options = ("--input", topic, "--output", f"{topic}.tagged", "--group", f"{topic}.group", "--otel-events", *more)
    with TagTopic(broker.bootstrap, checkpoint, *options, **receiver.variables) as tagger:
        found = read_until(broker.bootstrap, f"{topic}.tagged", f"{topic}.dead-letters", count=3, alive=tagger.alive)
        receiver.wait(lambda: len(receiver.named(f"process {topic}")) >= 3 and len(receiver.events) >= ended)
        tagger.send(signal.SIGTERM)
        assert tagger.exit_code() == 0
    return found


def test_a_record_goes_on_with_the_context_of_its_span(
    embedded_broker: Broker, new_topic: Callable[..., str], checkpoint: Path, receiver: Receiver
) -> None:
    topic = new_topic(embedded_broker, "in", partitions=1)
    found = _tag(embedded_broker, topic, checkpoint, receiver, ended=2)
    spans = {attributes(span)["messaging.kafka.offset"]: span for span in receiver.named(f"process {topic}")}
    assert (spans[0].trace_id.hex(), spans[0].parent_span_id.hex()) == (TRACE, SPAN)
    assert (spans[1].parent_span_id, spans[2].parent_span_id) == (b"", b"")
    assert attributes(spans[2])["error.type"]
    written = {
        tuple((content or b"").decode().split("-")[1:3])
        for one in found
        for name, content in one.headers
        if name == "traceparent"
    }
    assert written == {(span.trace_id.hex(), span.span_id.hex()) for span in spans.values()}
    (first,) = [one for one in found if ("mine", b"stays") in one.headers]
    assert [name for name, _ in first.headers].count("traceparent") == 1
    assert [content for name, content in first.headers if name == "tracestate"] == [b"vendor=a"]
    whole = {span.span_id for span in receiver.named("emotag.submission")}
    assert {span.parent_span_id for span in receiver.named("emotag.compute")} <= whole
    linked = {link.span_id for span in receiver.named("emotag.submission") for link in span.links}
    assert linked == {span.span_id for span in spans.values()}
    (event,) = [event for event in receiver.events if event.span_id == spans[0].span_id]
    assert attributes(event)["gen_ai.response.id"] == "one"
    assert attributes(event)["gen_ai.agent.name"] == "coder"
    assert "thank" not in receiver.raw


async def test_a_service_hangs_its_frames_on_the_tagger(
    embedded_broker: Broker, new_topic: Callable[..., str], checkpoint: Path, receiver: Receiver
) -> None:
    topic = new_topic(embedded_broker, "in", partitions=1)
    async with Serving(checkpoint, variables=receiver.variables) as server:
        engine = ("--engine", f"grpc://127.0.0.1:{server.port}")
        await asyncio.to_thread(_tag, embedded_broker, topic, None, receiver, *engine, ended=2)
        await asyncio.to_thread(receiver.wait, lambda: bool(receiver.named("emotag.v1.EmotionService/StreamClassify")))
    (tagger,) = receiver.named("emotag tag-topic")
    frames = receiver.named("emotag.v1.EmotionService/StreamClassify")
    assert {span.parent_span_id for span in frames} == {tagger.span_id}
    assert receiver.services == {"emotag-serve", "emotag-tag-topic"}
