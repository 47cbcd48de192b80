"""Unary calls over the wire: every status path."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from google.protobuf.duration_pb2 import Duration
from google.rpc.code_pb2 import Code
from google.rpc.error_details_pb2 import RetryInfo
from grpc import StatusCode, aio

from emotag.v1.emotion_service_pb2 import ClassifyOptions, ClassifyRequest, GetModelInfoRequest
from emotag.v1.message_pb2 import Message
from emotag_service.engine.limits import EngineLimits
from emotag_service.grpc import servicer
from tests.integration.calls import count_by_turn, detail, fields, messages, reason, rich_status, until

if TYPE_CHECKING:
    from emotag.v1.emotion_service_pb2_grpc import EmotionServiceAsyncStub
    from emotag_service.engine.engine import Engine
    from tests.integration.scripted import Script


async def test_tags_come_in_request_order_with_their_ids(stub: EmotionServiceAsyncStub) -> None:
    response = await stub.Classify(ClassifyRequest(messages=messages("joy", "what now", "so much joy")))
    assert [(tag.message_id, tag.label) for tag in response.tags] == [("m0", "joy"), ("m1", "anger"), ("m2", "joy")]
    assert response.model.name == "scripted"
    assert response.tags[0].score == pytest.approx(0.982, abs=1e-3)
    assert list(response.tags[0].labels) == ["joy"]
    assert not response.tags[0].scores


async def test_options_are_followed(stub: EmotionServiceAsyncStub) -> None:
    options = ClassifyOptions(taxonomy="goemotions", all_scores=True, explain=True)
    [tag] = (await stub.Classify(ClassifyRequest(messages=messages("joy here"), options=options))).tags
    assert len(tag.scores) == 28
    assert [weight.token for weight in tag.token_weights] == ["joy", "here"]
    assert sum(weight.weight for weight in tag.token_weights) == pytest.approx(1)


async def test_a_long_message_says_that_it_was_cut(stub: EmotionServiceAsyncStub) -> None:
    [tag] = (await stub.Classify(ClassifyRequest(messages=messages("joy " * 100)))).tags
    assert tag.truncated


async def test_a_missing_id_is_made(stub: EmotionServiceAsyncStub) -> None:
    response = await stub.Classify(ClassifyRequest(messages=[Message(text="a"), Message(text="b"), Message()]))
    assert len({tag.message_id for tag in response.tags} - {""}) == 3


async def test_each_bad_message_has_its_own_error_and_its_neighbours_their_tags(stub: EmotionServiceAsyncStub) -> None:
    bad = [
        Message(id="empty"),
        Message(id="blank", text=" \t\n"),
        Message(id="long", text="x" * 5_000_000),
        Message(id="i" * 257, text="hi"),
        Message(id="sender", text="hi", sender="s" * 257),
        Message(id="conversation", text="hi", conversation_id="c" * 257),
        Message(id="ttl", text="hi", time_to_live=Duration(seconds=1, nanos=-1)),
    ]
    request = ClassifyRequest(messages=[part for message in bad for part in (Message(text="joy"), message)])
    tags = (await stub.Classify(request)).tags
    assert all(tag.label == "joy" for tag in tags[::2])
    expected = ["text", "text", "text", "id", "sender", "conversation_id", "time_to_live"]
    assert [fields(tag.error) for tag in tags[1::2]] == [[field] for field in expected]
    assert [tag.error.message.partition(":")[0] for tag in tags[1::2]] == expected
    assert {tag.error.code for tag in tags[1::2]} == {Code.INVALID_ARGUMENT}
    assert all(not tag.label for tag in tags[1::2])


@pytest.mark.parametrize("seconds", [0, -1])
async def test_an_expired_message_is_not_computed(stub: EmotionServiceAsyncStub, script: Script, seconds: int) -> None:
    late = Message(id="late", text="joy", time_to_live=Duration(seconds=seconds))
    tags = (await stub.Classify(ClassifyRequest(messages=[late, Message(text="joy")]))).tags
    assert (tags[0].error.code, reason(tags[0].error)) == (Code.DEADLINE_EXCEEDED, "EXPIRED_IN_QUEUE")
    assert tags[1].label == "joy"
    assert sum(script.batches) == 1


async def test_a_message_that_breaks_the_model_fails_alone(stub: EmotionServiceAsyncStub) -> None:
    tags = (await stub.Classify(ClassifyRequest(messages=messages("joy", "poison", "joy")))).tags
    assert [tag.label for tag in tags] == ["joy", "", "joy"]
    assert (tags[1].error.code, reason(tags[1].error)) == (Code.INTERNAL, "COMPUTE_FAILED")
    assert "the text was" not in tags[1].error.message


@pytest.mark.parametrize(
    ("request_", "field", "why"),
    [
        (ClassifyRequest(), "messages", "NO_MESSAGES"),
        (ClassifyRequest(messages=[Message(text="x")] * 1025), "messages", "TOO_MANY_MESSAGES"),
        (
            ClassifyRequest(messages=messages("x"), options=ClassifyOptions(taxonomy="moods")),
            "options.taxonomy",
            "INVALID_OPTIONS",
        ),
        (ClassifyRequest.FromString(b"\x0a\x03\x12\x01x\x12\x02\x28\x09"), "options.reply_order", "INVALID_OPTIONS"),
    ],
    ids=["no messages", "too many", "unknown taxonomy", "unknown order"],
)
async def test_a_request_that_is_wrong_as_a_whole_is_refused(
    stub: EmotionServiceAsyncStub, request_: ClassifyRequest, field: str, why: str
) -> None:
    with pytest.raises(aio.AioRpcError) as caught:
        await stub.Classify(request_)
    assert caught.value.code() is StatusCode.INVALID_ARGUMENT
    status = rich_status(caught.value)
    assert (fields(status), reason(status)) == ([field], why)


async def test_most_messages_allowed_are_answered(stub: EmotionServiceAsyncStub) -> None:
    response = await stub.Classify(ClassifyRequest(messages=[Message(text="joy")] * 1024))
    assert {tag.label for tag in response.tags} == {"joy"}


async def test_others_have_turns_while_explained_tags_are_put_into_a_reply(
    stub: EmotionServiceAsyncStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = count_by_turn(monkeypatch, servicer, "add_tag")
    request = ClassifyRequest(messages=messages(*["joy here"] * 80), options=ClassifyOptions(explain=True))
    tags = (await stub.Classify(request)).tags
    assert counts[:3] == [32, 32, 16]
    assert [tag.message_id for tag in tags] == [message.id for message in request.messages]
    assert {tuple(weight.token for weight in tag.token_weights) for tag in tags} == {("joy", "here")}


async def test_tags_that_are_not_explained_are_put_into_a_reply_in_one_go(
    stub: EmotionServiceAsyncStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = count_by_turn(monkeypatch, servicer, "add_tag")
    await stub.Classify(ClassifyRequest(messages=messages(*["joy here"] * 80)))
    assert counts[0] == 80


@pytest.mark.parametrize("method", ["Classify", "GetModelInfo"])
async def test_garbage_is_invalid_not_unknown(channel: aio.Channel, method: str) -> None:
    call = channel.unary_unary(f"/emotag.v1.EmotionService/{method}")
    with pytest.raises(aio.AioRpcError) as caught:
        await call(b"\xff\xff\xff")
    assert caught.value.code() is StatusCode.INVALID_ARGUMENT
    assert reason(rich_status(caught.value)) == "MALFORMED_REQUEST"


async def test_an_unknown_method_is_unimplemented(channel: aio.Channel) -> None:
    with pytest.raises(aio.AioRpcError) as caught:
        await channel.unary_unary("/emotag.v1.EmotionService/Forget")(b"")
    assert caught.value.code() is StatusCode.UNIMPLEMENTED


async def test_a_request_beyond_the_limit_is_refused_by_grpc(stub: EmotionServiceAsyncStub) -> None:
    with pytest.raises(aio.AioRpcError) as caught:
        await stub.Classify(ClassifyRequest(messages=messages("x" * (16 * 2**20))))
    assert caught.value.code() is StatusCode.RESOURCE_EXHAUSTED
    assert "larger than max" in str(caught.value.details())


class TestOverload:
    @pytest.fixture
    def engine_limits(self) -> EngineLimits:
        return EngineLimits(queue_messages=4)

    async def test_a_call_that_is_refused_whole_says_when_to_retry(
        self, stub: EmotionServiceAsyncStub, engine: Engine, script: Script
    ) -> None:
        script.gate.clear()
        first = stub.Classify(ClassifyRequest(messages=messages(*["joy"] * 4)))
        await until(lambda: engine.stats().held == 4)
        with pytest.raises(aio.AioRpcError) as caught:
            await stub.Classify(ClassifyRequest(messages=messages("joy", "joy")))
        status = rich_status(caught.value)
        assert (caught.value.code(), reason(status)) == (StatusCode.RESOURCE_EXHAUSTED, "QUEUE_FULL")
        assert detail(status, RetryInfo).retry_delay.ToNanoseconds() > 0
        script.gate.set()
        assert {tag.label for tag in (await first).tags} == {"joy"}

    async def test_a_call_that_is_refused_in_part_is_answered_per_message(self, stub: EmotionServiceAsyncStub) -> None:
        tags = (await stub.Classify(ClassifyRequest(messages=messages(*["joy"] * 6)))).tags
        assert [tag.label for tag in tags] == ["joy"] * 4 + ["", ""]
        assert {reason(tag.error) for tag in tags[4:]} == {"QUEUE_FULL"}
        assert detail(tags[5].error, RetryInfo).retry_delay.ToNanoseconds() > 0


async def test_draining_refuses_with_unavailable(stub: EmotionServiceAsyncStub, engine: Engine) -> None:
    assert await engine.drain(1) == 0
    with pytest.raises(aio.AioRpcError) as caught:
        await stub.Classify(ClassifyRequest(messages=messages("joy")))
    assert caught.value.code() is StatusCode.UNAVAILABLE
    assert reason(rich_status(caught.value)) == "DRAINING"


async def test_the_callers_deadline_reaches_the_queue(
    stub: EmotionServiceAsyncStub, engine: Engine, script: Script
) -> None:
    script.gate.clear()
    blocker = stub.Classify(ClassifyRequest(messages=messages("first")))
    await until(lambda: script.batches == [1])
    with pytest.raises(aio.AioRpcError) as caught:
        await stub.Classify(ClassifyRequest(messages=messages("second")), timeout=0.2)
    assert caught.value.code() is StatusCode.DEADLINE_EXCEEDED
    await until(lambda: engine.stats().held == 1)
    script.gate.set()
    assert (await blocker).tags
    assert sum(script.batches) == 1


async def test_a_cancelled_call_is_not_computed(stub: EmotionServiceAsyncStub, engine: Engine, script: Script) -> None:
    script.gate.clear()
    blocker = stub.Classify(ClassifyRequest(messages=messages("first")))
    await until(lambda: script.batches == [1])
    waiting = stub.Classify(ClassifyRequest(messages=messages("second")))
    await until(lambda: engine.stats().held == 2)
    waiting.cancel()
    await until(lambda: engine.stats().cancelled == 1)
    script.gate.set()
    assert (await blocker).tags
    assert sum(script.batches) == 1


async def test_calls_of_one_connection_share_one_turn(
    stub: EmotionServiceAsyncStub, server: object, engine: Engine, script: Script
) -> None:
    script.gate.clear()
    calls = [stub.Classify(ClassifyRequest(messages=messages("joy"))) for _ in range(5)]
    await until(lambda: engine.stats().held == 5)
    peers = server._servicer._callers  # type: ignore[attr-defined]
    assert len(peers) == 1
    script.gate.set()
    await asyncio.gather(*calls)
    await until(lambda: len(peers) == 0)


async def test_model_info_lists_what_answers(stub: EmotionServiceAsyncStub, engine: Engine) -> None:
    info = await stub.GetModelInfo(GetModelInfoRequest())
    assert (info.model.name, info.model.version, info.model.digest) == ("scripted", "1.0", "0" * 64)
    assert [(t.name, len(t.labels), len(t.thresholds)) for t in info.taxonomies] == [
        ("basic", 7, 7),
        ("ekman", 7, 7),
        ("goemotions", 28, 28),
        ("sentiment", 4, 4),
    ]
    assert info.limits.max_text_bytes == engine.limits.max_text_bytes
    assert (info.limits.max_frame_bytes, info.limits.max_frame_messages) == (16 * 2**20, 1024)
    assert info.limits.max_tokens == 64
