from __future__ import annotations

from emotag_service.engine.health import EngineHealth


def test_changes_are_told_once_each():
    health, told = EngineHealth(), []
    health.subscribe(told.append)
    for state in (False, True, True, False, True):
        health.set(healthy=state)
    assert told == [True, False, True]
    assert health.healthy


def test_a_subscriber_that_raises_keeps_nothing_from_the_others(events):
    health, told = EngineHealth(), []

    def broken(healthy):
        raise RuntimeError("mine")

    health.subscribe(broken)
    health.subscribe(told.append)
    health.set(healthy=True)
    assert told == [True]
    assert [event["event"] for event in events] == ["health changed", "health callback failed"]
