"""What files hold, read again when they change, cheaply enough to ask at every connection."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

_T = TypeVar("_T")
_log = logging.getLogger("emotag")
_RETRY_SECONDS = 1.0


class Reloaded(Generic[_T]):
    """What some files hold. Those that cannot be used leave what they held last in force, and are told of once.

    They are tried again, at most once a second, until they can be used: what was wrong need not have been in them but
    in their permissions, say, or in too many open files, and no change of theirs tells when it is right again.
    """

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
        self.what = what
        self.files = [file for file in files if file is not None]
        self._read = read
        self._problems = problems
        self._version: list[_Version | None] | None = self._look()
        self._again = float("inf")  # when they are tried again, by the monotonic clock
        self._told: object = None
        self._last = read()

    def now(self) -> _T:
        """What they hold now: the same object as before, unless they have changed and can be used."""
        version = self._look()
        if version != self._version or time.monotonic() >= self._again:
            self._version = version
            self._reload()
        return self._last

    def tell(self, problem: str) -> None:
        """Say in the log why changed files are no use; without a problem, that they were taken up."""
        if problem:
            _log.warning("%s not reloaded: %s; the old ones stay in force", self.what, problem)
        else:
            _log.info("%s reloaded", self.what)

    def _reload(self) -> None:
        try:
            read = self._read()
        except self._problems as error:
            self._again = time.monotonic() + _RETRY_SECONDS
            self._tell_once(str(error))
            return
        self._again = float("inf")
        if self._look() != self._version:
            self._version = None  # written meanwhile: some of it may be old. Whoever asks next reads again
            return
        self._last = read
        self._told = None
        self.tell("")

    def _tell_once(self, problem: str) -> None:
        told = (self._version, problem)
        if told != self._told:
            self._told = told
            self.tell(problem)

    def _look(self) -> list[_Version | None]:
        return [_version(file) for file in self.files]


_Version = tuple[int, int, int]


def _version(path: Path) -> _Version | None:
    """Something that differs once the file was written or replaced; None when there is no such file."""
    try:
        look = path.stat()
    except OSError:
        return None
    return look.st_ino, look.st_size, look.st_mtime_ns
