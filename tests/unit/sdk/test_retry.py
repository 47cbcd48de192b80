"""Backoff, deadlines, attempts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotag import InvalidArgumentError, OverloadedError, Retry, UnavailableError
from emotag.retry import Attempts, Deadline, Failures


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@given(st.integers(1, 500), st.floats(0, 100) | st.none())
def test_waits_are_bounded_and_never_shorter_than_asked_for(failures: int, retry_after: float | None) -> None:
    wait = Retry(initial=0.1, maximum=5.0).wait(failures, retry_after)
    asked = retry_after or 0.0
    assert asked <= wait <= asked + min(5.0, 0.1 * 2.0 ** (failures - 1))


def test_waits_are_spread() -> None:
    waits = [Retry(initial=1.0).wait(1) for _ in range(200)]
    assert min(waits) < 0.2
    assert max(waits) > 0.8


@pytest.mark.parametrize(
    "wrong",
    [
        {"attempts": -1},
        {"seconds": -1.0},
        {"seconds": float("nan")},
        {"initial": -1.0},
        {"initial": 2.0, "maximum": 1.0},
    ],
)
def test_settings_that_make_no_sense(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Retry(**wrong)  # type: ignore[arg-type]


def test_a_deadline_runs_down_and_stays_at_zero() -> None:
    clock = Clock()
    deadline = Deadline(2.0, clock)
    assert deadline.remaining() == 2.0
    clock.now += 1.5
    assert deadline.remaining() == pytest.approx(0.5)
    assert deadline.allows(0.25)
    assert not deadline.allows(0.75)
    clock.now += 10
    assert deadline.remaining() == 0.0


def test_no_deadline_allows_everything() -> None:
    assert Deadline(None).remaining() is None
    assert Deadline(None).allows(1e9)


def test_attempts_end() -> None:
    attempts = Attempts(Retry(attempts=3, initial=0, maximum=0), Deadline(None))
    error = UnavailableError("x")
    assert attempts.failed(error) == 0.0
    assert attempts.failed(error) == 0.0
    with pytest.raises(UnavailableError) as caught:
        attempts.failed(error)
    assert caught.value is error


def test_without_a_number_of_attempts_the_seconds_decide() -> None:
    clock = Clock()
    failures = Failures(Retry(seconds=10.0), clock)
    for _ in range(1_000):
        failures.add()
    assert failures.allow()
    clock.now += 9.0
    assert failures.allow(1.0)
    assert not failures.allow(1.5)
    failures.reset()
    failures.add()
    assert failures.allow(10.0)


def test_what_is_final_is_not_attempted_again() -> None:
    with pytest.raises(InvalidArgumentError):
        Attempts(Retry(), Deadline(None)).failed(InvalidArgumentError("x"))


def test_no_attempt_past_the_deadline() -> None:
    attempts = Attempts(Retry(initial=0, maximum=0), Deadline(5.0, Clock()))
    assert attempts.failed(OverloadedError("x", retry_after=4.0)) == 4.0
    with pytest.raises(OverloadedError):
        attempts.failed(OverloadedError("x", retry_after=5.0))


@pytest.mark.parametrize("timeout", [None, 1e12, float("inf")])
def test_a_deadline_that_no_clock_can_hold_is_none(timeout: float | None) -> None:
    deadline = Deadline(timeout)
    assert (deadline.at, deadline.remaining()) == (None, None)
    assert deadline.allows(1e9)
