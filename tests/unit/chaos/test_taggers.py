"""Processes under supervision."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from tests.chaos import taggers as taggers_module
from tests.chaos.commands import PASSINGS, VARIANTS, WRITING, Names, TaggerCommand, dies_at
from tests.chaos.killpoint import Point
from tests.chaos.taggers import HUNG, Taggers

OBEDIENT = (
    "import signal, time; signal.signal(signal.SIGTERM, lambda *_: exit(0)); print('up', flush=True); time.sleep(600)"
)


def test_starts_again_what_ends_by_itself(tmp_path: Path) -> None:
    taggers = Taggers(1, lambda slot, life: (sys.executable, "-c", f"exit({life})"), tmp_path)
    taggers.start()
    try:
        while taggers.slots[0].lives < 4:
            taggers.tick()
    finally:
        taggers.kill()
    assert taggers.exits == {0: 1, 1: 1, 2: 1}


def test_stops_in_order_even_what_is_frozen(tmp_path: Path) -> None:
    taggers = Taggers(2, lambda slot, life: (sys.executable, "-c", OBEDIENT), tmp_path)
    taggers.start()
    try:
        while any(slot.log.read_text() != "up\n" for slot in taggers.slots):
            taggers.tick()
        taggers.slots[1].send(signal.SIGSTOP)
        assert taggers.slots[1].frozen
        assert taggers.stop() == {0: 0, 1: 0}
    finally:
        taggers.kill()


def test_a_signal_to_nobody_is_not_sent(tmp_path: Path) -> None:
    taggers = Taggers(1, lambda slot, life: (sys.executable, "-c", ""), tmp_path)
    assert not taggers.slots[0].send(signal.SIGKILL)
    assert taggers.stop() == {0: 0}


def test_a_variant_lives_as_often_as_told() -> None:
    command = TaggerCommand(runners=(("tests.chaos.killpoint", "sent", "3"),), lives=2)
    lines = [command.line("127.0.0.1:9092", Names("x"), 0, life) for life in range(3)]
    assert [line[2] for line in lines] == ["tests.chaos.killpoint", "tests.chaos.killpoint", "emotag"]
    assert all("tag-topic" in line for line in lines)


def test_every_life_is_of_the_variant_by_default() -> None:
    command = TaggerCommand(runners=(VARIANTS["naive"],))
    assert command.line("127.0.0.1:9092", Names("x"), 0, 99)[2] == "tests.chaos.naive"


def test_slots_take_runners_in_turn() -> None:
    command = TaggerCommand(runners=[dies_at(point) for point in WRITING])
    points = [command.line("127.0.0.1:9092", Names("x"), slot, 0)[3] for slot in range(5)]
    assert points == [*WRITING, WRITING[0]]


def test_points_are_those_of_the_runner() -> None:
    assert set(PASSINGS) == {point.value for point in Point}


def test_static_members_keep_their_name() -> None:
    static = TaggerCommand(static=True)
    lines = [static.line("127.0.0.1:9092", Names("x"), 1, life) for life in (0, 1)]
    assert lines[0] == lines[1]
    assert lines[0][lines[0].index("--instance-id") + 1] == "tagger-1"
    assert "--instance-id" not in TaggerCommand().line("127.0.0.1:9092", Names("x"), 1, 0)


def test_what_does_not_stop_is_killed_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
    )
    monkeypatch.setattr(taggers_module, "STOP_SECONDS", 0.05)
    taggers = Taggers(1, lambda slot, life: (sys.executable, "-c", deaf), tmp_path)
    taggers.start()
    while taggers.slots[0].log.read_text() != "up\n":
        taggers.tick()
    assert taggers.stop() == {0: HUNG}
