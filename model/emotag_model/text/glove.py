"""Pretrained word vectors: GloVe as Stanford's text file, or as a float16 array with a vocabulary file beside it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from tokenize import TokenError
from typing import TYPE_CHECKING, Any

import numpy as np

from emotag_model.text.errors import TextDataError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray


@dataclass(frozen=True)
class WordVectors:
    """Words, most frequent first, and their vectors [len(words), size] in float32."""

    words: list[str]
    vectors: NDArray[np.float32]

    @property
    def size(self) -> int:
        """Numbers in one vector."""
        return int(self.vectors.shape[1])


def load_glove(path: Path) -> WordVectors:
    """Read word vectors from a Stanford `.txt`, an `.npy` with `<stem>.vocab.txt` beside it, or a folder with either.

    Raises TextDataError naming the line or the file that is wrong.
    """
    path = _find(path) if path.is_dir() else path
    if not path.is_file():
        raise TextDataError(f"{path}: no such file; name a GloVe .txt or .npy, or a folder that holds one")
    return _load_npy(path) if path.suffix == ".npy" else _load_text(path)


def _find(folder: Path) -> Path:
    for pattern in ("*.npy", "glove*.txt"):
        found = sorted(file for file in folder.glob(pattern) if not file.name.endswith(".vocab.txt"))
        if len(found) > 1:
            raise TextDataError(f"{folder}: holds {', '.join(file.name for file in found)}; name the one to use")
        if found:
            return found[0]
    raise TextDataError(f"{folder}: holds no word vectors (*.npy or glove*.txt)")


def _load_npy(path: Path) -> WordVectors:
    vocabulary = _vocabulary_file(path)
    words = list(_lines(vocabulary))
    vectors = _array(path)
    if vectors.ndim != 2 or vectors.shape[0] != len(words):
        raise TextDataError(
            f"{path}: has shape {vectors.shape}, but {vocabulary.name} has {len(words)} words (one a line)"
        )
    return _checked(path, words, vectors.astype(np.float32))


def _array(path: Path) -> NDArray[Any]:
    try:
        with path.open("rb") as file:
            vectors: NDArray[Any] = np.lib.format.read_array(file, allow_pickle=False)
    except (ValueError, TokenError) as error:  # the latter where the text of its header is damaged
        raise TextDataError(f"{path}: not a NumPy array file ({error})") from error
    if vectors.dtype.kind not in "fiu":
        raise TextDataError(f"{path}: holds {vectors.dtype}; expected numbers")
    return vectors


def _vocabulary_file(path: Path) -> Path:
    """Find the words of `glove.6B.100d.top100k.f16.npy`: the one `*.vocab.txt` of its folder."""
    found = sorted(path.parent.glob("*.vocab.txt"))
    if len(found) != 1:
        raise TextDataError(f"{path}: needs exactly one *.vocab.txt beside it (one word a line), found {len(found)}")
    return found[0]


def _load_text(path: Path) -> WordVectors:
    words: list[str] = []
    rows: list[NDArray[np.float32]] = []
    for number, line in enumerate(_lines(path), start=1):
        size = rows[0].size if rows else None
        word, *values = line.rsplit(" ", size or _width(line))  # from the right: a word may hold blanks
        rows.append(_numbers(values, f"{path}:{number}", size))
        if " " in word and _is_number(word.rpartition(" ")[2]):
            raise TextDataError(f"{path}:{number}: has more numbers than the first line, which has {size}")
        words.append(word)
    if not rows:
        raise TextDataError(f"{path}: is empty; expected lines of a word and its numbers")
    return _checked(path, words, np.stack(rows))


def _lines(path: Path) -> Iterator[str]:
    """Yield lines without their ends. Only a line feed ends one: words may hold other breaks that Unicode knows."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                yield line.decode("utf-8").rstrip("\r\n")
            except UnicodeDecodeError as error:
                raise TextDataError(f"{path}:{number}: is not UTF-8 ({error}); save it as UTF-8") from error


def _width(line: str) -> int:
    """How many numbers a line ends with, all but one of its parts at most; 1 where it ends with none."""
    _, *parts = line.split(" ")
    numbers = list(takewhile(_is_number, reversed(parts)))
    return max(1, len(numbers))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _numbers(values: list[str], place: str, size: int | None) -> NDArray[np.float32]:
    try:
        row = np.array(values, dtype=np.float32)
    except ValueError as error:
        raise TextDataError(f"{place}: expected a word and numbers, each after one blank ({error})") from error
    if row.size != (size or row.size) or not row.size:
        raise TextDataError(f"{place}: has {row.size} numbers, the first line has {size or 'none'}")
    return row


def _checked(path: Path, words: list[str], vectors: NDArray[np.float32]) -> WordVectors:
    if not np.isfinite(vectors).all():
        row = int(np.argmin(np.isfinite(vectors).all(axis=1)))
        raise TextDataError(f"{path}: the vector of {words[row]!r} (row {row + 1}) is not finite")
    return WordVectors(words, vectors)
