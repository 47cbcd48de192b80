"""The schedule of faults."""

from __future__ import annotations

import pytest

from tests.chaos.faults import Fault, Weather


def test_a_seed_is_a_schedule() -> None:
    weather = Weather()
    assert weather.schedule(5, 100) == weather.schedule(5, 100)
    assert weather.schedule(5, 100) != weather.schedule(6, 100)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("seconds", [4.0, 100.0])
def test_every_kind_happens_in_time(seed: int, seconds: float) -> None:
    schedule = Weather(restart_every=4).schedule(seed, seconds)
    assert {fault for _, fault in schedule} == set(Fault)
    assert all(0 < at < seconds for at, _ in schedule)
    assert schedule == sorted(schedule)


def test_a_kind_can_be_left_out() -> None:
    weather = Weather(kill_every=4, freeze_every=0, broker_every=0)
    assert {fault for _, fault in weather.schedule(1, 100)} == {Fault.KILL}


def test_a_kind_more_leaves_the_others_as_they_were() -> None:
    without = Weather().schedule(5, 100)
    restless = Weather(restart_every=10).schedule(5, 100)
    assert [(at, fault) for at, fault in restless if fault is not Fault.RESTART] == without
