"""Rows come one by one, and what is bad is told with its file and line without hiding the rest."""

import gzip
import json

import pytest

from emotag_model.text import TextDataError
from emotag_model.training.data.lines import read, scan, split_name
from emotag_model.training.data.readers import any_text, labelled
from emotag_model.training.data.row import BadRow, Row
from tests.unit.model.training.data.miniature import said

GOOD = json.dumps(said("Hi", "joy")).encode()
BAD = [
    (b"{", "not JSON"),
    (b"", "not JSON"),
    (b"[" * 100_000, "not JSON"),
    (b"[1]", 'expected an object such as {"text"'),
    (b'{"text": "\xff", "labels": ["joy"]}', "not JSON"),
    (b'{"text": " ", "labels": ["joy"]}', "text must be a text"),
]


@pytest.fixture
def write(tmp_path):
    def to_file(*lines, name="dev.jsonl.gz"):
        path = tmp_path / name
        content = b"".join(line + b"\n" for line in lines)
        path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
        return path

    return to_file


@pytest.mark.parametrize("name", ["dev.jsonl", "dev.jsonl.gz"])
def test_rows_know_their_place(write, name):
    path = write(GOOD, GOOD, name=name)
    assert list(read(path, labelled)) == [Row("Hi", f"{path}:{line}", ("joy",)) for line in (1, 2)]


@pytest.mark.parametrize(("line", "reason"), BAD)
def test_a_bad_line_is_told_and_does_not_end_the_file(write, line, reason):
    path = write(GOOD, line, GOOD)
    first, bad, last = scan(path, labelled)
    assert (first.text, last.text, last.place) == ("Hi", "Hi", f"{path}:3")
    assert isinstance(bad, BadRow)
    assert bad.place == f"{path}:2"
    assert reason in bad.reason
    with pytest.raises(TextDataError, match=r"dev\.jsonl\.gz:2: "):
        list(read(path, labelled))


def test_objects_without_text_count_and_are_not_read(write):
    path = write(b'{"overall": true}', GOOD)
    assert [row is None for row in scan(path, any_text)] == [True, False]
    assert [row.text for row in read(path, any_text)] == ["Hi"]


def test_a_file_that_breaks_off_is_told_at_its_end(write):
    path = write(*[json.dumps(said(f"{number:x}" * 50, "joy")).encode() for number in range(3000)])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    *rows, last = scan(path, labelled)
    assert all(isinstance(row, Row) for row in rows)
    assert str(last).startswith(f"{path}:{len(rows) + 1}: not a whole gzip file")


def test_what_is_no_gzip_file_is_told(write):
    path = write(GOOD)
    path.write_bytes(b"<html>not found</html>")
    [bad] = scan(path, labelled)
    assert "not a whole gzip file" in bad.reason


def test_damage_inside_is_told(write):
    path = write(*[GOOD] * 100)
    damaged = bytearray(path.read_bytes())
    damaged[12:30] = b"\xff" * 18
    path.write_bytes(damaged)
    *_, last = scan(path, labelled)
    assert "not a whole gzip file" in last.reason


def test_a_file_that_cannot_be_opened_is_told(tmp_path):
    with pytest.raises(TextDataError, match=r"none\.jsonl: cannot be read \(No such file"):
        list(read(tmp_path / "none.jsonl", labelled))


@pytest.mark.parametrize("name", ["dev.jsonl", "dev.jsonl.gz"])
def test_a_split_is_called_by_its_file(tmp_path, name):
    assert split_name(tmp_path / name) == "dev"
