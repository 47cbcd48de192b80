"""The progress line, and the events in its place."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import structlog
from structlog.testing import capture_logs

from emotag_service.kafka.tagging import progress as module
from emotag_service.kafka.tagging.progress import Meters, Progress, Screen
from emotag_service.testing.in_memory import FakeClock

CLEAR = "\r\x1b[K"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _told(clock: FakeClock, meters: Meters, **given: Any) -> tuple[io.StringIO, Progress]:
    out = Terminal()
    return out, Progress(meters, Screen(out), clock=clock, **given)


def test_the_line_says_rate_tags_lag_and_dead_letters() -> None:
    clock, meters = FakeClock(), Meters()
    out, progress = _told(clock, meters, line=True)
    meters.tagged.update({"joy": 1500, "fear": 500})
    meters.dead_letters["NOT_JSON"] = 3
    meters.lag.update({"t/0": 10, "t/1": 5})
    meters.transactions = 4
    clock.advance(2)
    progress.tick()
    assert out.getvalue() == f"{CLEAR}1,002/s   tagged 2,000   lag 15   dead letters 3   transactions 4"


def test_the_rate_is_of_the_last_tick() -> None:
    clock, meters = FakeClock(), Meters()
    out, progress = _told(clock, meters, line=True)
    meters.skipped = 100
    clock.advance(1)
    progress.tick()
    clock.advance(1)
    progress.tick()
    assert "100/s" in out.getvalue()
    assert out.getvalue().rpartition(CLEAR)[2].startswith("0/s")


def test_events_come_every_half_minute_instead() -> None:
    clock, meters = FakeClock(), Meters()
    structlog.reset_defaults()
    out, progress = _told(clock, meters, line=False)
    with capture_logs() as events:
        for second in range(1, 61):
            meters.tagged["joy"] += 10
            meters.transactions = second
            meters.transaction_durations.add(0.05)
            clock.advance(1)
            progress.tick()
    assert out.getvalue() == ""
    assert [event["event"] for event in events] == ["progress", "progress"]
    last = events[-1]
    assert (last["published"], last["per_second"], last["tags"]) == (600, 10.0, {"joy": 600})
    assert last["transaction_ms"] == 50.0


def test_an_event_without_transactions_has_no_mean() -> None:
    clock = FakeClock()
    structlog.reset_defaults()
    _, progress = _told(clock, Meters(), line=False)
    with capture_logs() as events:
        progress.log(clock() + 1)
    assert events[0]["transaction_ms"] is None
    assert events[0]["lag"] == 0


def test_whoever_waits_for_progress_is_told_of_it_alone() -> None:
    moves: list[int] = []
    clock, meters = FakeClock(), Meters()
    _, progress = _told(clock, meters, line=True, moved=lambda: moves.append(meters.published))
    progress.tick()
    meters.failed = 1
    progress.tick()
    progress.tick()
    assert moves == [1]


async def test_the_line_goes_when_it_ends(monkeypatch: Any) -> None:
    monkeypatch.setattr(module, "TICK_SECONDS", 0.001)
    out, progress = _told(FakeClock(), Meters(), line=True)
    running = asyncio.ensure_future(progress.run())
    async with asyncio.timeout(30):
        while "tagged 0" not in out.getvalue():  # noqa: ASYNC110 - it draws, and tells nobody
            await asyncio.sleep(0.001)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert out.getvalue().endswith(CLEAR)


def test_what_is_written_goes_above_the_line() -> None:
    out = Terminal()
    screen = Screen(out)
    assert screen.isatty()
    screen.write("first\n")
    screen.show("line")
    screen.write("second\n")
    screen.show("")
    screen.show("")
    assert out.getvalue() == f"first\n{CLEAR}line{CLEAR}second\nline{CLEAR}"


def test_what_is_written_in_pieces_stays() -> None:
    out = Terminal()
    screen = Screen(out)
    screen.show("line")
    print("an event", file=screen)  # type: ignore[call-overload]
    screen.show("next")
    assert out.getvalue() == f"{CLEAR}line{CLEAR}an event\nline{CLEAR}next"


def test_a_line_is_cut_to_the_terminal(monkeypatch: Any) -> None:
    monkeypatch.setenv("COLUMNS", "10")
    out = Terminal()
    Screen(out).show("0123456789abc")
    assert out.getvalue() == f"{CLEAR}012345678"


def test_a_terminal_that_is_gone_keeps_nobody_from_anything(monkeypatch: Any) -> None:
    out = Terminal()
    screen = Screen(out)
    out.close()
    screen.show("line")


def test_a_screen_that_is_none_says_so() -> None:
    assert not Screen(io.StringIO()).isatty()
