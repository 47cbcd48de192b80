"""Whether a file has changed, cheaply enough to ask at every connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def file_version(path: Path) -> tuple[int, int, int] | None:
    """Something that differs once the file was written or replaced; None when there is no such file."""
    try:
        look = path.stat()
    except OSError:
        return None
    return look.st_ino, look.st_size, look.st_mtime_ns
