"""Files of a server that are read again when they change, with what becomes of it in its log."""

from __future__ import annotations

from typing import TypeVar

import structlog

import emotag.reloaded

_T = TypeVar("_T")
_log = structlog.get_logger(__name__)


class Reloaded(emotag.reloaded.Reloaded[_T]):
    """As its base, but that it says so as events of the server."""

    def tell(self, problem: str) -> None:
        """Say in the log why changed files are no use; without a problem, that they were taken up."""
        files = [str(file) for file in self.files]
        if problem:
            effect = "the old ones stay in force"
            _log.error(f"{self.what} not reloaded", problem=problem, files=files, effect=effect)
        else:
            _log.info(f"{self.what} reloaded", files=files)
