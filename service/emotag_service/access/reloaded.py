"""What files hold, read again when they change, cheaply enough to ask at every connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

_T = TypeVar("_T")
_log = structlog.get_logger(__name__)


class Reloaded(Generic[_T]):
    """What some files hold. Those that cannot be used leave what they held last in force, and say so in the log."""

    def __init__(
        self,
        what: str,
        files: Iterable[Path | None],
        read: Callable[[], _T],
        *problems: type[Exception],
    ) -> None:
        """Read them.

        Args:
            what: What they are, in the log.
            files: Where they are; None for one that there is not.
            read: Reads all of them.
            problems: What it raises when they cannot be used.
        """
        self._what = what
        self._files = [file for file in files if file is not None]
        self._read = read
        self._problems = problems
        self._version = self._look()
        self._last = read()

    def now(self) -> _T:
        """What they hold now."""
        version = self._look()
        if version != self._version:
            self._version = version
            self._reload()
        return self._last

    def _reload(self) -> None:
        files = [str(file) for file in self._files]
        try:
            self._last = self._read()
        except self._problems as error:
            effect = "the old ones stay in force"
            _log.error(f"{self._what} not reloaded", problem=str(error), files=files, effect=effect)
        else:
            _log.info(f"{self._what} reloaded", files=files)

    def _look(self) -> list[tuple[int, int, int] | None]:
        return [_version(file) for file in self._files]


def _version(path: Path) -> tuple[int, int, int] | None:
    """Something that differs once the file was written or replaced; None when there is no such file."""
    try:
        look = path.stat()
    except OSError:
        return None
    return look.st_ino, look.st_size, look.st_mtime_ns
