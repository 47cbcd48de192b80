"""A stream over many connections, against a simulated server that does its worst; no network, no clock."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emotag import (
    DeadlineExceededError,
    EmotionError,
    InvalidArgumentError,
    Limits,
    Message,
    OverloadedError,
    Retry,
    StreamBrokenError,
    Tag,
    UnavailableError,
)
from emotag.entry import Intake
from emotag.retry import Deadline, Failures
from emotag.session import Session
from emotag.window import Window

PATIENT = Retry(seconds=1e9, initial=0, maximum=0)
LIMITS = Limits(max_frame_bytes=16 << 20, max_frame_messages=16)


def session_of(
    retry: Retry = PATIENT, *, ordered: bool = True, room: int = 32, timeout: float | None = None
) -> Session:
    return Session(Window(ordered=ordered, room=room), retry, Deadline(timeout))


def admit(session: Session, *ids: str) -> None:
    intake = Intake(unique=True)
    for one in ids:
        session.admit(intake.entry(Message("t", id=one)))


def send(session: Session) -> list[str]:
    return [entry.id for entry in session.next_frame(LIMITS)]


class Simulation:
    """A caller, a session and a server that drains, refuses and breaks by chance."""

    def __init__(self, seed: int, count: int, *, ordered: bool) -> None:
        self.chance = random.Random(seed)
        self.session = session_of(ordered=ordered)
        self.intake = Intake(unique=True)
        self.left = [f"m{number}" for number in range(count)]
        self.got: list[str] = []
        self.ordered = ordered

    def run(self) -> list[str]:
        while not self.session.finished:
            self.caller()
            if self.session.wants_connection:
                self.connection()
        return self.got

    def caller(self) -> None:
        while self.left and self.session.has_room() and self.chance.random() < 0.9:
            one = self.left.pop(0)
            item = InvalidArgumentError("bad") if self.chance.random() < 0.05 else Message("t", id=one)
            entry = self.intake.entry(item)
            if entry.tag is not None:
                entry.tag.message_id = one
            self.session.admit(entry)
        if not self.left:
            self.session.end()
        self.got += [tag.message_id for tag in self.session.take()]

    def connection(self) -> None:
        """Frames go out, answers come back, until it breaks or is done."""
        self.session.open()
        server: list[str] = []
        while self.chance.random() < 0.95:
            self.caller()
            server += [entry.id for entry in self.session.next_frame(LIMITS)]
            if not self.ordered:
                self.chance.shuffle(server)
            count = self.chance.randint(0, len(server))
            answers, server = server[:count], server[count:]
            self.session.receive([self.tag(one) for one in answers], drain=self.chance.random() < 0.05)
            if self.session.done_sending and not server:
                self.session.closed(None)
                return
        self.session.closed(UnavailableError("broken"))

    def tag(self, message_id: str) -> Tag:
        refused = self.chance.random() < 0.1
        return Tag(message_id, error=OverloadedError("full")) if refused else Tag(message_id, "joy")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 150), st.booleans())
def test_every_message_is_answered_once(seed: int, count: int, ordered: bool) -> None:
    got = Simulation(seed, count, ordered=ordered).run()
    expected = [f"m{number}" for number in range(count)]
    assert Counter(got) == Counter(expected)
    if ordered:
        assert got == expected


def test_a_connection_is_wanted_only_for_messages() -> None:
    session = session_of()
    assert not session.wants_connection
    session.admit(Intake(unique=True).entry("\ud800"))
    assert not session.wants_connection
    admit(session, "a")
    assert session.wants_connection


def test_half_close_when_the_caller_is_done() -> None:
    session = session_of()
    admit(session, "a")
    session.open()
    assert not session.done_sending
    session.end()
    assert not session.done_sending
    assert send(session) == ["a"]
    assert session.done_sending
    assert not session.finished
    session.receive([Tag("a", "joy")], drain=False)
    assert session.closed(None) == 0.0
    session.take()
    assert session.finished


def test_a_drain_notice_half_closes_and_the_rest_goes_elsewhere() -> None:
    session = session_of()
    admit(session, "a", "b")
    session.open()
    assert send(session) == ["a", "b"]
    session.receive([Tag("a", "joy")], drain=True)
    admit(session, "c")
    assert session.done_sending
    assert send(session) == []
    session.receive([Tag("b", error=UnavailableError("stopping"))], drain=False)
    session.closed(None)
    session.open()
    assert not session.done_sending
    assert send(session) == ["b", "c"]


def test_an_idle_stream_that_ends_is_no_failure() -> None:
    session = session_of(Retry(attempts=1))
    admit(session, "a")
    session.open()
    send(session)
    session.receive([Tag("a", "joy")], drain=False)
    assert session.closed(UnavailableError("connection age")) == 0.0
    assert not session.wants_connection


def test_an_interruption_is_forgotten_once_all_is_answered_and_the_connection_ends_idle() -> None:
    session = session_of(Retry(attempts=2, initial=0, maximum=0))
    admit(session, "a")
    session.open()
    session.closed(UnavailableError("interrupted"))
    session.open()
    send(session)
    session.receive([Tag("a", "joy")], drain=False)
    session.closed(UnavailableError("connection age"))
    admit(session, "b")
    session.open()
    assert session.closed(UnavailableError("it restarts")) == 0.0


def test_a_stream_whose_time_ran_out_says_what_was_answered() -> None:
    session = session_of(timeout=0.0)
    admit(session, "a", "b")
    session.open()
    send(session)
    session.receive([Tag("a", "joy")], drain=False)
    assert session.remaining() == 0.0
    assert "1 messages were answered, 1 were not" in str(session.expired())
    assert session_of().remaining() is None


def test_waits_are_as_long_as_the_longest_hint() -> None:
    session = session_of()
    admit(session, "a", "b", "c")
    session.open()
    send(session)
    refusals = [
        Tag(one, error=OverloadedError("full", retry_after=after))
        for one, after in (("a", 1.0), ("b", 3.0), ("c", None))
    ]
    session.receive(refusals, drain=False)
    assert session.closed(None) == 3.0
    session.open()
    assert session.closed(UnavailableError("x", retry_after=0.5)) == 0.5


def test_progress_is_that_the_oldest_is_answered() -> None:
    """m1 kills every server that takes it; its neighbours are answered all the same."""
    session = session_of(Retry(attempts=3, initial=0, maximum=0), ordered=False)
    admit(session, *[f"m{number}" for number in range(8)])
    for one in ("m0", "m2"):
        session.open()
        send(session)
        session.receive([Tag(one, "joy")], drain=False)
        session.closed(UnavailableError("killed"))
    session.open()
    session.receive([Tag("m3", "joy")], drain=False)
    with pytest.raises(StreamBrokenError) as caught:
        session.closed(UnavailableError("killed"))
    assert (caught.value.answered, caught.value.unanswered) == (3, 5)


def test_refusals_of_one_message_end_as_its_answer() -> None:
    session = session_of(Retry(attempts=3, initial=0, maximum=0))
    admit(session, "a")
    session.end()
    for _ in range(2):
        session.open()
        send(session)
        session.receive([Tag("a", error=OverloadedError("full"))], drain=False)
        assert not session.ready()
        session.closed(None)
    session.open()
    session.receive([Tag("a", error=OverloadedError("full"))], drain=False)
    (tag,) = session.take()
    assert isinstance(tag.error, OverloadedError)
    assert session.finished


@pytest.mark.parametrize("error", [InvalidArgumentError("x"), DeadlineExceededError("x"), EmotionError("x")])
def test_what_is_final_is_raised(error: EmotionError) -> None:
    session = session_of()
    admit(session, "a")
    session.open()
    with pytest.raises(type(error)) as caught:
        session.closed(error)
    assert caught.value is error


def test_a_wait_past_the_deadline_is_not_begun() -> None:
    session = session_of(timeout=10.0)
    admit(session, "a")
    session.open()
    with pytest.raises(StreamBrokenError, match="no time") as caught:
        session.closed(UnavailableError("x", retry_after=60.0))
    assert isinstance(caught.value.__cause__, UnavailableError)


def test_a_stream_that_nobody_answers_is_given_up_after_its_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("emotag.session.Failures", lambda retry: Failures(retry, lambda: now))
    session = session_of(Retry(seconds=20.0, initial=0, maximum=0))
    admit(session, "a", "b")
    for _ in range(50):
        session.open()
        session.closed(UnavailableError("away"))
        now += 0.3
    session.open()
    send(session)
    session.receive([Tag("a", "joy")], drain=False)  # somebody answers: it is counted anew
    session.closed(UnavailableError("away"))
    now += 19.0
    session.open()
    session.closed(UnavailableError("away"))
    now += 2.0
    session.open()
    with pytest.raises(StreamBrokenError, match="interrupted 3 times in 21 s without an answer; 1 messages were"):
        session.closed(UnavailableError("away"))


def test_ending_in_order_without_all_answers_is_a_failure() -> None:
    session = session_of(Retry(attempts=2, initial=0, maximum=0))
    admit(session, "a")
    session.end()
    session.open()
    send(session)
    session.closed(None)
    session.open()
    with pytest.raises(StreamBrokenError, match="before it answered everything"):
        session.closed(None)
