"""Changes reach every process or none, whichever of them fails, and when."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from emotag_service.process.changes import Changes
from emotag_service.process.link import AskError

NEW = {"checkpoint": "/new"}
SPLIT = {"checkpoint": "/new", "share": 0.2, "salt": "", "off": False}
SHARE = {"checkpoint": "", "share": 0.3, "salt": "", "off": False}
OFF = {"checkpoint": "", "share": None, "salt": "", "off": True}


class _Processes:
    """Three processes; `fails` says which of them cannot do what."""

    def __init__(self, **fails: int) -> None:
        self.fails = fails
        self.asked: list[str] = []
        self.adopted: list[tuple[str, Any]] = []
        self.replaced: list[int] = []
        self.changes = Changes(self._ask, lambda *change: self.adopted.append(change), self.replaced.append)

    async def _ask(self, what: str, **values: Any) -> dict[int, Any]:
        self.asked.append(what)
        return {number: self._answer(what, number) for number in (1, 2, 3)}

    def _answer(self, what: str, number: int) -> Any:
        return AskError("cannot") if self.fails.get(what) == number else {"number": number}


async def test_all_are_prepared_before_any_switches() -> None:
    processes = _Processes()
    assert await processes.changes.make("swap", {"checkpoint": "/new"}) == {"number": 1}
    assert (processes.asked, processes.adopted, processes.replaced) == (["prepare", "switch"], [("swap", NEW)], [])


async def test_one_that_cannot_prepare_keeps_all_from_switching() -> None:
    processes = _Processes(prepare=2)
    with pytest.raises(AskError, match="worker 2: cannot"):
        await processes.changes.make("swap", {"checkpoint": "/new"})
    assert (processes.asked, processes.adopted, processes.replaced) == (["prepare", "discard"], [], [])


async def test_one_that_died_meanwhile_is_replaced_by_one_that_has_the_change() -> None:
    processes = _Processes(switch=1)
    assert await processes.changes.make("swap", {"checkpoint": "/new"}) == {"number": 2}
    assert (processes.adopted, processes.replaced) == ([("swap", NEW)], [1])


async def test_a_trial_begins_everywhere_or_nowhere() -> None:
    begin = {"checkpoint": "/new", "share": 0.2, "salt": ""}
    processes = _Processes(begin=3)
    assert await processes.changes.make("split", SPLIT) == {"number": 1}
    assert (processes.asked, processes.adopted, processes.replaced) == (["prepare", "begin"], [("split", begin)], [3])
    processes = _Processes(prepare=1)
    with pytest.raises(AskError, match="worker 1: cannot"):
        await processes.changes.make("split", SPLIT)
    assert (processes.asked, processes.adopted) == (["prepare", "discard"], [])


async def test_a_shadow_is_of_all_messages_unless_somebody_says() -> None:
    processes = _Processes()
    await processes.changes.make("shadow", SPLIT | {"share": None})
    assert processes.adopted == [("shadow", {"checkpoint": "/new", "share": 1.0, "salt": ""})]


async def test_who_starts_later_has_the_last_share_and_nothing_that_ended() -> None:
    processes = _Processes(resize=2)
    await processes.changes.make("split", SHARE)
    await processes.changes.make("split", OFF)
    assert processes.asked == ["resize", "end"]
    assert processes.adopted == [("split", {"share": 0.3}), ("split", {})]
    assert processes.replaced == [2], "it had not begun what the others had"


async def test_a_drain_does_not_wait_for_a_checkpoint_that_is_being_loaded() -> None:
    loading, asked = asyncio.Event(), list[str]()

    async def ask(what: str, **_: Any) -> dict[int, Any]:
        asked.append(what)
        if what == "prepare":
            loading.set()
            await asyncio.Event().wait()
        return {0: None}

    changes = Changes(ask)
    swap = asyncio.create_task(changes.make("swap", NEW))
    await loading.wait()
    await asyncio.wait_for(changes.make("drain", {}), 10)
    assert asked == ["prepare", "drain"]
    swap.cancel()


async def test_one_that_has_not_the_level_of_the_others_is_replaced_by_one_that_has() -> None:
    processes = _Processes(**{"log level": 2})
    assert await processes.changes.make("log level", {"level": "debug"}) == {"number": 1}
    assert (processes.adopted, processes.replaced) == ([("log level", {"level": "debug"})], [2])


async def test_what_none_has_cannot_be_changed() -> None:
    class Without(_Processes):
        def _answer(self, what: str, number: int) -> Any:
            return AskError(f"{number} has none to {what}")

    processes = Without()
    for change in (SHARE, OFF):
        with pytest.raises(AskError, match="worker 1: 1 has none"):
            await processes.changes.make("split", change)
    assert (processes.adopted, processes.replaced) == ([], [])


async def test_status_is_of_those_that_answer() -> None:
    shown = await _Processes(status=3).changes.make("status", {})
    assert [one.get("problem") for one in shown] == [None, None, "cannot"]


@pytest.mark.parametrize(
    ("what", "values", "words"),
    [
        ("swap", {"checkpoint": "relative"}, "absolute path"),
        ("swap", {"checkpoint": ""}, "absolute path"),
        ("split", SPLIT | {"checkpoint": "relative"}, "absolute path"),
        ("split", SPLIT | {"share": None}, "share: is missing"),
        ("split", SPLIT | {"share": 1.5}, "share: must be above 0 and at most 1, not 1.5"),
        ("shadow", SHARE | {"share": 0.0}, "share: must be above 0"),
        ("shadow", SHARE | {"share": float("nan")}, "share: must be above 0"),
        ("split", SHARE | {"salt": "other"}, "checkpoint: is missing"),
        ("shadow", SHARE | {"share": None}, "checkpoint: is missing"),
        ("shadow", SPLIT | {"off": True}, "off: ends"),
        ("log level", {"level": "loud"}, "one of debug, info, warning, error"),
    ],
)
async def test_what_cannot_be_meant_asks_nobody(what: str, values: dict[str, Any], words: str) -> None:
    processes = _Processes()
    with pytest.raises(AskError, match=words):
        await processes.changes.make(what, values)
    assert processes.asked == []
