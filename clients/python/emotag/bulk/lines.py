"""JSON lines: cut into parts, tagged, and put together again; but for its end, a line stays as it is."""

from __future__ import annotations

import gzip
import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from emotag.bulk.counts import Counts
from emotag.bulk.tagger import process_tagger
from emotag.cli.source import Source
from emotag.errors import InvalidArgumentError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from emotag.bulk.options import BulkOptions

ROWS: Final = 8_192  # of a part
BYTES: Final = 4 << 20  # of a part, after which no line begins in it
MOST_BYTES: Final = 16 << 20  # of a line
_SPACE = b" \t\r\n"
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Lines:
    """A file of JSON lines, or gzip of one, whose output is compressed likewise."""

    path: Path

    def check(self, options: BulkOptions) -> None:
        """Nothing is known of a file of lines before it is read."""

    def parts(self) -> Iterator[tuple[list[bytes | int], int, int]]:
        """Yield lines, how many, and how many bytes of the file were read; a line too long is its number of bytes.

        Raises:
            OSError: The file can not be read, or is a damaged gzip file.
        """
        with Source(str(self.path)) as source:
            lines: list[bytes | int] = []
            size = 0
            for line in source.bounded(MOST_BYTES):
                lines.append(line)
                size += len(line) if isinstance(line, bytes) else 0
                if len(lines) == ROWS or size >= BYTES:
                    yield lines, len(lines), source.position()
                    lines, size = [], 0
            if lines:
                yield lines, len(lines), source.position()

    def tag(self, lines: Sequence[bytes | int], options: BulkOptions, output: BinaryIO) -> Counts:
        """Write the lines with their tags."""
        texts = [_text(line, options.text_field) for line in lines]
        tagger = process_tagger(options.checkpoint)
        tags = tagger.columns(texts, taxonomy=options.taxonomy, scores=options.scores)
        columns: dict[str, Sequence[Any]] = {
            "emotion_label": tags.label,
            "emotion_score": [None if score is None else round(score, 6) for score in tags.score],
            "emotion_labels": tags.labels,
            "emotion_uncertain": tags.uncertain,
            "emotion_error": tags.errors(),
        }
        if options.scores:
            columns["emotion_scores"] = [_rounded(each) for each in tags.scores]
        made = b"".join(
            _spliced(line, text, dict(zip(columns, row, strict=True)))
            for line, text, row in zip(lines, texts, zip(*columns.values(), strict=True), strict=True)
        )
        output.write(gzip.compress(made, mtime=0) if self._compressed else made)
        return Counts.of(tags)

    def join(self, parts: Sequence[Path], output: BinaryIO) -> None:
        """Put parts one behind the other: so is a gzip file of several."""
        if not parts and self._compressed:
            output.write(gzip.compress(b"", mtime=0))  # a file without a byte is no gzip file, not even of nothing
        for part in parts:
            with part.open("rb") as file:
                shutil.copyfileobj(file, output, 1 << 20)

    @property
    def _compressed(self) -> bool:
        return self.path.suffix == ".gz"


class _NoObjectError(InvalidArgumentError):
    """The line is none that a tag can be put into."""


def _text(line: bytes | int, field: str) -> object:
    """Return the text of a line, or the error in its place."""
    try:
        values = _object(line)
    except _NoObjectError as error:
        return error
    if field not in values:
        return InvalidArgumentError(
            f"{field}: the line has no such field; see --text-field", reason="INVALID_LINE", field=field
        )
    return values[field]


def _object(line: bytes | int) -> dict[str, Any]:
    """Return the values of a line; raises _NoObjectError."""
    if isinstance(line, int):
        raise _refused(f"the line has {line:,} bytes, more than {MOST_BYTES:,}; split it")
    try:
        values = json.loads(line.decode().removeprefix(_BOM))
    except UnicodeDecodeError:
        raise _refused("the line is not UTF-8; convert it before it is tagged") from None
    except json.JSONDecodeError as error:
        raise _refused(f"the line is not JSON: {error.msg} at character {error.pos + 1}") from None
    except (ValueError, RecursionError):
        raise _refused("the line is JSON that is too deep, or has too long a number") from None
    if not isinstance(values, dict):
        raise _refused("the line is not a JSON object")
    return values


def _refused(problem: str) -> _NoObjectError:
    return _NoObjectError(problem, reason="INVALID_LINE")


def _spliced(line: bytes | int, text: object, row: dict[str, Any]) -> bytes:
    """Put the tag behind the last field of the line, or the line into a row of its own."""
    if isinstance(line, int) or isinstance(text, _NoObjectError):
        raw = None if isinstance(line, int) else line.rstrip(b"\r\n").decode(errors="backslashreplace")
        return json.dumps({"emotion_raw": raw, **row}).encode() + b"\n"
    body = line.rstrip(_SPACE)[:-1].rstrip(_SPACE)
    comma = b"" if body.endswith(b"{") else b", "
    return body + comma + json.dumps(row).encode()[1:] + b"\n"


def _rounded(scores: dict[str, float] | None) -> dict[str, float] | None:
    return None if scores is None else {label: round(score, 6) for label, score in scores.items()}
