"""Messages and options of the wire become the engine's, or are refused by field."""

from __future__ import annotations

import gc
import sys
import weakref

import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from emotag.v1.emotion_service_pb2 import (
    PRIORITY_BULK,
    PRIORITY_INTERACTIVE,
    PRIORITY_UNSPECIFIED,
    REPLY_ORDER_UNORDERED,
    ClassifyOptions,
    Priority,
)
from emotag.v1.message_pb2 import Message
from emotag_service.contract.decode import Intake, plain_messages, read_options
from emotag_service.contract.limits import RepeatWindow
from emotag_service.contract.status import CallRefusedError
from emotag_service.engine.errors import InvalidMessageError
from emotag_service.engine.options import Options
from emotag_service.engine.tag import Tag


def _field(intake: Intake, index: int = 0) -> str:
    error = intake.refused[index].error
    assert isinstance(error, InvalidMessageError)
    return error.field


def test_a_refused_message_leaves_nothing_to_the_cycle_collector() -> None:
    gc.disable()
    try:
        intake = Intake(
            [Message(text="a", id="i" * 300), Message(text="b")], {1: InvalidMessageError("text", "is bad")}
        )
        errors = [weakref.ref(intake.refused[index].error) for index in (0, 1)]
        del intake
        assert [error() for error in errors] == [None, None]
    finally:
        gc.enable()


def test_every_field_arrives() -> None:
    wire = Message(id="m", text="hi", conversation_id="c", sender="planner")
    wire.sent_at.CopyFrom(Timestamp(seconds=5, nanos=500_000_000))
    wire.time_to_live.CopyFrom(Duration(seconds=2, nanos=250_000_000))
    [message] = Intake([wire], {}).messages
    assert (message.id, message.text, message.conversation_id, message.sender) == ("m", "hi", "c", "planner")
    assert (message.sent_at, message.time_to_live) == (5.5, 2.25)


def test_absent_times_are_none() -> None:
    [message] = Intake([Message(text="hi")], {}).messages
    assert message.sent_at is None
    assert message.time_to_live is None


def test_a_missing_id_is_made() -> None:
    first, second = Intake([Message(text="a"), Message(text="b")], {}).messages
    assert first.id
    assert first.id != second.id


def test_a_message_without_content_goes_on_as_an_empty_text() -> None:
    [message] = Intake([Message(id="m")], {}).messages
    assert message.text == ""


@pytest.mark.parametrize(
    "duration",
    [
        Duration(seconds=315_576_000_001),
        Duration(seconds=1, nanos=-1),
        Duration(seconds=-1, nanos=1),
        Duration(nanos=1_000_000_000),
        Duration(nanos=-1_000_000_000),
        Duration(seconds=-(2**63)),
    ],
    ids=str,
)
def test_an_absurd_time_to_live_is_refused(duration: Duration) -> None:
    assert _field(Intake([Message(id="m", text="hi", time_to_live=duration)], {})) == "time_to_live"


@pytest.mark.parametrize("seconds", [-5.5, 0.0, 315_576_000_000.0])
def test_a_valid_time_to_live_goes_to_the_engine(seconds: float) -> None:
    duration = Duration()
    duration.FromNanoseconds(int(seconds * 1e9))
    [message] = Intake([Message(text="hi", time_to_live=duration)], {}).messages
    assert message.time_to_live == seconds


@pytest.mark.parametrize(
    "timestamp",
    [Timestamp(seconds=2**62), Timestamp(seconds=-(2**62)), Timestamp(nanos=-1), Timestamp(nanos=2**31 - 1)],
    ids=str,
)
def test_an_absurd_sent_at_is_refused(timestamp: Timestamp) -> None:
    assert _field(Intake([Message(id="m", text="hi", sent_at=timestamp)], {})) == "sent_at"


def test_an_id_that_is_too_long_is_refused_under_its_beginning() -> None:
    intake = Intake([Message(id="x" * 5_000_000, text="hi")], {})
    assert _field(intake) == "id"
    assert intake.refused[0].message_id == "x" * 256


def test_repeats_are_refused_on_a_stream_only() -> None:
    twice = [Message(id="m", text="a"), Message(id="m", text="b")]
    assert not Intake(twice, {}).refused
    assert _field(Intake(twice, {}, RepeatWindow()), 1) == "id"


def test_every_message_takes_its_place_in_the_window() -> None:
    window = RepeatWindow(3)
    Intake([Message(id="m", text="a"), Message(id="y" * 300), Message(text="no id")], {}, window)
    assert not Intake([Message(text="x")], {}, window).refused
    assert not Intake([Message(id="m", text="again")], {}, window).refused


def test_what_could_not_be_read_is_refused() -> None:
    intake = Intake([Message(id="a", text="x"), Message(id="b")], {1: InvalidMessageError("text", "is not UTF-8")})
    assert [message.id for message in intake.messages] == ["a"]
    assert _field(intake, 1) == "text"


def test_refusals_are_merged_in_request_order() -> None:
    bad = Duration(nanos=-2_000_000_000)
    wire = [Message(id=name, text="t", time_to_live=bad if name in "ac" else None) for name in "abcd"]
    intake = Intake(wire, {})
    merged = intake.refused.merge([Tag("b"), None])
    assert [tag and tag.message_id for tag in merged] == ["a", "b", "c", None]


def test_without_refusals_the_tags_are_not_copied() -> None:
    tags: list[Tag | None] = [Tag("a")]
    assert Intake([Message(id="a", text="x")], {}).refused.merge(tags) is tags


def test_options_arrive() -> None:
    wire = ClassifyOptions(
        taxonomy="goemotions",
        all_scores=True,
        top_k=3,
        explain=True,
        reply_order=REPLY_ORDER_UNORDERED,
        priority=PRIORITY_BULK,
    )
    assert read_options(wire) == Options("goemotions", all_scores=True, top_k=3, explain=True, bulk=True)


@pytest.mark.parametrize("priority", [PRIORITY_UNSPECIFIED, PRIORITY_INTERACTIVE])
def test_messages_are_interactive_unless_they_are_said_to_be_bulk(priority: Priority.ValueType) -> None:
    assert read_options(ClassifyOptions(priority=priority)) == Options()


def test_an_unknown_priority_is_refused_by_name() -> None:
    wire = ClassifyOptions()
    wire.MergeFromString(b"\x30\x07")
    with pytest.raises(CallRefusedError, match=r"options\.priority: 7 is not a Priority"):
        read_options(wire)


def test_an_unknown_reply_order_is_refused_by_name() -> None:
    wire = ClassifyOptions()
    wire.MergeFromString(b"\x28\x07")
    with pytest.raises(CallRefusedError, match=r"options\.reply_order: 7"):
        read_options(wire)


def test_half_of_a_surrogate_pair_is_refused_by_its_place() -> None:
    with pytest.raises(CallRefusedError, match="inputs 1: has half of a surrogate pair at character 2 of the text"):
        plain_messages(["\U0001f600", "h\u00e9\ud83d"], ["inputs 0", "inputs 1"])


def test_a_long_text_costs_no_step_per_character() -> None:
    steps = []
    sys.setprofile(lambda _frame, event, _what: steps.append(event))
    try:
        plain_messages(["\u00e9" * 10_000], ["inputs"])
    finally:
        sys.setprofile(None)
    assert len(steps) < 100
