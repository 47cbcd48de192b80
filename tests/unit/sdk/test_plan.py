"""The calls that tag a list; no network, no clock."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotag import InvalidArgumentError, Limits, Message, OverloadedError, ProtocolError, Retry, Tag, UnavailableError
from emotag.entry import Intake
from emotag.options import Options
from emotag.plan import CALL_MESSAGES, Plan
from emotag.retry import Deadline
from emotag.window import FRAME_BYTES

NOW = Retry(attempts=3, initial=0, maximum=0)
LIMITS = Limits(max_text_bytes=1 << 16, max_frame_bytes=4 << 20, max_frame_messages=1024)


def plan_of(items: list[object], retry: Retry = NOW) -> Plan:
    return Plan(items, Intake(unique=False), Options("ekman"), retry, Deadline(None))  # type: ignore[arg-type]


def run(plan: Plan, limits: Limits | None = LIMITS) -> list[int]:
    """Answer every call; return how many messages each had."""
    sizes = []
    while (call := plan.next_call(limits)) is not None:
        sizes.append(len(call.messages))
        plan.answered([Tag(message.id, message.text) for message in call.messages])
    return sizes


def test_one_call_for_a_few() -> None:
    plan = plan_of(["a", "b"])
    assert not plan.needs_limits
    assert run(plan, None) == [2]
    assert [tag.label for tag in plan.tags()] == ["a", "b"]


def test_nothing_needs_no_call() -> None:
    plan = plan_of([])
    assert run(plan) == []
    assert plan.tags() == []


def test_options_go_with_every_call() -> None:
    call = plan_of(["a"]).next_call(None)
    assert call is not None
    assert call.options.taxonomy == "ekman"


def test_many_are_packed_by_the_servers_limits() -> None:
    plan = plan_of([str(number) for number in range(1500)])
    assert plan.needs_limits
    assert run(plan) == [CALL_MESSAGES, CALL_MESSAGES, 1500 - 2 * CALL_MESSAGES]
    assert [tag.label for tag in plan.tags()] == [str(number) for number in range(1500)]
    assert max(run(plan_of(["a"] * 300), Limits(max_frame_messages=100))) == 100


def test_calls_are_bounded_in_bytes() -> None:
    assert len(run(plan_of(["x" * 400_000] * 10))) == 5


def test_local_errors_stay_in_their_place() -> None:
    plan = plan_of(["a", "\ud800", 5, "x" * (5 * FRAME_BYTES), Message("b", id="same"), Message("c", id="same")])
    assert plan.needs_limits
    run(plan)
    tags = plan.tags()
    assert [tag.error is None for tag in tags] == [True, False, False, False, True, True]
    assert [tag.error.field for tag in tags if tag.error is not None] == ["text", "", "text"]


def test_a_failed_call_is_made_again() -> None:
    plan = plan_of(["a", "b"])
    first = plan.next_call(None)
    assert plan.failed(UnavailableError("x", retry_after=2.0)) == 2.0
    assert plan.next_call(None) == first


def test_failing_ends() -> None:
    plan = plan_of(["a"])
    for _ in range(2):
        plan.next_call(None)
        plan.failed(UnavailableError("x"))
    plan.next_call(None)
    with pytest.raises(UnavailableError):
        plan.failed(UnavailableError("x"))


def test_what_is_final_is_raised() -> None:
    plan = plan_of(["a"])
    plan.next_call(None)
    with pytest.raises(InvalidArgumentError):
        plan.failed(InvalidArgumentError("x"))


def test_only_the_refused_are_sent_again_and_order_is_kept() -> None:
    plan = plan_of(["a", "b", "c", "d"])
    first = plan.next_call(None)
    assert first is not None
    full = OverloadedError("full", retry_after=1.5)
    tags = [Tag(one.id, one.text) if one.text in "ac" else Tag(one.id, error=full) for one in first.messages]
    assert plan.answered(tags) == 1.5
    second = plan.next_call(None)
    assert second is not None
    assert [one.text for one in second.messages] == ["b", "d"]
    plan.answered([Tag(one.id, one.text) for one in second.messages])
    assert plan.next_call(None) is None
    assert [tag.label for tag in plan.tags()] == ["a", "b", "c", "d"]


def test_a_refusal_that_stays_is_the_answer() -> None:
    plan = plan_of(["a"])
    calls = 0
    while (call := plan.next_call(None)) is not None:
        calls += 1
        plan.answered([Tag(one.id, error=OverloadedError("full")) for one in call.messages])
    assert calls == 3
    assert isinstance(plan.tags()[0].error, OverloadedError)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_an_answer_of_another_length_breaks_the_contract(count: int) -> None:
    plan = plan_of(["a", "b"])
    plan.next_call(None)
    with pytest.raises(ProtocolError):
        plan.answered([Tag("x")] * count)


@given(st.lists(st.sampled_from(["ok", "\ud800", "x" * (FRAME_BYTES // 3)]), max_size=40))
def test_every_message_has_one_tag(items: list[str]) -> None:
    plan = plan_of(list(items))
    run(plan)
    assert [tag.label or "\ud800" for tag in plan.tags()] == items
