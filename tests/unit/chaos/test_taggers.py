"""Processes under supervision."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from tests.chaos import taggers as taggers_module
from tests.chaos.commands import PASSINGS, VARIANTS, WRITING, Names, TaggerCommand, dies_at
from tests.chaos.killpoint import Point
from tests.chaos.slot import HUNG
from tests.chaos.taggers import Taggers

# A blocked signal waits for who waits for it: a handler's would be lost between "up" and a sleep.
OBEDIENT = """
import signal
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
print("up", flush=True)
signal.sigwait({signal.SIGTERM})
"""


def test_starts_again_what_ends_by_itself(tmp_path: Path) -> None:
    codes = iter(range(99))
    taggers = Taggers(1, lambda slot, deaths: (sys.executable, "-c", f"exit({next(codes)})"), tmp_path)
    taggers.start()
    try:
        while taggers.slots[0].lives < 4:
            taggers.tick()
    finally:
        taggers.kill()
    assert taggers.exits == {0: 1, 1: 1, 2: 1}
    assert taggers.ends == [f"tagger 0 ended with {code}: it said nothing" for code in range(3)]


def test_tells_why_a_tagger_ended(tmp_path: Path) -> None:
    words = '{"level": "error", "event": "tagger failed"}'
    taggers = Taggers(1, lambda slot, deaths: (sys.executable, "-c", f"print({words!r}); exit(1)"), tmp_path)
    taggers.start()
    try:
        while not taggers.ends:
            taggers.tick()
    finally:
        taggers.kill()
    assert taggers.ends[0] == f"tagger 0 ended with 1: {words}"


def test_counts_those_that_kill_themselves_and_no_others(tmp_path: Path) -> None:
    dying = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    taggers = Taggers(1, lambda slot, deaths: (sys.executable, "-c", OBEDIENT if deaths else dying), tmp_path)
    taggers.start()
    slot = taggers.slots[0]
    try:
        while not slot.log.read_text():
            taggers.tick()
        assert taggers.have_died(1)
        slot.send(signal.SIGKILL)
        while slot.lives < 3:
            taggers.tick()
    finally:
        taggers.kill()
    assert slot.deaths == 1
    assert taggers.exits[-signal.SIGKILL] == 2
    assert not taggers.have_died(2)
    assert not taggers.ends


def test_stops_in_order_even_what_is_frozen(tmp_path: Path) -> None:
    taggers = Taggers(2, lambda slot, deaths: (sys.executable, "-c", OBEDIENT), tmp_path)
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
    taggers = Taggers(1, lambda slot, deaths: (sys.executable, "-c", ""), tmp_path)
    assert not taggers.slots[0].send(signal.SIGKILL)
    assert taggers.stop() == {0: 0}


def test_a_variant_dies_as_often_as_told() -> None:
    command = TaggerCommand(runners=(("tests.chaos.killpoint", "sent", "3"),), deaths=2)
    lines = [command.line("127.0.0.1:9092", Names("x"), 0, deaths) for deaths in range(3)]
    assert [line[2] for line in lines] == ["tests.chaos.killpoint", "tests.chaos.killpoint", "emotag"]
    assert all("tag-topic" in line for line in lines)


def test_every_process_is_of_the_variant_by_default() -> None:
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
    lines = [static.line("127.0.0.1:9092", Names("x"), 1, deaths) for deaths in (0, 1)]
    assert lines[0] == lines[1]
    assert lines[0][lines[0].index("--instance-id") + 1] == "tagger-1"
    assert "--instance-id" not in TaggerCommand().line("127.0.0.1:9092", Names("x"), 1, 0)


def test_what_does_not_stop_is_killed_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
    )
    monkeypatch.setattr(taggers_module, "STOP_SECONDS", 0.05)
    taggers = Taggers(1, lambda slot, deaths: (sys.executable, "-c", deaf), tmp_path)
    taggers.start()
    while taggers.slots[0].log.read_text() != "up\n":
        taggers.tick()
    assert taggers.stop() == {0: HUNG}
    assert taggers.ends == [f"tagger 0 ended with {HUNG}: up"]
