"""Rows of a JSONL file, gzipped or not; what cannot be read is told with its file and line."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import TYPE_CHECKING

from emotag_model.text import TextDataError
from emotag_model.training.data.row import BadRow, Row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from emotag_model.training.data.readers import Reader


def scan(path: Path, reader: Reader) -> Iterator[Row | BadRow | None]:
    """Yield every row of `path`: None for an object that is no text by design, the reason for one that is bad.

    A file that breaks off ends in a BadRow as well.
    """
    number = 0
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                yield _read(line, f"{path}:{number}", reader)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        yield BadRow(f"{path}:{number + 1}", f"not a whole gzip file ({error}); fetch it again")
    except OSError as error:
        yield BadRow(str(path), f"cannot be read ({error.strerror or error})")


def read(path: Path, reader: Reader) -> Iterator[Row]:
    """Yield every row of `path`. Raises TextDataError for the first that is bad."""
    for row in scan(path, reader):
        if isinstance(row, BadRow):
            raise TextDataError(str(row))
        if row is not None:
            yield row


def split_name(path: Path) -> str:
    """Return the name of the split in a file: what its name has before `.jsonl`."""
    return path.name.partition(".jsonl")[0]


def _read(line: bytes, place: str, reader: Reader) -> Row | BadRow | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return BadRow(place, f"not JSON ({error})")
    if not isinstance(row, dict):
        return BadRow(place, 'expected an object such as {"text": "…", "labels": ["joy"]}')
    try:
        return reader(row, place)
    except ValueError as error:
        return BadRow(place, str(error))
