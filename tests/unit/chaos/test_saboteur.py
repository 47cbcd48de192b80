"""The hand that carries the schedule of faults out."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.faults import Fault, Weather
from tests.chaos.saboteur import Saboteur
from tests.chaos.taggers import Taggers

SLEEPER = ("/bin/sleep", "600")


class Switch:
    """A broker that only notes what is done to it."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.broken = False

    def start(self) -> None:
        if self.broken:
            raise RuntimeError("port in use")
        self.done.append("start")

    def stop(self) -> None:
        self.done.append("stop")

    def kill(self) -> None:
        self.done.append("kill")


@pytest.fixture
def taggers(tmp_path: Path) -> Iterator[Taggers]:
    made = Taggers(3, lambda slot, deaths: SLEEPER, tmp_path)
    made.start()
    yield made
    made.kill()


def saboteur(weather: Weather, taggers: Taggers, broker: Switch, *, flowing: bool = True) -> Saboteur:
    made = Saboteur(weather, taggers, broker, flowing=lambda: flowing, seed=3, seconds=1.0)
    made.begin()
    return made


def only(**weather: float) -> Weather:
    nothing = {"kill_every": 0.0, "freeze_every": 0.0, "broker_every": 0.0}
    return Weather(**(nothing | weather))


def tick_until(one: Saboteur, fault: Fault) -> None:
    while not one.done[fault]:
        one.tick()


def test_kills_a_tagger_that_is_started_again(taggers: Taggers) -> None:
    pids = {slot.pid for slot in taggers.slots}
    one = saboteur(only(kill_every=0.02), taggers, Switch())
    tick_until(one, Fault.KILL)
    one.rest()
    while sum(taggers.exits.values()) < one.done[Fault.KILL] or None in {slot.pid for slot in taggers.slots}:
        taggers.tick()
    assert set(taggers.exits) == {-signal.SIGKILL}
    assert pids != {slot.pid for slot in taggers.slots}


def test_restarts_taggers_in_order(taggers: Taggers) -> None:
    one = saboteur(only(restart_every=0.3), taggers, Switch())
    tick_until(one, Fault.RESTART)
    told = [slot for slot in taggers.slots if slot.told]
    one.rest()
    while sum(taggers.exits.values()) < one.done[Fault.RESTART]:
        taggers.tick()
    assert told
    assert set(taggers.exits) == {-signal.SIGTERM}
    assert not taggers.ends


def state(pid: int | None) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the state of a process is read from /proc")
def test_freezes_and_thaws(taggers: Taggers) -> None:
    one = saboteur(only(freeze_every=0.02, freeze_seconds=0.05), taggers, Switch())
    tick_until(one, Fault.FREEZE)
    frozen = [slot for slot in taggers.slots if slot.frozen]
    assert frozen
    while any(slot.frozen for slot in frozen):
        one.rest()
    for slot in taggers.slots:
        while state(slot.pid) == "T":
            pass
    assert not taggers.exits


def test_taggers_that_are_frozen_are_not_killed(taggers: Taggers) -> None:
    for slot in taggers.slots:
        slot.send(signal.SIGSTOP)
    one = saboteur(only(kill_every=0.02), taggers, Switch())
    while one._schedule:
        one.tick()
    assert not one.done


@pytest.mark.parametrize(("gentle", "end"), [(False, "kill"), (True, "stop")])
def test_restarts_the_broker(taggers: Taggers, gentle: bool, end: str) -> None:
    broker = Switch()
    weather = Weather(kill_every=0, freeze_every=0, broker_every=0.02, broker_seconds=0.01, gentle=gentle)
    one = saboteur(weather, taggers, broker)
    tick_until(one, Fault.BROKER)
    one.rest()
    assert broker.done[:2] == [end, "start"]
    assert not one.problems


def test_a_broker_that_is_away_goes_away_again_only_once_it_is_back(taggers: Taggers) -> None:
    broker = Switch()
    one = Saboteur(
        only(broker_every=0.01, broker_seconds=0.02), taggers, broker, flowing=lambda: True, seed=3, seconds=0.1
    )
    wanted = len(one._schedule)
    one.begin()
    while not one.finished:
        one.tick()
    one.rest()
    assert one.done[Fault.BROKER] == wanted > 3
    assert broker.done == ["kill", "start"] * wanted


def test_nothing_else_fails_while_a_broker_goes_gently(taggers: Taggers) -> None:
    weather = Weather(kill_every=0.01, freeze_every=0, broker_every=0.05, broker_seconds=0.2, gentle=True)
    one = saboteur(weather, taggers, Switch())
    while one._outage is None:
        one.tick()
    kills = one.done[Fault.KILL]
    while one._outage.is_alive():
        one.tick()
        assert one.done[Fault.KILL] == kills or not one._outage.is_alive()


def test_tells_of_a_broker_that_does_not_come_back(taggers: Taggers) -> None:
    broker = Switch()
    broker.broken = True
    one = saboteur(only(broker_every=0.02, broker_seconds=0.01), taggers, broker)
    while not one.problems:
        one.tick()
    one.rest()
    assert "port in use" in one.problems[0]
    assert not one.done[Fault.BROKER]


def test_waits_until_records_flow(taggers: Taggers) -> None:
    one = saboteur(only(kill_every=0.02), taggers, Switch(), flowing=False)
    for _ in range(100):
        one.tick()
    assert not one.done
    assert one._schedule


def test_nothing_happens_before_it_begins(taggers: Taggers) -> None:
    one = Saboteur(only(kill_every=0.001), taggers, Switch(), flowing=lambda: True, seed=3, seconds=0.01)
    for _ in range(100):
        one.tick()
    assert not one.done
