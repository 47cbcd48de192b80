"""What is held between the caller's iterable and its tags."""

from __future__ import annotations

import pytest

from emotag import InvalidArgumentError, Limits, Message, ProtocolError, Tag
from emotag.entry import Entry, Intake
from emotag.window import FRAME_BYTES, FRAME_MESSAGES, ROOM_BYTES, Window

LIMITS = Limits(max_frame_bytes=16 << 20, max_frame_messages=1024)


def entries(count: int, text: str = "t") -> list[Entry]:
    intake = Intake(unique=True)
    return [intake.entry(Message(text, id=f"m{number}")) for number in range(count)]


def filled(count: int, *, ordered: bool = True, text: str = "t") -> tuple[Window, list[Entry]]:
    window = Window(ordered=ordered, room=10_000)
    admitted = entries(count, text)
    for entry in admitted:
        window.admit(entry)
    return window, admitted


def answer(window: Window, entry: Entry) -> None:
    window.settle(window.entry(entry.id), Tag(entry.id, "joy"))


def bad() -> Entry:
    return Entry("bad", tag=Tag("bad", error=InvalidArgumentError("x")))


def test_frames_are_bounded_by_messages() -> None:
    window, admitted = filled(150)
    frames = [window.next_frame(LIMITS) for _ in range(4)]
    assert [len(frame) for frame in frames] == [FRAME_MESSAGES, FRAME_MESSAGES, 150 - 2 * FRAME_MESSAGES, 0]
    assert [entry for frame in frames for entry in frame] == admitted


def test_frames_are_bounded_by_bytes() -> None:
    window, _ = filled(10, text="x" * 400_000)
    sizes = []
    while frame := window.next_frame(LIMITS):
        sizes.append(sum(entry.size for entry in frame))
    assert len(sizes) == 5
    assert max(sizes) <= FRAME_BYTES


def test_a_large_message_travels_alone() -> None:
    window, admitted = filled(3)
    large = Intake(unique=True).entry("x" * (3 * FRAME_BYTES))
    window.admit(large)
    assert window.next_frame(LIMITS) == admitted
    assert window.next_frame(LIMITS) == [large]


def test_what_the_server_does_not_read_is_answered_here() -> None:
    window, _ = filled(1)
    large = Intake(unique=True).entry("x" * (3 * FRAME_BYTES))
    window.admit(large)
    assert [len(window.next_frame(Limits(max_frame_bytes=FRAME_BYTES))) for _ in range(2)] == [1, 0]
    assert large.tag is not None
    assert isinstance(large.tag.error, InvalidArgumentError)
    assert large.tag.error.field == "text"
    assert window.unanswered == 1


def test_the_servers_bounds_hold() -> None:
    window, _ = filled(10)
    assert len(window.next_frame(Limits(max_frame_messages=4))) == 4
    assert len(window.next_frame(Limits())) == 6


def test_ordered_tags_wait_for_their_turn() -> None:
    window, (first, second, third) = filled(3)
    window.admit(bad())
    answer(window, second)
    assert not window.ready()
    assert window.take() == []
    answer(window, first)
    assert [tag.message_id for tag in window.take()] == ["m0", "m1"]
    answer(window, third)
    assert [tag.message_id for tag in window.take()] == ["m2", "bad"]
    assert len(window) == 0


def test_unordered_tags_do_not_wait() -> None:
    window, (_, second, _) = filled(3, ordered=False)
    window.admit(bad())
    answer(window, second)
    assert [tag.message_id for tag in window.take()] == ["bad", "m1"]
    assert len(window) == 2


@pytest.mark.parametrize("ordered", [True, False])
def test_room_is_counted_until_tags_are_taken(ordered: bool) -> None:
    window = Window(ordered=ordered, room=3)
    admitted = entries(3)
    for entry in admitted:
        assert window.has_room()
        window.admit(entry)
    assert not window.has_room()
    answer(window, admitted[0])
    assert not window.has_room()
    window.take()
    assert window.has_room()


@pytest.mark.parametrize("ordered", [True, False])
def test_local_answers_take_room_as_well(ordered: bool) -> None:
    window = Window(ordered=ordered, room=2)
    window.admit(bad())
    window.admit(bad())
    assert not window.has_room()
    assert len(window.take()) == 2
    assert window.has_room()


def test_room_is_bounded_in_bytes() -> None:
    window = Window(ordered=True)
    large = Intake(unique=True).entry("x" * ROOM_BYTES)
    window.admit(large)
    assert not window.has_room()
    answer(window, large)
    assert window.has_room()


@pytest.mark.parametrize("ordered", [True, False])
def test_what_was_answered_holds_no_text_while_it_waits_for_its_turn(ordered: bool) -> None:
    window, (first, second) = filled(2, ordered=ordered, text="x" * 1000)
    answer(window, second)
    assert (first.wire.ByteSize() > 1000, second.wire.ByteSize()) == (True, 0)


def test_everything_unanswered_is_sent_again_in_its_order() -> None:
    window, admitted = filled(5)
    window.next_frame(LIMITS)
    assert not window.unsent()
    answer(window, admitted[1])
    window.send_all_again()
    assert window.next_frame(LIMITS) == [admitted[0], *admitted[2:]]


def test_the_oldest_unanswered() -> None:
    window, admitted = filled(2)
    assert window.oldest() is admitted[0]
    answer(window, admitted[0])
    assert window.oldest() is admitted[1]
    answer(window, admitted[1])
    assert window.oldest() is None


def test_an_answer_for_nothing_is_refused() -> None:
    window, (first,) = filled(1)
    answer(window, first)
    for message_id in ("m0", "stranger", ""):
        with pytest.raises(ProtocolError):
            window.entry(message_id)


@pytest.mark.parametrize("ordered", [True, False])
def test_counting_answers(ordered: bool) -> None:
    window, (first, second, third) = filled(3, ordered=ordered)
    answer(window, third)
    assert (window.answered, window.admitted) == (0 if ordered else 1, 3)
    answer(window, first)
    window.take()
    answer(window, second)
    assert (window.answered, window.admitted) == (3, 3)
