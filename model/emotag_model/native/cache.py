"""Files of numbers that are made once per machine and mapped into every process that needs them.

One file per key, in `EMOTAG_CACHE`, else `$XDG_CACHE_HOME/emotag`, else `~/.cache/emotag`. It begins with a header that
says what it holds and a checksum of that; whatever is not as written is made again. Written beside its place and then
renamed, so that nobody reads half a file. Where nothing can be written, what was made is kept in memory.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
import tempfile
import time
import zlib
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from emotag_model.native.errors import CacheError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO

    from numpy.typing import NDArray

OVERRIDE = "EMOTAG_CACHE"
"""Environment variable that names the folder, or is "off" for none."""

_MAGIC = b"emotag-cache-2\n"
_HEADER = 4_096  # bytes: a page, so that what follows can be mapped
_AT_ONCE = 1 << 22
_SEAL = 32  # bytes before a file of bytes: their checksum, made with their key
_PATIENCE = 10.0  # seconds for another process that makes the same; it takes less than one
_LOG = logging.getLogger("emotag.native")


@dataclass(frozen=True)
class Contents:
    """What a file holds: numbers of one type, in blocks of rows that are made one after the other."""

    dtype: str
    shape: tuple[int, ...]
    blocks: Callable[[], Iterable[NDArray[Any]]]

    @property
    def size(self) -> int:
        """Bytes."""
        return int(np.prod(self.shape)) * np.dtype(self.dtype).itemsize

    def made(self) -> NDArray[Any]:
        """Return all of it in memory, read-only."""
        made = np.empty(self.shape, self.dtype)
        row = 0
        for block in self.blocks():
            made[row : row + len(block)] = block
            row += len(block)
        made.flags.writeable = False
        return made


def cached(key: str, contents: Contents) -> NDArray[Any]:
    """Return what `contents` makes, read-only: mapped from the cache, or in memory where there can be none."""
    folder = cache_folder()
    if folder is None:
        return contents.made()
    path = _path(folder, key)
    with suppress(CacheError, OSError):
        return _read(path, key, contents)
    try:
        with _alone(folder):
            return _read_or_made(path, key, contents)
    except (OSError, CacheError) as error:
        _say_once(f"{path}: cannot be kept ({error}); folded tables stay in this process's own memory")
        return contents.made()


def cached_bytes(key: str, make: Callable[[], bytes]) -> bytes:
    """Return what `make` makes, from the cache where it is there; of a size that is known only then."""
    folder = cache_folder()
    path = folder and _path(folder, key)
    if path:
        try:
            sealed = path.read_bytes()
            if sealed[:_SEAL] == _seal(key, sealed[_SEAL:]):
                return sealed[_SEAL:]
        except OSError:
            pass
    made = make()
    if path:
        try:
            with _replacing(path) as file:
                file.write(_seal(key, made) + made)
        except OSError as error:
            _say_once(f"{path}: cannot be kept ({error}); it is made again at every start")
    return made


def cache_folder() -> Path | None:
    """Return the folder of the cache; None where it is switched off or there is no home."""
    override = os.environ.get(OVERRIDE, "")
    if override == "off":
        return None
    if override:
        return Path(override)
    if base := os.environ.get("XDG_CACHE_HOME", ""):
        return Path(base) / "emotag"
    try:
        return Path.home() / ".cache" / "emotag"
    except RuntimeError:
        return None


def _read_or_made(path: Path, key: str, contents: Contents) -> NDArray[Any]:
    """Map a file, which others may have made just before, or else make it."""
    try:
        return _read(path, key, contents)
    except CacheError as error:
        _LOG.info("made again: %s", error)
    except OSError:
        pass
    _write(path, key, contents)
    return _read(path, key, contents)


def _read(path: Path, key: str, contents: Contents) -> NDArray[Any]:
    """Map a file. Raises CacheError when it is not what was written for this key, OSError when it cannot be read."""
    with path.open("rb") as file:
        header = file.read(_HEADER)
        expected = _describe(key, contents)
        if len(header) != _HEADER or not header.startswith(_MAGIC):
            raise CacheError(f"{path}: is no file of emotag's cache")
        try:
            found = json.loads(header[len(_MAGIC) :].rstrip(b"\0"))
        except ValueError as error:
            raise CacheError(f"{path}: its header is damaged") from error
        if not isinstance(found, dict) or {name: found.get(name) for name in expected} != expected:
            raise CacheError(f"{path}: holds something else")
        if os.fstat(file.fileno()).st_size != _HEADER + contents.size:
            raise CacheError(f"{path}: is cut short, or too long")
        if found.get("sum") != _sum(file):
            raise CacheError(f"{path}: has changed since it was written")
        mapped = np.memmap(file, contents.dtype, "r", _HEADER, contents.shape)
    return mapped.view(np.ndarray)


def _write(path: Path, key: str, contents: Contents) -> None:
    with _replacing(path) as file:
        file.write(bytes(_HEADER))
        for block in contents.blocks():
            file.write(np.ascontiguousarray(block, contents.dtype).data)
        file.seek(_HEADER)
        header = _MAGIC + json.dumps(_describe(key, contents) | {"sum": _sum(file)}).encode()
        file.seek(0)
        file.write(header.ljust(_HEADER, b"\0"))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Have processes that start together make a file once: who put another in its place would leave each its own."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        _lock(descriptor)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    """Wait for the lock of an open folder, but not for ever for a process that was stopped while it held it.

    Without it, as on a file system that knows no locks, each process has its own tables: that costs memory alone.
    """
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return None
            time.sleep(0.01)
        except OSError:
            return None


@contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a file that takes the place of `path` as a whole once it is written, or leaves it as it was."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _path(folder: Path, key: str) -> Path:
    return folder / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.bin"


def _seal(key: str, contents: bytes) -> bytes:
    return hashlib.blake2b(contents, key=hashlib.sha256(key.encode()).digest(), digest_size=_SEAL).digest()


def _describe(key: str, contents: Contents) -> dict[str, Any]:
    return {"key": key, "dtype": np.dtype(contents.dtype).str, "shape": list(contents.shape)}


def _sum(file: BinaryIO) -> str:
    """Return the checksum of what follows the header, by reading: mapped pages would count as this process's memory.

    Against damage, not against forgers, who could as well replace the library: it is what every start waits for.
    """
    found = 0
    while block := file.read(_AT_ONCE):
        found = zlib.crc32(block, found)
    return f"{found:08x}"


_said: set[str] = set()


def _say_once(text: str) -> None:
    if text not in _said:
        _said.add(text)
        _LOG.warning(text)
