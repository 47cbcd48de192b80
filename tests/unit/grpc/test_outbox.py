"""Tags leave in the order that was asked for, each exactly once."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emotag.v1.message_pb2 import Message
from emotag_service.contract.decode import Intake
from emotag_service.grpc.outbox import OrderedOutbox, UnorderedOutbox
from emotag_service.testing import ScriptedPredictor, in_memory_engine

if TYPE_CHECKING:
    from collections.abc import Callable

    from emotag_service.engine.caller import Job
    from emotag_service.grpc.outbox import Outbox


class _Wakes:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


def _add(outbox: Outbox, intake: Intake, job: Job) -> None:
    outbox.add(intake.refused, job)


def _names(outbox: Outbox, limit: int = 100) -> str:
    return "".join(tag.message_id for tag in outbox.take(limit))


def test_ordered_waits_for_the_first(make_job: Callable[..., Any], answer: Callable[..., None]) -> None:
    outbox, frame = OrderedOutbox(_Wakes()), make_job("abc")
    _add(outbox, *frame)
    answer(*frame, 1, 2)
    assert _names(outbox) == ""
    answer(*frame, 0)
    assert _names(outbox) == "abc"
    assert _names(outbox) == ""


def test_ordered_hands_out_the_beginning_of_a_frame(make_job: Callable[..., Any], answer: Callable[..., None]) -> None:
    outbox, frame = OrderedOutbox(_Wakes()), make_job("abc")
    _add(outbox, *frame)
    answer(*frame, 0, 1)
    assert _names(outbox) == "ab"
    answer(*frame, 2)
    assert _names(outbox) == "c"


def test_ordered_packs_frames_together_up_to_the_limit(
    make_job: Callable[..., Any], answer: Callable[..., None]
) -> None:
    outbox, frames = OrderedOutbox(_Wakes()), [make_job("a"), make_job("b"), make_job("cde")]
    for frame in frames:
        _add(outbox, *frame)
        answer(*frame, *range(len(frame[0].messages)))
    assert [_names(outbox, 3) for _ in range(3)] == ["abc", "de", ""]


def test_ordered_is_not_woken_by_what_must_wait(make_job: Callable[..., Any], answer: Callable[..., None]) -> None:
    wakes = _Wakes()
    outbox, first, second = OrderedOutbox(wakes), make_job("a"), make_job("b")
    _add(outbox, *first)
    _add(outbox, *second)
    before = wakes.count
    answer(*second, 0)
    assert wakes.count == before
    answer(*first, 0)
    assert wakes.count == before + 1
    assert _names(outbox) == "ab"


@pytest.mark.parametrize("kind", [OrderedOutbox, UnorderedOutbox])
def test_what_submit_answered_itself_is_handed_out(
    kind: type[Any], make_job: Callable[..., Any], answer: Callable[..., None]
) -> None:
    wakes = _Wakes()
    outbox, frame = kind(wakes), make_job("ab")
    answer(*frame, 0, 1)
    _add(outbox, *frame)
    assert wakes.count
    assert _names(outbox) == "ab"


@pytest.mark.parametrize("kind", [OrderedOutbox, UnorderedOutbox])
def test_a_frame_that_is_refused_whole_is_answered(kind: type[Any], make_job: Callable[..., Any]) -> None:
    outbox = kind(_Wakes())
    _add(outbox, *make_job("XYZ"))
    assert _names(outbox) == "XYZ"


def test_ordered_keeps_refusals_in_their_place(make_job: Callable[..., Any], answer: Callable[..., None]) -> None:
    outbox, frame = OrderedOutbox(_Wakes()), make_job("aXbY")
    _add(outbox, *frame)
    assert _names(outbox) == ""
    answer(*frame, 0)
    assert _names(outbox) == "aX"
    answer(*frame, 1)
    assert _names(outbox) == "bY"


def test_unordered_lets_the_quick_overtake(make_job: Callable[..., Any], answer: Callable[..., None]) -> None:
    outbox, first, second = UnorderedOutbox(_Wakes()), make_job("aX"), make_job("b")
    _add(outbox, *first)
    _add(outbox, *second)
    answer(*second, 0)
    assert _names(outbox) == "Xb"
    answer(*first, 0)
    assert _names(outbox) == "a"


@pytest.mark.parametrize("kind", [OrderedOutbox, UnorderedOutbox])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_every_tag_leaves_exactly_once(
    kind: type[Any], data: st.DataObject, make_job: Callable[..., Any], answer: Callable[..., None]
) -> None:
    names = iter("abcdefghijklmnopqrstuvwxyz")
    frames = [
        make_job("".join(next(names) for _ in range(n))) for n in data.draw(st.lists(st.integers(1, 5), max_size=5))
    ]
    outbox, taken = kind(_Wakes()), ""
    for frame in frames:
        _add(outbox, *frame)
    todo = data.draw(
        st.permutations([(f, i) for f, (intake, _) in enumerate(frames) for i in range(len(intake.messages))])
    )
    for frame, index in todo:
        answer(*frames[frame], index)
        taken += _names(outbox, data.draw(st.integers(1, 4)))
    while rest := _names(outbox, 3):
        taken += rest
    sent = "".join(message.id for intake, _ in frames for message in intake.messages)
    assert (taken if kind is OrderedOutbox else "".join(sorted(taken))) == sent


@pytest.mark.parametrize("kind", [OrderedOutbox, UnorderedOutbox])
@pytest.mark.parametrize("answered", [True, False])
async def test_a_stream_that_ends_leaves_no_circle_for_the_collector(kind: Any, *, answered: bool) -> None:
    predictor = ScriptedPredictor()
    engine = in_memory_engine(predictor)
    await engine.start()
    gc.disable()
    try:
        caller, outbox = engine.caller(), kind(_Wakes())
        if not answered:
            predictor.hold()
        for number in range(2):
            intake = Intake([Message(text=f"joy {number}")], {})
            job = engine.submit(intake.messages, caller=caller)
            _add(outbox, intake, job)
        if answered:
            await job.wait()
        caller.close()
        gone = weakref.ref(outbox)
        del outbox, job
        predictor.release()
        await engine.close()
        assert gone() is None
    finally:
        gc.enable()
