"""Files are read again when they change, and not before; what cannot be used changes nothing."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from structlog.testing import capture_logs

from emotag_service.access.files import Reloaded


class Reader:
    """Counts how often it is asked; what is not a number it refuses."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.times = 0

    def __call__(self) -> int:
        self.times += 1
        return int(self.path.read_text())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "number").write_text("1")
    return tmp_path / "number"


def test_it_reads_once_until_a_file_changes(path: Path) -> None:
    read = Reader(path)
    number = Reloaded("numbers", [path, None], read, ValueError)
    assert [number.now(), number.now(), read.times] == [1, 1, 1]
    path.write_text("22")
    with capture_logs() as logs:
        assert [number.now(), number.now(), read.times] == [22, 22, 2]
    assert [(log["event"], log["files"]) for log in logs] == [("numbers reloaded", [str(path)])]


def test_a_file_beside_it_counts_too(path: Path, tmp_path: Path) -> None:
    read = Reader(path)
    number = Reloaded("numbers", [path, tmp_path / "beside"], read, ValueError)
    (tmp_path / "beside").write_text("x")
    assert [number.now(), read.times] == [1, 2]


def test_what_cannot_be_used_leaves_the_last_in_force_and_is_told_once(path: Path) -> None:
    number = Reloaded("numbers", [path], Reader(path), ValueError, OSError)
    with capture_logs() as logs:
        path.write_text("many")
        assert [number.now(), number.now()] == [1, 1]
        path.unlink()
        assert [number.now(), number.now()] == [1, 1]
        path.write_text("3")
        assert number.now() == 3
    assert [log["event"] for log in logs] == ["numbers not reloaded"] * 2 + ["numbers reloaded"]


def test_what_could_not_be_used_is_tried_again_once_a_second_until_it_can(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, read, problems = [0.0], Reader(path), ["locked", "locked", "too many open files"]
    monkeypatch.setattr("emotag.reloaded.time", SimpleNamespace(monotonic=lambda: clock[0]))

    def reading() -> int:
        number = read()
        if number == 22 and problems:
            raise OSError(problems.pop(0))
        return number

    number = Reloaded("numbers", [path], reading, OSError)
    path.write_text("22")
    found = []
    with capture_logs() as logs:
        for clock[0] in (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 9.0):
            found.append((number.now(), read.times))
    assert found == [(1, 2), (1, 2), (1, 3), (1, 3), (1, 4), (1, 4), (22, 5), (22, 5)]
    assert [log.get("problem", "") for log in logs] == ["locked", "too many open files", ""]


def test_what_is_written_while_it_is_read_is_read_again(path: Path) -> None:
    def read() -> int:
        number = int(path.read_text())
        if number == 2:
            path.write_text("333")
        return number

    number = Reloaded("numbers", [path], read, ValueError)
    path.write_text("02")
    with capture_logs() as logs:
        assert [number.now(), number.now(), number.now()] == [1, 333, 333]
    assert [log["event"] for log in logs] == ["numbers reloaded"]


def test_what_cannot_be_used_at_first_and_what_nobody_foresaw_is_raised(path: Path) -> None:
    number = Reloaded("numbers", [path], Reader(path), OSError)
    path.write_text("many")
    with pytest.raises(ValueError, match="many"):
        number.now()
    with pytest.raises(ValueError, match="many"):
        Reloaded("numbers", [path], Reader(path), ValueError)
