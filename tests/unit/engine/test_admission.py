from __future__ import annotations

from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emotag_service.engine.admission import Admission
from emotag_service.engine.errors import ComputeError, ExpiredError, InvalidMessageError, QueueFullError
from emotag_service.engine.limits import EngineLimits
from emotag_service.engine.message import Message
from emotag_service.engine.options import Options
from emotag_service.engine.room import Room
from emotag_service.testing import WordTokenizer
from tests.unit.engine.helpers import make_caller, make_job

LIMITS = EngineLimits(max_text_bytes=100, queue_messages=10, queue_bytes=500)
NOW = 50.0


@pytest.fixture
def room():
    return Room(LIMITS.queue_messages, LIMITS.queue_bytes)


@pytest.fixture
def admission(room):
    return Admission(WordTokenizer(max_tokens=5), LIMITS, room, lambda: 0.25)


def admit(admission, message, *, deadline=inf, options=Options(taxonomy="fine"), patient=False):  # noqa: B008, frozen
    job = make_job(make_caller(), [], options=options)
    return admission.admit(message, admission.name(message), job, 0, NOW, deadline, patient)


def test_a_good_message_is_counted_in(admission, room):
    entry = admit(admission, Message("so very good", id="m1"))
    assert (entry.message_id, len(entry.ids), entry.truncated, entry.size) == ("m1", 3, False, 12)
    assert (entry.admitted, entry.deadline, entry.text) == (NOW, inf, "")
    assert (room.held.messages, room.held.size) == (1, 12)


def test_what_the_model_does_not_read_is_told(admission):
    assert admit(admission, Message("a b c d e f")).truncated
    assert not admit(admission, Message("a b c d e")).truncated


def test_an_explanation_needs_the_text(admission):
    assert admit(admission, Message("hello"), options=Options("fine", explain=True)).text == "hello"


def test_ids_are_made_up_and_never_twice(admission):
    names = {admission.name(Message("x")) for _ in range(100)}
    assert len(names) == 100
    assert admission.name(Message("x", id="given")) == "given"


@pytest.mark.parametrize(
    ("message", "field", "problem"),
    [
        (Message(""), "text", "is empty; give at least one word"),
        (Message(" \n\t "), "text", "nothing to read"),
        (Message("x" * 101), "text", "has 101 bytes or more; send at most 100"),
        (Message("é" * 51), "text", "has 102 bytes or more"),
        (Message("\ud800" * 34), "text", "has 102 bytes or more"),
        (Message(None), "text", "is a NoneType; give a str"),
        (Message(b"hi"), "text", "is a bytes; give a str"),
        (Message("x", id="i" * 257), "id", "longer than 256 bytes"),
        (Message("x", id="é" * 129), "id", "longer than 256 bytes"),
        (Message("x", sender="s" * 300), "sender", "longer than 256 bytes"),
        (Message("x", conversation_id="c" * 300), "conversation_id", "longer than 256 bytes"),
        (Message("x", id=7), "id", "is a int; give a str"),
        (Message("x", sender=["a"]), "sender", "is a list; give a str"),
        (Message("x", time_to_live="soon"), "time_to_live", "is 'soon'; give seconds"),
        (Message("x", time_to_live=float("nan")), "time_to_live", "is nan; give seconds"),
        (Message("x", time_to_live=True), "time_to_live", "is True; give seconds"),
        (Message("x", sent_at="now"), "sent_at", "is 'now'; give seconds"),
        (Message("x", sent_at=inf), "sent_at", "is inf; give seconds"),
        ("just text", "message", "is a str; give an engine Message"),
        (None, "message", "is a NoneType"),
    ],
)
def test_bad_input_is_refused_by_field_and_holds_nothing(admission, room, message, field, problem):
    with pytest.raises(InvalidMessageError, match=problem) as caught:
        admit(admission, message)
    assert caught.value.field == field
    assert (room.held.messages, room.held.size) == (0, 0)


@pytest.mark.parametrize("text", ["x" * 100, "é" * 50, "\ud800 lone", "a\0b", "👩‍👩‍👧", "שלום עולם", "e\u0301"])
def test_odd_but_readable_texts_are_admitted(admission, text):
    assert admit(admission, Message(text)).ids


def test_names_of_exactly_the_bound_are_admitted(admission):
    entry = admit(admission, Message("x", id="i" * 256, sender="é" * 128, conversation_id="👍" * 64, sent_at=0.0))
    assert entry.message_id == "i" * 256


def test_the_nearer_of_two_deadlines_counts(admission):
    assert admit(admission, Message("x", time_to_live=3)).deadline == NOW + 3
    assert admit(admission, Message("x", time_to_live=3), deadline=NOW + 2).deadline == NOW + 2
    assert admit(admission, Message("x", time_to_live=3), deadline=NOW + 5).deadline == NOW + 3
    assert admit(admission, Message("x", time_to_live=inf)).deadline == inf


@pytest.mark.parametrize("time_to_live", [0, -1, -inf])
def test_what_comes_too_late_is_refused(admission, room, time_to_live):
    with pytest.raises(ExpiredError, match="time_to_live"):
        admit(admission, Message("x", time_to_live=time_to_live))
    with pytest.raises(ExpiredError):
        admit(admission, Message("x"), deadline=NOW)
    assert room.held.messages == 0


def test_a_tokenizer_that_fails_costs_only_the_message(room):
    class Broken(WordTokenizer):
        def encode(self, text):
            raise RecursionError(text)

    admission = Admission(Broken(), LIMITS, room, lambda: 0.25)
    with pytest.raises(ComputeError, match=r"tokenizer failed on this message \(RecursionError\)"):
        admit(admission, Message("secret"))
    assert room.held.messages == 0


def test_a_full_engine_refuses_with_a_hint_before_it_reads(admission, room):
    room.enter(10, 100, patient=False)
    with pytest.raises(QueueFullError, match="holds 10 of 10 messages") as caught:
        admit(admission, Message("  "))
    assert caught.value.retry_after == 0.25
    room.leave(5, 0, patient=False)
    room.enter(0, 390, patient=False)
    with pytest.raises(QueueFullError, match="490 of 500 bytes, no room for 11"):
        admit(admission, Message("hello world"))


ANYTHING = st.one_of(st.none(), st.integers(), st.floats(), st.text(), st.binary(), st.lists(st.text(), max_size=2))
TEXTS = st.text(alphabet=st.characters(), max_size=150)  # lone surrogates are among them


@settings(deadline=None)
@given(
    message=st.one_of(
        ANYTHING,
        st.builds(Message, text=TEXTS),
        st.builds(
            Message,
            text=ANYTHING,
            id=ANYTHING,
            conversation_id=ANYTHING,
            sender=ANYTHING,
            sent_at=ANYTHING,
            time_to_live=ANYTHING,
        ),
    )
)
def test_whatever_comes_is_admitted_or_refused_and_counted_right(message):
    room = Room(10, 500)
    admission = Admission(WordTokenizer(), LIMITS, room, lambda: 1.0)
    try:
        entry = admit(admission, message)
    except (InvalidMessageError, ExpiredError):
        assert (room.held.messages, room.held.size) == (0, 0)
    else:
        assert (room.held.messages, room.held.size) == (1, entry.size)
        assert entry.size == len(message.text.encode("utf-8", "surrogatepass")) <= 100
        assert isinstance(entry.message_id, str)
