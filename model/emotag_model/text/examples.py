"""Labelled messages from JSONL files: one object a line with `text` and `labels`, gzipped or not."""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from emotag_model.text.errors import TextDataError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Example:
    """A text, the ids of its true labels, and the file and line it stands in."""

    text: str
    labels: tuple[int, ...]
    place: str


def load_examples(path: Path, labels: Sequence[str]) -> list[Example]:
    """Read every line of a `.jsonl` or `.jsonl.gz`; label names become their places in `labels`.

    Raises TextDataError naming the file and line of the first that is not an object with a text and known labels.
    """
    known = {label: index for index, label in enumerate(labels)}
    examples = [_example(row, known) for row in read_rows(path)]
    if not examples:
        raise TextDataError(f"{path}: holds no messages; expected one JSON object a line")
    return examples


@dataclass(frozen=True)
class Row:
    """One line of a file: its object, its text, and the file and line it stands in."""

    fields: dict[str, Any]
    text: str
    place: str


def read_rows(path: Path) -> Iterator[Row]:
    """Read every line of a `.jsonl` or `.jsonl.gz` as an object with a text, whatever else it holds.

    Raises TextDataError naming the file and line of the first that is something else.
    """
    for number, line in enumerate(_lines(path), start=1):
        place = f"{path}:{number}"
        fields = _fields(line, place)
        yield Row(fields, _text(fields, place), place)


def _lines(path: Path) -> Iterator[bytes]:
    """Yield raw lines, so that bad UTF-8 is blamed on its own line."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
            yield from lines
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise TextDataError(f"{path}: not a whole gzip file ({error}); fetch it again") from error
    except OSError as error:
        raise TextDataError(f"{path}: cannot be read ({error.strerror or error})") from error


def _example(row: Row, known: dict[str, int]) -> Example:
    return Example(row.text, _labels(row.fields, row.place, known), row.place)


def _fields(line: bytes, place: str) -> dict[str, Any]:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise TextDataError(f"{place}: not JSON ({error})") from error
    if not isinstance(fields, dict):
        raise TextDataError(f'{place}: expected an object such as {{"text": "…", "labels": ["joy"]}}')
    return fields


def _text(row: dict[str, Any], place: str) -> str:
    text = row.get("text")
    if not isinstance(text, str) or not text.strip():
        raise TextDataError(f"{place}: text must be a text that is not blank, not {text!r}")
    return text


def _labels(row: dict[str, Any], place: str, known: dict[str, int]) -> tuple[int, ...]:
    names = row.get("labels")
    if not isinstance(names, list) or not names:
        raise TextDataError(f"{place}: labels must be a list of at least one label, not {names!r}")
    if unknown := [name for name in names if not isinstance(name, str) or name not in known]:
        raise TextDataError(f"{place}: labels has {unknown[0]!r}; known are {', '.join(known)}")
    return tuple(known[name] for name in names)
