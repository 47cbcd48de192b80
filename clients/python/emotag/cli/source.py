"""Where a message file is read from: a file, a gzip file, or standard input."""

from __future__ import annotations

import contextlib
import errno
import gzip
import io
import os
import select
import stat
import zlib
from typing import TYPE_CHECKING

from emotag.errors import InvalidArgumentError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Self

    from _typeshed import WriteableBuffer

STDIN = "-"
_PIECE = 1 << 20  # bytes of a line that is passed over


class StandardInput(io.FileIO):
    """Standard input, waited for though whoever shares it has it not block, which else would look like its end.

    Not sys.stdin: the interpreter locks that one at exit, and would wait there for a thread that still reads.
    """

    def __init__(self) -> None:
        super().__init__(0, closefd=False)

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Read some of it; 0 at its end."""
        while (size := super().readinto(buffer)) is None:
            select.select([self], [], [])
        return size


class Source:
    """Lines of bytes, and how much of the file was read.

    Attributes:
        size: Bytes of the file, or None when it is no regular file.
    """

    def __init__(self, path: str) -> None:
        """Open it.

        Raises:
            OSError: It can not be opened.
        """
        self._path = path
        self._raw = StandardInput() if path == STDIN else io.FileIO(path)
        status = os.fstat(self._raw.fileno())
        self.size = status.st_size if stat.S_ISREG(status.st_mode) else None
        self._lines: io.BufferedReader | gzip.GzipFile = io.BufferedReader(self._raw)
        if path.endswith(".gz"):
            self._lines = gzip.GzipFile(fileobj=self._lines, mode="rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Only the descriptor: a thread may still be inside the buffer, which closing would wait for."""
        self._raw.close()

    def __iter__(self) -> Iterator[bytes]:
        """The lines, their ends included.

        Raises:
            OSError: The file can not be read, or is a damaged gzip file.
        """
        with self._damage_named():
            yield from self._lines

    def bounded(self, most: int) -> Iterator[bytes | int]:
        """The lines as above; in the place of one that has more bytes than `most` stands how many it has.

        Raises:
            OSError: The file can not be read, or is a damaged gzip file.
        """
        with self._damage_named():
            while line := self._lines.readline(most + 1):
                yield line if len(line) <= most else self._skip(len(line), line)

    def _skip(self, size: int, piece: bytes) -> int:
        """Pass the rest of a line, and return its bytes in all."""
        while piece and not piece.endswith(b"\n"):
            piece = self._lines.readline(_PIECE)
            size += len(piece)
        return size

    @contextlib.contextmanager
    def _damage_named(self) -> Iterator[None]:
        try:
            yield
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise OSError(errno.EIO, str(error), self._path) from error

    def position(self) -> int:
        """Bytes of the file that were read, read ahead included."""
        return self._raw.tell()

    def refuse_as_output(self) -> None:
        """Refuse to read the file that standard output is: every answer in it would be read in turn.

        Raises:
            InvalidArgumentError: It is that one; a pipe or a device may be both.
        """
        if self.size is not None and os.path.sameopenfile(self._raw.fileno(), 1):
            raise InvalidArgumentError("standard output: is the input; write to another file")

    def is_same_file(self, path: str) -> bool:
        """Whether `path` is the file that is being read."""
        try:
            return os.path.samestat(os.fstat(self._raw.fileno()), os.stat(path))  # noqa: PTH116 - samestat's own twin
        except OSError:
            return False
