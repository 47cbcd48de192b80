"""Where the answers are written to: whole lines, each with one write, so that no kill leaves half of one behind."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

STDOUT = "-"


class Sink:
    """A file or standard output, unbuffered."""

    def __init__(self, path: str) -> None:
        """Open it, and empty it.

        Raises:
            OSError: It can not be opened.
        """
        self._raw = io.FileIO(1, "w", closefd=False) if path == STDOUT else io.FileIO(path, "w")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._raw.close()

    def write(self, line: bytes) -> None:
        """Write one line; a pipe may take it in parts.

        Raises:
            OSError: It can not be written, such as to a full disk or a closed pipe.
        """
        rest = memoryview(line)
        while rest:
            rest = rest[self._raw.write(rest) or 0 :]
