"""Streams over the wire: start, order, ids, options, ends, hostile input."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc.code_pb2 import Code
from grpc import StatusCode, aio

from emotag.v1.emotion_service_pb2 import (
    PRIORITY_BULK,
    PRIORITY_INTERACTIVE,
    REPLY_ORDER_REQUEST,
    REPLY_ORDER_UNORDERED,
    REPLY_ORDER_UNSPECIFIED,
    ClassifyOptions,
    ReplyOrder,
    StreamClassifyRequest,
    StreamClassifyResponse,
)
from emotag.v1.message_pb2 import Message
from tests.integration.calls import exchange, fields, frame, messages, read_tags, reason, rich_status, tags_of, until

if TYPE_CHECKING:
    from emotag.v1.emotion_service_pb2_grpc import EmotionServiceAsyncStub
    from emotag_service.engine.engine import Engine
    from tests.integration.scripted import Script

UNORDERED = ClassifyOptions(reply_order=REPLY_ORDER_UNORDERED)


async def test_the_first_reply_says_what_the_options_came_to(stub: EmotionServiceAsyncStub) -> None:
    call = stub.StreamClassify()
    await call.write(StreamClassifyRequest(options=ClassifyOptions(taxonomy="sentiment")))
    first = await call.read()
    assert first.start.taxonomy == "sentiment"
    assert list(first.start.labels) == ["positive", "negative", "ambiguous", "neutral"]
    assert first.start.model.name == "scripted"
    assert first.start.limits.max_frame_messages == 1024
    await call.done_writing()
    assert await call.read() is aio.EOF
    assert await call.code() is StatusCode.OK


async def test_a_stream_without_options_has_the_defaults(stub: EmotionServiceAsyncStub) -> None:
    replies = await exchange(stub.StreamClassify(), [frame("joy")])
    assert replies[0].start.taxonomy == "basic"
    assert [reply.HasField("start") for reply in replies] == [True] + [False] * (len(replies) - 1)
    assert [tag.label for tag in tags_of(replies)] == ["joy"]


async def test_a_stream_without_frames_ends_well(stub: EmotionServiceAsyncStub) -> None:
    call = stub.StreamClassify()
    assert await exchange(call, []) == []
    assert await call.code() is StatusCode.OK


async def test_replies_are_in_request_order(stub: EmotionServiceAsyncStub) -> None:
    frames = [frame(*[f"joy {'long ' * (i % 7)}"] * 64, ids=f"f{i}-") for i in range(40)]
    tags = tags_of(await exchange(stub.StreamClassify(), frames))
    assert [tag.message_id for tag in tags] == [message.id for sent in frames for message in sent.messages]
    assert {tag.label for tag in tags} == {"joy"}


async def test_one_message_per_frame_is_answered_without_a_successor(stub: EmotionServiceAsyncStub) -> None:
    call = stub.StreamClassify()
    for number in range(20):
        await call.write(frame("joy", ids=f"turn{number}-"))
        [tag] = await read_tags(call, 1)
        assert tag.message_id == f"turn{number}-0"
    await call.done_writing()
    assert await call.code() is StatusCode.OK


class TestOrder:
    @pytest.fixture
    def replicas(self) -> int:
        return 2

    async def _send_slow_then_quick(self, call: Any, script: Script, options: ClassifyOptions) -> None:
        script.holds = "slow"
        script.gate.clear()
        await call.write(frame("slow joy", ids="slow", options=options))
        await until(lambda: script.batches == [1])
        await call.write(frame("quick joy", ids="quick"))

    async def test_unordered_lets_the_quick_overtake(self, stub: EmotionServiceAsyncStub, script: Script) -> None:
        call = stub.StreamClassify()
        await self._send_slow_then_quick(call, script, UNORDERED)
        assert [tag.message_id for tag in await read_tags(call, 1)] == ["quick0"]
        script.gate.set()
        assert [tag.message_id for tag in await read_tags(call, 1)] == ["slow0"]

    @pytest.mark.parametrize("order", [REPLY_ORDER_UNSPECIFIED, REPLY_ORDER_REQUEST])
    async def test_otherwise_the_quick_wait(
        self, stub: EmotionServiceAsyncStub, engine: Engine, script: Script, order: ReplyOrder.ValueType
    ) -> None:
        call = stub.StreamClassify()
        await self._send_slow_then_quick(call, script, ClassifyOptions(reply_order=order))
        await until(lambda: engine.stats().tagged == 1)
        script.gate.set()
        assert [tag.message_id for tag in await read_tags(call, 2)] == ["slow0", "quick0"]

    async def test_unordered_answers_every_message_once(self, stub: EmotionServiceAsyncStub) -> None:
        frames = [frame(*["joy"] * 16, ids=f"f{i}-", options=UNORDERED if i == 0 else None) for i in range(20)]
        tags = tags_of(await exchange(stub.StreamClassify(), frames))
        assert sorted(tag.message_id for tag in tags) == sorted(m.id for sent in frames for m in sent.messages)

    async def test_unordered_does_not_wait_for_the_first(
        self, stub: EmotionServiceAsyncStub, engine: Engine, script: Script
    ) -> None:
        call = stub.StreamClassify()
        script.gate.clear()
        bad = StreamClassifyRequest(messages=[Message(id="slow", text="joy"), Message(id="empty")], options=UNORDERED)
        await call.write(bad)
        assert [tag.message_id for tag in await read_tags(call, 1)] == ["empty"]
        assert engine.stats().held == 1
        script.gate.set()
        assert [tag.message_id for tag in await read_tags(call, 1)] == ["slow"]


async def test_interactive_messages_overtake_bulk_ones(
    stub: EmotionServiceAsyncStub, engine: Engine, script: Script
) -> None:
    script.gate.clear()
    first, bulk, interactive = stub.StreamClassify(), stub.StreamClassify(), stub.StreamClassify()
    await first.write(frame("joy", options=ClassifyOptions()))
    await until(lambda: script.batches == [1])
    await bulk.write(frame(*["joy"] * 3, options=ClassifyOptions(priority=PRIORITY_BULK)))
    await until(lambda: engine.stats().held == 4)
    await interactive.write(frame(*["joy"] * 5, options=ClassifyOptions(priority=PRIORITY_INTERACTIVE)))
    await until(lambda: engine.stats().held == 9)
    script.gate.set()
    assert len(await read_tags(bulk, 3)) == 3
    assert script.batches == [1, 5, 3]


async def test_ids_repeat_only_beyond_the_window(stub: EmotionServiceAsyncStub) -> None:
    fill = [frame(*["joy"] * 512, ids=f"f{i}-") for i in range(8)]
    replies = await exchange(stub.StreamClassify(), [frame("joy"), frame("again"), *fill, frame("joy"), frame("no")])
    tags = tags_of(replies)
    assert [tag.label for tag in tags if tag.message_id == "m0"] == ["joy", "", "joy", ""]
    repeat = tags[1].error
    assert (repeat.code, fields(repeat)) == (Code.INVALID_ARGUMENT, ["id"])
    assert len(tags) == 4 + 8 * 512


async def test_each_absurd_message_has_its_own_answer(stub: EmotionServiceAsyncStub) -> None:
    tagged = [
        "nul \0 inside",
        "😀😀😀",
        "שלום עולם",
        "a\u200bb",
        "\ud7ff\uffff",
        "e" + "\u0301" * 500,
        "👨‍👩‍👧‍👦",
        "joy",
    ]
    refused = {
        "text": [Message(id="none"), Message(id="blank", text=" "), Message(id="big", text="x" * 5_000_000)],
        "sent_at": [Message(id="when", text="hi", sent_at=Timestamp(seconds=2**62))],
        "time_to_live": [Message(id="ttl", text="hi", time_to_live=Duration(nanos=2_000_000_000))],
        "id": [Message(id="0", text="a repeat")],
    }
    good = [Message(id=str(number), text=text) for number, text in enumerate(tagged)]
    bad = [message for kind in refused.values() for message in kind]
    late = Message(id="late", text="joy", time_to_live=Duration(nanos=-5))
    frames = [StreamClassifyRequest(messages=[*good, *bad]), StreamClassifyRequest(messages=[late]), frame("joy")]
    tags = tags_of(await exchange(stub.StreamClassify(), frames))
    assert all(tag.label for tag in tags[: len(good)])
    assert [fields(tag.error) for tag in tags[len(good) : -2]] == [[f] for f, kind in refused.items() for _ in kind]
    assert [tag.message_id for tag in tags[len(good) : -2]] == [message.id for message in bad]
    assert (tags[-2].message_id, tags[-2].error.code) == ("late", Code.DEADLINE_EXCEEDED)
    assert tags[-1].label == "joy"


async def test_a_string_that_is_not_utf8_costs_its_message_alone(channel: aio.Channel) -> None:
    broken = b"\x0a\x03bad\x12\x03\xed\xa0\x80"  # a lone surrogate, as a careless encoder writes it
    raw = frame("joy", ids="a").SerializeToString() + b"\x12" + bytes([len(broken)]) + broken
    raw += frame("joy", ids="b").SerializeToString()
    call = channel.stream_stream(
        "/emotag.v1.EmotionService/StreamClassify",
        response_deserializer=StreamClassifyResponse.FromString,
    )()
    await call.write(raw)
    tags = await read_tags(call, 3)
    assert [(tag.message_id, tag.label) for tag in tags] == [("a0", "joy"), ("bad", ""), ("b0", "joy")]
    assert fields(tags[1].error) == ["text"]
    await call.write(b"\xff\xff")
    with pytest.raises(aio.AioRpcError) as caught:
        await call.read()
    assert caught.value.code() is StatusCode.INVALID_ARGUMENT
    assert reason(rich_status(caught.value)) == "MALFORMED_REQUEST"


async def test_empty_frames_keep_a_stream_alive(stub: EmotionServiceAsyncStub) -> None:
    empty = StreamClassifyRequest()
    replies = await exchange(stub.StreamClassify(), [empty, empty, frame("joy"), empty])
    assert len(tags_of(replies)) == 1


@pytest.mark.parametrize(
    ("last", "field", "why"),
    [
        (frame("late", options=ClassifyOptions(taxonomy="sentiment")), "options", "OPTIONS_NOT_FIRST"),
        (StreamClassifyRequest(options=ClassifyOptions()), "options", "OPTIONS_NOT_FIRST"),
        (StreamClassifyRequest(messages=[Message(text="x")] * 1025), "messages", "TOO_MANY_MESSAGES"),
        (StreamClassifyRequest(messages=[Message()] * 100_000), "messages", "TOO_MANY_MESSAGES"),
    ],
    ids=["options with messages", "empty options", "too many", "far too many"],
)
async def test_a_broken_rule_ends_the_stream_after_all_before_it(
    stub: EmotionServiceAsyncStub, script: Script, last: StreamClassifyRequest, field: str, why: str
) -> None:
    script.gate.clear()
    call = stub.StreamClassify()
    await call.write(frame(*["joy"] * 10))
    await call.write(last)
    await until(lambda: script.batches == [10])
    script.gate.set()
    assert len(await read_tags(call, 10)) == 10
    with pytest.raises(aio.AioRpcError) as caught:
        await call.read()
    assert caught.value.code() is StatusCode.INVALID_ARGUMENT
    status = rich_status(caught.value)
    assert (fields(status), reason(status)) == ([field], why)


async def test_options_that_the_server_does_not_have_end_the_stream(stub: EmotionServiceAsyncStub) -> None:
    call = stub.StreamClassify()
    await call.write(frame("joy", options=ClassifyOptions(taxonomy="moods")))
    with pytest.raises(aio.AioRpcError) as caught:
        await call.read()
    assert caught.value.code() is StatusCode.INVALID_ARGUMENT
    assert fields(rich_status(caught.value)) == ["options.taxonomy"]


async def test_a_message_expires_in_the_queue_and_costs_nothing(
    stub: EmotionServiceAsyncStub, engine: Engine, script: Script
) -> None:
    script.gate.clear()
    call = stub.StreamClassify()
    await call.write(frame("first"))
    await until(lambda: script.batches == [1])
    short = Message(id="short", text="joy", time_to_live=Duration(nanos=1_000_000))
    await call.write(StreamClassifyRequest(messages=[short, Message(id="patient", text="joy")]))
    await until(lambda: engine.stats().held == 3)
    await asyncio.sleep(0.01)  # longer than the message lives
    script.gate.set()
    tags = await read_tags(call, 3)
    assert [tag.error.code for tag in tags] == [0, Code.DEADLINE_EXCEEDED, 0]
    assert sum(script.batches) == 2


async def test_explanations_and_scores_come_on_request(stub: EmotionServiceAsyncStub) -> None:
    options = ClassifyOptions(all_scores=True, explain=True, top_k=1)
    replies = await exchange(stub.StreamClassify(), [frame(*["joy to you"] * 100, options=options)])
    tags = tags_of(replies)
    assert {len(tag.scores) for tag in tags} == {7}
    assert {len(tag.token_weights) for tag in tags} == {3}
    assert max(len(reply.tags) for reply in replies) <= 32


async def test_sixteen_streams_at_once_keep_to_themselves(stub: EmotionServiceAsyncStub) -> None:
    async def one(name: int) -> bool:
        frames = [frame(*["joy"] * 32, ids=f"{name}-{i}-") for i in range(10)]
        tags = tags_of(await exchange(stub.StreamClassify(), frames))
        return [tag.message_id for tag in tags] == [m.id for sent in frames for m in sent.messages]

    assert all(await asyncio.gather(*map(one, range(16))))


async def test_messages_of_one_stream_can_be_sent_on_another(stub: EmotionServiceAsyncStub) -> None:
    for _ in range(2):
        tags = tags_of(await exchange(stub.StreamClassify(), [StreamClassifyRequest(messages=messages("joy"))]))
        assert tags[0].label == "joy"
