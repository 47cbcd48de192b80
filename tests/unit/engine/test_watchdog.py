from __future__ import annotations

from emotag_service.engine.health import Watchdog
from tests.unit.engine.helpers import until


async def test_it_sleeps_while_nothing_can_be_overdue():
    calls = []

    def check():
        calls.append(1)

    watchdog = Watchdog(check)
    assert watchdog._timer is None
    watchdog.arm()
    assert calls == [1]
    assert watchdog._timer is None


async def test_it_looks_again_when_told_to_until_nothing_is_left():
    delays = [0.001, 0.001, None]
    watchdog = Watchdog(lambda: delays.pop(0))
    watchdog.arm()
    assert watchdog._timer is not None
    await until(lambda: not delays)
    assert watchdog._timer is None


async def test_arming_twice_is_arming_once():
    calls = []

    def check():
        calls.append(1)
        return 1_000.0

    watchdog = Watchdog(check)
    watchdog.arm()
    watchdog.arm()
    assert calls == [1]
    watchdog.disarm()
    watchdog.disarm()
    assert watchdog._timer is None
