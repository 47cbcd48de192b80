"""The cache: what is not as it was written is made again, and where nothing can be written nothing is lost."""

import fcntl
import logging
import os
import threading
from pathlib import Path

import numpy as np
import pytest

from emotag_model.native import cache
from emotag_model.native.cache import OVERRIDE, Contents, cache_folder, cached, cached_bytes

MAPS = Path("/proc/self/maps")
ROWS = np.arange(60, dtype=np.float32).reshape(20, 3)


class Made:
    """Counts how often the rows are made."""

    def __init__(self, rows=ROWS):
        self.rows, self.times = rows, 0

    @property
    def contents(self):
        return Contents(self.rows.dtype.name, self.rows.shape, self._blocks)

    def _blocks(self):
        self.times += 1
        yield self.rows[:13]
        yield self.rows[13:]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(OVERRIDE, str(tmp_path / "cache"))
    monkeypatch.setattr(cache, "_said", set())
    return tmp_path / "cache"


def only_file(folder):
    (file,) = folder.iterdir()
    return file


def test_what_is_made_once_is_mapped_afterwards(folder):
    made = Made()
    first, second = cached("key", made.contents), cached("key", made.contents)
    assert made.times == 1
    for each in (first, second):
        assert np.array_equal(each, ROWS)
        assert not each.flags.writeable
        assert not MAPS.exists() or str(only_file(folder)) in MAPS.read_text(encoding="utf-8")


def test_who_starts_together_makes_it_once_and_maps_the_same_file(folder):
    other_made = threading.Event()
    mapped = []

    class Slow(Made):
        def _blocks(self):
            if self.times == 0:
                other.start()
                other_made.wait(0.5)
            else:
                other_made.set()
            yield from super()._blocks()

    made = Slow()
    other = threading.Thread(target=lambda: mapped.append(cached("key", made.contents)))
    mapped.append(cached("key", made.contents))
    other.join()
    assert made.times == 1
    assert all(np.array_equal(each, ROWS) for each in mapped)
    assert len(mapped) == 2
    assert not MAPS.exists() or "(deleted)" not in [
        line.split()[-1] for line in MAPS.read_text(encoding="utf-8").splitlines() if str(folder) in line
    ]


def test_who_holds_the_folder_for_ever_holds_nobody_up_for_ever(folder, monkeypatch):
    monkeypatch.setattr(cache, "_PATIENCE", 0.05)
    folder.mkdir()
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert np.array_equal(cached("key", Made().contents), ROWS)
    finally:
        os.close(held)


def test_another_key_type_or_shape_is_another_thing(folder):
    made, half, fewer = Made(), Made(ROWS.astype(np.float16)), Made(ROWS[:15])
    for each in (made, half, fewer, made):
        assert np.array_equal(cached("key", each.contents), each.rows)
    assert np.array_equal(cached("other", half.contents), half.rows)
    assert len(list(folder.iterdir())) == 2


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:100],
        lambda data: data[:-1],
        lambda data: data + b"\0",
        lambda data: data[:-1] + bytes([data[-1] ^ 1]),
        lambda data: data[:4_096] + bytes([data[4_096] ^ 0x80]) + data[4_097:],
        lambda data: b"x" + data[1:],
        lambda data: data[:20] + b"\xff" + data[21:],
        lambda data: data.replace(b'"key": "key"', b'"key": "yek"'),
        lambda data: data[:15] + b"[]" + data[17:],
        lambda data: b"\0" * len(data),
    ],
)
def test_a_damaged_stale_or_foreign_file_is_made_again(folder, damage):
    made = Made()
    before = cached("key", made.contents)
    file = only_file(folder)
    _replace(file, damage(file.read_bytes()))
    assert np.array_equal(cached("key", made.contents), ROWS)
    assert made.times == 2
    assert np.array_equal(before, ROWS)  # what others have mapped stays as it was
    cached("key", made.contents)
    assert made.times == 2


def _replace(file, data):
    other = file.with_suffix(".other")
    other.write_bytes(data)
    other.replace(file)


def test_a_folder_that_cannot_be_written_costs_memory_and_is_said_once(folder, caplog):
    folder.parent.joinpath("cache").write_text("a file, no folder")
    made = Made()
    with caplog.at_level(logging.WARNING, "emotag.native"):
        for _ in range(3):
            assert np.array_equal(cached("key", made.contents), ROWS)
    assert made.times == 3
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "cannot be kept" in caplog.text


def test_a_full_disk_leaves_no_half_file(folder, monkeypatch, caplog):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache, "_sum", full)
    assert np.array_equal(cached("key", Made().contents), ROWS)
    assert not list(folder.iterdir())
    assert "No space left" in caplog.text


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_read_from(folder):
    made = Made()
    cached("key", made.contents)
    folder.chmod(0o500)
    try:
        assert np.array_equal(cached("key", made.contents), ROWS)
        assert np.array_equal(cached("other", made.contents), ROWS)
    finally:
        folder.chmod(0o700)
    assert made.times == 2


def test_it_can_be_switched_off(monkeypatch):
    monkeypatch.setenv(OVERRIDE, "off")
    made = Made()
    assert np.array_equal(cached("key", made.contents), ROWS)
    assert made.times == 1
    assert cache_folder() is None
    assert cached_bytes("key", lambda: b"abc") == b"abc"


def test_its_folder_is_that_of_the_desktop_standard(monkeypatch, tmp_path):
    monkeypatch.delenv(OVERRIDE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "emotag"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "emotag"


def test_bytes_are_kept_and_checked_alike(folder, caplog):
    calls = []

    def make():
        calls.append(1)
        return b"abc" * 100

    assert cached_bytes("key", make) == cached_bytes("key", make) == b"abc" * 100
    assert len(calls) == 1
    file = only_file(folder)
    file.write_bytes(file.read_bytes()[:-1])
    assert cached_bytes("key", make) == b"abc" * 100
    assert len(calls) == 2
    folder.joinpath(file.name).unlink()
    folder.rmdir()
    folder.write_text("no folder")
    assert cached_bytes("key", make) == b"abc" * 100
    assert "cannot be kept" in caplog.text
