"""The folder of a run: what is done, and who may go on with it."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest

from emotag.bulk.counts import Counts
from emotag.bulk.run_folder import RunFolder, write_json
from emotag.bulk.whole import UNFINISHED, whole_file
from emotag.errors import InvalidArgumentError

WANTED: dict[str, Any] = {"inputs": [{"path": "/in/a.jsonl", "size": 1}], "options": {"scores": False}, "model": {}}


def test_a_part_is_done_once_its_counts_are_there(tmp_path: Path) -> None:
    with RunFolder(tmp_path / "out", WANTED) as folder:
        part = folder.part(0, 7)
        part.write_bytes(b"rows")
        assert folder.counts(part, 3) is None
        write_json(part.with_suffix(".json"), Counts(3).as_dict(), folder.state)
        assert folder.counts(part, 3) == Counts(3)
        assert folder.counts(part, 4) is None, "cut otherwise"
        part.unlink()
        assert folder.counts(part, 3) is None
        assert folder.finished(0) is None
        folder.target(0).touch()
        folder.finish(0, Counts(3), [part])
    with RunFolder(tmp_path / "out", WANTED) as folder:
        assert folder.finished(0) == Counts(3)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"inputs": [{"path": "/in/a.jsonl", "size": 2}]}, "other inputs, or ones that have changed since;"),
        ({"options": {"scores": True}, "model": {"digest": "d"}}, "other options and another model;"),
    ],
)
def test_another_run_is_refused_with_the_fix(tmp_path: Path, changed: dict[str, Any], said: str) -> None:
    with RunFolder(tmp_path / "out", WANTED):
        pass
    with pytest.raises(InvalidArgumentError, match=said + r" name another folder, or remove .*\.emotag"):
        RunFolder(tmp_path / "out", {**WANTED, **changed})


def test_one_process_at_a_time(tmp_path: Path) -> None:
    with (
        RunFolder(tmp_path / "out", WANTED),
        pytest.raises(InvalidArgumentError, match="another `emotag tag-files` writes there"),
    ):
        RunFolder(tmp_path / "out", WANTED)
    with RunFolder(tmp_path / "out", WANTED):
        pass


def test_files_of_another_making_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("mine")
    with pytest.raises(InvalidArgumentError, match=r"has a file a\.jsonl of another making; name another folder"):
        RunFolder(tmp_path, WANTED)
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]


def test_what_a_kill_left_half_written_is_removed(tmp_path: Path) -> None:
    with RunFolder(tmp_path, WANTED) as folder:
        (folder.state / "0-part-000001.77.tmp").touch()
    with RunFolder(tmp_path, WANTED) as folder:
        assert {path.name for path in folder.state.iterdir()} == {"lock", "run.json"}


def test_a_file_has_a_short_name_until_it_is_whole(tmp_path: Path) -> None:
    for length in (40, 246, 255):
        target = tmp_path / ("a" * length)
        with whole_file(target, tmp_path) as file:
            file.write(b"rows")
            [unfinished] = tmp_path.glob(f"*{UNFINISHED}")
            assert len(unfinished.name) < 30
        assert target.read_bytes() == b"rows"
        assert not unfinished.exists()


def test_files_of_one_process_do_not_meet(tmp_path: Path) -> None:
    with whole_file(tmp_path / "a", tmp_path) as one, whole_file(tmp_path / "b", tmp_path) as other:
        one.write(b"a")
        other.write(b"b")
    assert [(tmp_path / name).read_bytes() for name in "ab"] == [b"a", b"b"]


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    def write() -> None:
        with whole_file(tmp_path / "a", tmp_path) as file:
            file.write(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match=r"No space left on device: '.*a'"):
        write()
    assert list(tmp_path.iterdir()) == []
