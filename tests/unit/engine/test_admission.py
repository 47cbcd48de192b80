from __future__ import annotations

import gc
import weakref
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emotag_model.text.tokenizer import CHARACTERS_PER_TOKEN
from emotag_service.engine.admission import Admission
from emotag_service.engine.caller import Job
from emotag_service.engine.counters import Counters
from emotag_service.engine.errors import DrainingError, ExpiredError, InvalidMessageError, QueueFullError
from emotag_service.engine.limits import EngineLimits
from emotag_service.engine.message import Message
from emotag_service.engine.room import Room
from tests.unit.engine.helpers import OPTIONS, make_caller

LIMITS = EngineLimits(max_text_bytes=100, max_tokens=256, queue_messages=10, queue_bytes=500)
NOW = 50.0


@pytest.fixture
def room():
    return Room(LIMITS.queue_messages, LIMITS.queue_bytes)


@pytest.fixture
def admission(room):
    return Admission(LIMITS, room, Counters(), lambda: NOW, lambda: 0.25)


def admit(admission, message, *, deadline=inf, patient=False):
    """Return the entry of a message, or raise what it was answered with."""
    job = Job(1, OPTIONS, make_caller(), lambda job: None)
    entries = admission.admit([message], job, deadline, patient=patient)
    if job.tags[0] is not None:
        assert entries == []
        raise job.tags[0].error
    return entries[0]


def test_a_good_message_is_counted_in(admission, room):
    entry = admit(admission, Message("so very good", id="m1"))
    assert (entry.message_id, entry.text, entry.size, entry.cost) == ("m1", "so very good", 12, 12)
    assert (entry.admitted, entry.deadline) == (NOW, inf)
    assert (room.held.messages, room.held.size) == (1, 12)


def test_what_the_model_does_not_look_at_costs_nothing(room):
    limits = EngineLimits(max_text_bytes=100, max_tokens=2)
    entry = admit(Admission(limits, room, Counters(), lambda: NOW, lambda: 0.25), Message("x" * 90))
    assert (entry.size, entry.cost) == (90, 2 * CHARACTERS_PER_TOKEN)


def test_ids_are_made_up_and_never_twice(admission):
    names = {admit(admission, Message("x")).message_id for _ in range(10)}
    assert len(names) == 10
    with pytest.raises(QueueFullError):
        admit(admission, Message("x", id="given"))


def test_a_refused_message_leaves_nothing_to_the_cycle_collector(admission):
    gc.disable()
    try:
        job = Job(2, OPTIONS, make_caller(), lambda job: None)
        admission.admit([Message(""), Message("late")], job, NOW, patient=False)
        errors = [weakref.ref(tag.error) for tag in job.tags]
        del job
        assert [error() for error in errors] == [None, None]
    finally:
        gc.enable()


def test_messages_of_one_job_stand_or_fall_alone(admission, room):
    job = Job(3, OPTIONS, make_caller(), lambda job: None)
    entries = admission.admit(
        [Message("good", id="a"), Message("", id="b"), Message("too", id="c")],
        job,
        inf,
        patient=False,
    )
    assert [(entry.index, entry.message_id) for entry in entries] == [(0, "a"), (2, "c")]
    assert job.tags[1].error.field == "text"
    assert room.held.messages == 2


def test_all_are_refused_with_one_error(admission, room):
    job = Job(2, OPTIONS, make_caller(), lambda job: None)
    admission.refuse([Message("a", id="a"), None], job, DrainingError("stopping"))
    assert [type(tag.error) for tag in job.tags] == [DrainingError] * 2
    assert job.tags[0].message_id == "a"
    assert room.held.messages == 0


@pytest.mark.parametrize(
    ("message", "field", "problem"),
    [
        (Message(""), "text", "is empty; give at least one word"),
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
        (Message("x", time_to_live=10**400), "time_to_live", "is an int too large; give seconds"),
        (Message("x", sent_at=-(10**5000)), "sent_at", "is an int too large; give seconds"),
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
    assert admit(admission, Message(text)).text == text


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
    admission = Admission(LIMITS, room, Counters(), lambda: NOW, lambda: 0.25)
    try:
        entry = admit(admission, message)
    except (InvalidMessageError, ExpiredError):
        assert (room.held.messages, room.held.size) == (0, 0)
    else:
        assert (room.held.messages, room.held.size) == (1, entry.size)
        assert entry.size == len(message.text.encode("utf-8", "surrogatepass")) <= 100
        assert isinstance(entry.message_id, str)
