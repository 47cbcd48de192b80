"""Seals a checkpoint's files with SHA-256 and checks the seal.

`SHA256SUMS` lists every file in the order of `FILES`, as `sha256sum` writes and `sha256sum -c` checks it. Its own
SHA-256 is the digest of the checkpoint.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from emotag_model.checkpoint.errors import DamagedCheckpointError, ForeignCheckpointError

if TYPE_CHECKING:
    from pathlib import Path

CONFIG, WEIGHTS, TOKENIZER, LABELS, CARD = (
    "config.json",
    "model.safetensors",
    "tokenizer.json",
    "labels.json",
    "card.md",
)
FILES = (CONFIG, WEIGHTS, TOKENIZER, LABELS, CARD)
SUMS = "SHA256SUMS"
_FIX = "restore the folder from where it came (reinstall emotag for the one that ships), or train again"


def seal(folder: Path) -> str:
    """Write `SHA256SUMS` over the files of `folder` and return the digest."""
    sums = "".join(f"{file_sum(folder / name)}  {name}\n" for name in FILES)
    (folder / SUMS).write_text(sums, encoding="ascii")
    return _digest(sums.encode())


def verify(folder: Path) -> str:
    """Check every file against `SHA256SUMS` and return the digest.

    Raises ForeignCheckpointError when `folder` is no checkpoint, DamagedCheckpointError when a file is not as sealed.
    """
    sums = _read_sums(folder)
    lines = [line.split("  ", 1) for line in sums.decode("ascii", "replace").splitlines()]
    expected = {line[-1]: line[0] for line in lines}
    if tuple(expected) != FILES:
        raise ForeignCheckpointError(f"{folder / SUMS}: must list {', '.join(FILES)}, in this order; {_FIX}")
    for name in FILES:
        _verify_file(folder / name, expected[name])
    return _digest(sums)


def file_sum(path: Path) -> str:
    """Return the SHA-256 of a file, lower-case hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_sums(folder: Path) -> bytes:
    if not folder.is_dir():
        raise ForeignCheckpointError(
            f"{folder}: no such folder; name a checkpoint, such as the --out of `emotag train`"
        )
    try:
        return (folder / SUMS).read_bytes()
    except FileNotFoundError:
        raise ForeignCheckpointError(f"{folder}: not an emotag checkpoint, it has no {SUMS}; {_FIX}") from None


def _verify_file(path: Path, expected: str) -> None:
    try:
        found = file_sum(path)
    except OSError as error:
        raise DamagedCheckpointError(f"{path}: cannot be read ({error.strerror}); {_FIX}") from error
    if found != expected:
        raise DamagedCheckpointError(
            f"{path}: has changed since the checkpoint was written (its SHA-256 differs); {_FIX}"
        )


def _digest(sums: bytes) -> str:
    return hashlib.sha256(sums).hexdigest()
