"""Changes reach every process or none, whichever of them fails, and when."""

from __future__ import annotations

from typing import Any

import pytest

from emotag_service.process.changes import Changes
from emotag_service.process.link import AskError


class _Processes:
    """Three processes; `fails` says which of them cannot do what."""

    def __init__(self, **fails: int) -> None:
        self.fails = fails
        self.asked: list[str] = []
        self.adopted: list[str] = []
        self.replaced: list[int] = []
        self.changes = Changes(self._ask, self.adopted.append, self.replaced.append)

    async def _ask(self, what: str, **values: Any) -> dict[int, Any]:
        self.asked.append(what)
        return {number: self._answer(what, number) for number in (1, 2, 3)}

    def _answer(self, what: str, number: int) -> Any:
        return AskError("cannot") if self.fails.get(what) == number else {"number": number}


async def test_all_are_prepared_before_any_switches() -> None:
    processes = _Processes()
    assert await processes.changes.make("swap", {"checkpoint": "/new"}) == {"number": 1}
    assert (processes.asked, processes.adopted, processes.replaced) == (["prepare", "switch"], ["/new"], [])


async def test_one_that_cannot_prepare_keeps_all_from_switching() -> None:
    processes = _Processes(prepare=2)
    with pytest.raises(AskError, match="worker 2: cannot"):
        await processes.changes.make("swap", {"checkpoint": "/new"})
    assert (processes.asked, processes.adopted, processes.replaced) == (["prepare", "discard"], [], [])


async def test_one_that_died_meanwhile_is_replaced_by_one_that_has_the_change() -> None:
    processes = _Processes(switch=1)
    assert await processes.changes.make("swap", {"checkpoint": "/new"}) == {"number": 2}
    assert (processes.adopted, processes.replaced) == (["/new"], [1])


async def test_status_is_of_those_that_answer() -> None:
    shown = await _Processes(status=3).changes.make("status", {})
    assert [one.get("problem") for one in shown] == [None, None, "cannot"]


@pytest.mark.parametrize(
    ("what", "values", "words"),
    [
        ("swap", {"checkpoint": "relative"}, "absolute path"),
        ("swap", {"checkpoint": ""}, "absolute path"),
        ("log level", {"level": "loud"}, "one of debug, info, warning, error"),
    ],
)
async def test_what_cannot_be_meant_asks_nobody(what: str, values: dict[str, str], words: str) -> None:
    processes = _Processes()
    with pytest.raises(AskError, match=words):
        await processes.changes.make(what, values)
    assert processes.asked == []
