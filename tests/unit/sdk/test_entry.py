"""From what callers give to what is sent."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotag import InvalidArgumentError, Message, UnavailableError
from emotag.entry import Intake, encode, split_seconds
from emotag.repeats import Repeats


def fault(item: Any) -> InvalidArgumentError:
    entry = Intake(unique=True).entry(item)
    assert entry.tag is not None
    assert entry.tag.message_id == entry.id
    assert isinstance(entry.tag.error, InvalidArgumentError)
    return entry.tag.error


def test_a_text_is_a_message() -> None:
    entry = Intake(unique=True).entry("hello 👋")
    assert entry.tag is None
    assert entry.wire.text == "hello 👋"
    assert entry.wire.id == entry.id != ""
    assert entry.size == entry.wire.ByteSize()


def test_every_field_is_sent() -> None:
    wire = encode(Message("t", "i", "c", "s", sent_at=1.5, time_to_live=2.25), "i")
    assert (wire.text, wire.id, wire.conversation_id, wire.sender) == ("t", "i", "c", "s")
    assert wire.sent_at.ToDatetime(dt.UTC) == dt.datetime(1970, 1, 1, 0, 0, 1, 500_000, dt.UTC)
    assert wire.time_to_live.ToTimedelta() == dt.timedelta(seconds=2.25)


def test_absent_times_are_absent() -> None:
    wire = encode(Message("t"), "i")
    assert not wire.HasField("sent_at")
    assert not wire.HasField("time_to_live")


@pytest.mark.parametrize("value", [0, 0.0, -0.5, -1, -1.25, 1e-9, 3])
def test_durations_have_one_sign(value: float) -> None:
    duration = encode(Message("t", time_to_live=value), "i").time_to_live
    assert duration.ToNanoseconds() == round(value * 1e9)
    assert duration.seconds * duration.nanos >= 0


@given(st.floats(-6e10, 2e11))
def test_seconds_are_split_exactly(value: float) -> None:
    whole, nanos = split_seconds("sent_at", value)
    assert 0 <= nanos < 10**9
    assert whole + nanos / 1e9 == pytest.approx(value, abs=1e-5)


@pytest.mark.parametrize("name", ["sent_at", "time_to_live"])
@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), -float("inf"), 1e15, 10**400, "1", True, dt.timedelta(1)]
)
def test_times_that_can_not_be_sent(name: str, value: Any) -> None:
    assert fault(Message("t", **{name: value})).field == name


@pytest.mark.parametrize("name", ["text", "id", "conversation_id", "sender"])
@pytest.mark.parametrize("value", [None, 5, b"bytes", ["list"], "\ud800"])
def test_names_and_texts_that_can_not_be_sent(name: str, value: Any) -> None:
    error = fault(Message(**{"text": "t", name: value}))
    assert error.field == name
    assert error.reason == "INVALID_MESSAGE"
    assert error.code == "INVALID_ARGUMENT"


@pytest.mark.parametrize("name", ["id", "conversation_id", "sender"])
def test_names_are_bounded_in_bytes(name: str) -> None:
    assert fault(Message("t", **{name: "é" * 129})).field == name
    assert Intake(unique=True).entry(Message("t", **{name: "é" * 128})).tag is None
    assert Intake(unique=True).entry(Message("t", **{name: "e" * 256})).tag is None


@pytest.mark.parametrize("item", [None, 5, b"bytes", {"text": "t"}])
def test_other_types_are_named(item: Any) -> None:
    assert type(item).__name__ in str(fault(item))


def test_an_error_in_the_iterable_is_its_own_answer() -> None:
    error = UnavailableError("my source is down")
    entry = Intake(unique=True).entry(error)
    assert entry.tag is not None
    assert entry.tag.error is error


def test_ids_repeat_only_where_they_may() -> None:
    for unique in (True, False):
        intake = Intake(unique=unique)
        assert intake.entry(Message("a", id="x")).tag is None
        assert (intake.entry(Message("b", id="x")).tag is None) is not unique


def test_an_id_that_is_too_long_is_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(Repeats, "repeats", lambda _, message_id, number: asked.append(message_id))
    intake = Intake(unique=True)
    for name in ("e" * 257, "e" * 256, "x" * 200_000):
        intake.entry(Message("a", id=name))
    assert asked == ["e" * 256]


def test_made_ids_differ_between_streams_and_messages() -> None:
    made = {Intake(unique=True).entry("a").id for _ in range(50)}
    one = Intake(unique=True)
    made |= {one.entry(Message("a")).id for _ in range(50)}
    assert len(made) == 100


@given(st.text())
def test_any_text_is_sent_or_refused(text: str) -> None:
    entry = Intake(unique=True).entry(text)
    assert entry.tag is None
    assert entry.wire.text == text
