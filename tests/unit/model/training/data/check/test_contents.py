"""A file is read once for all data sets in it, and told of as it is read."""

from emotag_model.training.data.check.contents import KEPT, read_contents
from emotag_model.training.data.readers import rated, unlabelled
from tests.unit.model.training.data.miniature import said
from tests.unit.model.training.datafolder import write_rows


def test_rows_are_kept_by_source(tmp_path):
    path = tmp_path / "texts.jsonl.gz"
    write_rows(path, [{"text": "a", "source": "x"}, {"text": "b", "source": "y"}, {"text": "c", "source": "x"}])
    contents = read_contents(path, unlabelled, lambda _: None)
    assert [row.text for row in contents.of("x")] == ["a", "c"]
    assert contents.of("z") == []
    assert sorted(row.text for row in contents.of(None)) == ["a", "b", "c"]
    assert contents.sources() == {"x": 2, "y": 1}


def test_what_is_no_text_or_bad_is_counted(tmp_path):
    path = tmp_path / "sgd.jsonl.gz"
    write_rows(path, [said("a"), {"text": "", "overall": True}, said(""), said("b", 1)])
    contents = read_contents(path, rated, lambda _: None)
    assert (len(contents.of(None)), contents.textless, contents.bad_count) == (1, 1, 2)
    assert [row.place for row in contents.bad] == [f"{path}:3", f"{path}:4"]


def test_of_many_bad_rows_some_are_kept(tmp_path):
    path = tmp_path / "bad.jsonl.gz"
    write_rows(path, [said("")] * (KEPT + 5))
    contents = read_contents(path, unlabelled, lambda _: None)
    assert (len(contents.bad), contents.bad_count) == (KEPT, KEPT + 5)


def test_every_row_is_told_of(tmp_path):
    path, told = tmp_path / "many.jsonl.gz", []
    write_rows(path, [said(str(number)) for number in range(2_345)])
    read_contents(path, unlabelled, told.append)
    assert told == [1_000, 1_000, 345]


def test_an_empty_file_has_nothing(tmp_path):
    path = tmp_path / "none.jsonl.gz"
    write_rows(path, [])
    contents = read_contents(path, unlabelled, lambda _: None)
    assert (contents.of(None), contents.bad_count) == ([], 0)
