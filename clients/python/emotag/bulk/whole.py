"""Files that are there whole or not at all, whatever ends the process that writes them."""

from __future__ import annotations

import contextlib
import os
import secrets
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

UNFINISHED = ".tmp"


@contextlib.contextmanager
def whole_file(target: Path, folder: Path) -> Iterator[BinaryIO]:
    """Write a file in `folder`, of the same file system, that is moved to `target` once it is safe on the disk.

    Raises:
        OSError: It can not be written, such as to a full disk; nothing of it is left.
    """
    path = folder / f"{secrets.token_hex(8)}{UNFINISHED}"  # the target's name may have no room for more
    try:
        with path.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        path.replace(target)
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename is None:
            error.filename = str(target)  # a full disk does not say what there was no room for
        raise
    _keep_name(target.parent)


def _keep_name(folder: Path) -> None:
    """A name is on the disk when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
