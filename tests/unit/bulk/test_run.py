"""Inputs that a run refuses before it writes anything, and those that hold nothing."""

from __future__ import annotations

import gzip
import os
import shutil
from pathlib import Path

import pytest

from emotag.bulk import run as module
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


def test_a_link_is_the_input_by_its_own_name(path: Path, tmp_path: Path) -> None:
    """As caches of data sets have files, whose own names say nothing."""
    blob = path.rename(path.with_name("5f3a"))
    (tmp_path / "latest.jsonl").symlink_to(blob)
    run = BulkRun([tmp_path / "latest.jsonl"], tmp_path / "out", BulkOptions())
    assert sum(counts.rows for counts in run.run(1)) == 1
    assert (tmp_path / "out" / "latest.jsonl").read_text().startswith('{"text": "hi", "emotion_label"')


@pytest.mark.parametrize("length", [245, 246, 255])
def test_a_name_may_be_as_long_as_a_file_may_have_it(path: Path, tmp_path: Path, length: int) -> None:
    path = path.rename(path.with_name("a" * (length - 6) + ".jsonl"))
    list(BulkRun([path], tmp_path / "out", BulkOptions()).run(1))
    assert (tmp_path / "out" / path.name).read_text().startswith('{"text": "hi", "emotion_label"')


def test_the_advice_after_a_change_leads_on_though_other_inputs_are_done(path: Path, tmp_path: Path) -> None:
    changed, out = path.with_name("b.jsonl"), tmp_path / "out"
    changed.write_text('{"text": "hi"}\n')
    counts = BulkRun([path, changed], out, BulkOptions()).run(1)
    assert next(counts).rows == next(counts).rows == 1
    changed.write_text('{"text": "hi"}\n{"text": "ho"}\n')
    with pytest.raises(InvalidArgumentError, match=r"b\.jsonl: changed .* remove .*/\.emotag and its outputs to begin"):
        next(counts)
    assert [one.name for one in out.iterdir() if one.is_file()] == ["a.jsonl"]
    shutil.rmtree(out / ".emotag")
    (out / "a.jsonl").unlink()
    assert sum(done.rows for done in BulkRun([path, changed], out, BulkOptions()).run(1)) == 3


def test_links_to_one_file_and_outputs_in_the_place_of_an_input(path: Path, tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").symlink_to(path)
    (tmp_path / "folder").symlink_to(path.parent)
    (path.parent / "c.jsonl").symlink_to(path)
    out = tmp_path / "out"
    for inputs, output, said in (
        ([path, tmp_path / "b.jsonl"], out, r"b\.jsonl: is the same file as .*/in/a\.jsonl; give it once"),
        ([tmp_path / "folder" / "a.jsonl", path], out, r"in/a\.jsonl: has the name of .*/folder/a\.jsonl"),
        ([path], tmp_path / "folder", r"holds the input a\.jsonl"),
        ([tmp_path / "b.jsonl"], path.parent, r"holds the input b\.jsonl"),
        ([path.parent / "c.jsonl"], tmp_path / "folder", r"holds the input c\.jsonl"),
    ):
        with pytest.raises(InvalidArgumentError, match=said):
            BulkRun(inputs, output, BulkOptions())


def test_a_pipe_is_refused_as_one(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jsonl")
    with pytest.raises(
        InvalidArgumentError, match=r"a\.jsonl: is no regular file; write it to one, which can be read again"
    ):
        BulkRun([tmp_path / "a.jsonl"], tmp_path / "out", BulkOptions())


def test_parts_that_were_cut_otherwise_are_not_gone_on_with(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(BulkRun([path], tmp_path / "out", BulkOptions()).run(1))
    monkeypatch.setattr(module, "_CUT", 0)
    with pytest.raises(InvalidArgumentError, match="holds a run with other parts; name another folder"):
        list(BulkRun([path], tmp_path / "out", BulkOptions()).run(1))
