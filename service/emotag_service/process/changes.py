"""Changes of a service that runs, in all of its processes or in none."""

from __future__ import annotations

import asyncio
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from emotag_service.process.link import AskError
from emotag_service.process.logs import LOG_LEVELS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    Answers = Mapping[int, Any]
    AskAll = Callable[..., Awaitable[Answers]]

_STATUS_SECONDS = 5.0
TRIALS = ("shadow", "split")


class Changes:
    """Carries changes out, one after the other, in all processes or in none."""

    def __init__(
        self,
        ask_all: AskAll,
        adopt: Callable[[str, Mapping[str, Any]], None] = lambda _what, _values: None,
        replace: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Make it.

        Args:
            ask_all: Asks every process; returns answers by number, AskErrors among them.
            adopt: Has processes that are started from now on begin with a change: of "swap", "shadow", "split" or
                "log level" its values, of a trial that has ended none.
            replace: Replaces a process, which has not changed as the others have.
        """
        self._ask_all = ask_all
        self._adopt = adopt
        self._replace = replace
        self._turn = asyncio.Lock()

    async def make(self, what: str, values: Mapping[str, Any]) -> Any:
        """Make a change, or say the status.

        Raises:
            AskError: It cannot be made; nothing has changed.
        """
        if what == "status":
            return _statuses(await self._ask_all("status", within=_STATUS_SECONDS))
        if what == "log level" and values["level"] not in LOG_LEVELS:
            raise AskError(f"level: must be one of {', '.join(LOG_LEVELS)}, not {values['level']!r}")
        if what == "drain":  # does not wait for a checkpoint that is being loaded
            return _first(await self._ask_all(what))
        async with self._turn:
            if what == "swap":
                return await self._change_model(what, {"checkpoint": values["checkpoint"]}, "switch")
            if what in TRIALS:
                return await self._try(what, values)
            return self._settled(what, values, await self._ask_all(what, **values))

    async def _try(self, what: str, values: Mapping[str, Any]) -> Any:
        """Begin a trial, change its share, or end it."""
        checkpoint, share, salt, off = values["checkpoint"], values["share"], values.get("salt", ""), values["off"]
        if off:
            if checkpoint or salt or share is not None:
                raise AskError("off: ends the one that is on; give nothing else with it")
            return self._settled(what, {}, await self._ask_all("end", change=what))
        if share is not None and not 0 < share <= 1:
            raise AskError(f"share: must be above 0 and at most 1, not {share:g}")
        if checkpoint:
            if what == "split" and share is None:
                raise AskError("share: is missing; give the share of conversations that the candidate answers")
            begin = {"checkpoint": checkpoint, "share": 1.0 if share is None else share, "salt": salt}
            return await self._change_model(what, begin, "begin")
        if share is None or salt:
            raise AskError(f"checkpoint: is missing; a {what} that is on can have another share, or be off")
        return self._settled(what, {"share": share}, await self._ask_all("resize", change=what, share=share))

    def _settled(self, what: str, values: Mapping[str, Any], answers: Answers) -> Any:
        """The first answer, once some process has changed; one that had not begun what the others had is replaced."""
        changed = {number: answer for number, answer in answers.items() if not isinstance(answer, AskError)}
        if changed:
            self._adopt(what, values)
            for number in answers.keys() - changed.keys():
                self._replace(number)
        return _first(changed or answers)

    async def _change_model(self, what: str, values: Mapping[str, Any], then: str) -> Any:
        """Load and warm a checkpoint up everywhere, and only then put it to use."""
        checkpoint = values["checkpoint"]
        if not PurePath(checkpoint).is_absolute():
            raise AskError(
                f"checkpoint: must be the absolute path of a folder on the server's machine, not {checkpoint!r}"
            )
        try:
            _first(await self._ask_all("prepare", change=what, **values))
        except AskError:
            await self._ask_all("discard")
            raise
        self._adopt(what, values)
        answers = await self._ask_all(then, change=what, **values)
        for number, answer in answers.items():
            if isinstance(answer, AskError):  # it died since it was asked, and is back with the old one, or without any
                self._replace(number)
        return _first({number: answer for number, answer in answers.items() if not isinstance(answer, AskError)})


def _first(answers: Answers) -> Any:
    """The first answer. Raises the first AskError among them, which says whose it is where there are several."""
    for number, answer in answers.items():
        if isinstance(answer, AskError):
            raise AskError(f"worker {number}: {answer}" if number else str(answer)) from answer
    if not answers:
        raise AskError("no worker is left that changed; those that are started now do")
    return next(iter(answers.values()))


def _statuses(answers: Answers) -> list[dict[str, Any]]:
    return [
        {"number": number, "problem": str(answer)} if isinstance(answer, AskError) else {"number": number, **answer}
        for number, answer in answers.items()
    ]
