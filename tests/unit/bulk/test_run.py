"""Inputs that a run refuses before it writes anything, and those that hold nothing."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from emotag.bulk.options import BulkOptions
from emotag.bulk.run import BulkRun
from emotag.errors import InvalidArgumentError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_text('{"text": "hi"}\n')
    return tmp_path / "in" / "a.jsonl"


def test_inputs_that_cannot_be_told_apart_or_read(path: Path, tmp_path: Path) -> None:
    out, options = tmp_path / "out", BulkOptions()
    for inputs, output, said in (
        ([path.parent], out, r"is a folder; name its files, such as .*/in/\*\.jsonl"),
        ([path.with_name("b.jsonl")], out, "b.jsonl: there is no such file"),
        ([path], path.parent, "holds the input a.jsonl; name another folder"),
        ([path, path], out, "a.jsonl: has the name of"),
        ([path, tmp_path / "a.jsonl"], out, "and so would its output"),
        ([tmp_path / "a.csv"], out, "does not say what it is; give --format jsonl or --format parquet"),
    ):
        (tmp_path / "a.jsonl").touch()
        (tmp_path / "a.csv").touch()
        with pytest.raises(InvalidArgumentError, match=said):
            BulkRun(inputs, output, options)
    assert not out.exists()


@pytest.mark.parametrize(
    ("name", "content"), [("a.jsonl.gz", gzip.compress(b"")), ("a.jsonl", b"")], ids=["gzip", "plain"]
)
def test_the_output_of_a_file_without_lines_is_of_its_kind(
    path: Path, tmp_path: Path, name: str, content: bytes
) -> None:
    path.with_name(name).write_bytes(content)
    assert list(BulkRun([path.with_name(name)], tmp_path / "out", BulkOptions()).run(1)) == []
    made = (tmp_path / "out" / name).read_bytes()
    assert (gzip.decompress(made) if name.endswith(".gz") else made) == b""
    assert bool(made) == bool(content)


def test_a_taxonomy_is_refused_before_anything_is_written(path: Path, tmp_path: Path) -> None:
    run = BulkRun([path], tmp_path / "out", BulkOptions(taxonomy="plutchik"))
    with pytest.raises(InvalidArgumentError, match="plutchik"):
        list(run.run(1))
    assert not (tmp_path / "out").exists()
