"""Labelled messages are read line by line, and the first bad line is named."""

import gzip
import json

import pytest

from emotag_model.text import TextDataError
from emotag_model.text.examples import Example, Row, load_examples, read_rows

LABELS = ("joy", "anger", "neutral")


def write(path, lines):
    content = "".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_plain_and_gzipped_lines(tmp_path, name):
    rows = [{"id": "1", "text": "Yay", "labels": ["joy"]}, {"text": "Grr 😠", "labels": ["anger", "neutral"]}]
    path = write(tmp_path / name, rows)
    assert load_examples(path, LABELS) == [
        Example("Yay", (0,), f"{path}:1"),
        Example("Grr 😠", (1, 2), f"{path}:2"),
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{\n", "not JSON"),
        ("\n", "not JSON"),
        ("[1]\n", "expected an object"),
        ("[" * 100_000 + "\n", "not JSON"),
        ({"labels": ["joy"]}, "text must be a text that is not blank, not None"),
        ({"text": "  ", "labels": ["joy"]}, "text must be a text that is not blank"),
        ({"text": 5, "labels": ["joy"]}, "text must be a text"),
        ({"text": "a"}, "labels must be a list of at least one label, not None"),
        ({"text": "a", "labels": []}, "labels must be a list of at least one"),
        ({"text": "a", "labels": "joy"}, "labels must be a list"),
        ({"text": "a", "labels": ["joy", "fun"]}, "labels has 'fun'; known are joy, anger, neutral"),
        ({"text": "a", "labels": [["joy"]]}, "labels has"),
        ({"text": "a", "labels": [3]}, "labels has 3"),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, message):
    path = write(tmp_path / "a.jsonl.gz", [{"text": "Yay", "labels": ["joy"]}, line])
    with pytest.raises(TextDataError, match=message) as caught:
        load_examples(path, LABELS)
    assert str(caught.value).startswith(f"{path}:2: ")


def test_bad_utf8_is_blamed_on_its_line(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"text": "a", "labels": ["joy"]}\n{"text": "\xff", "labels": ["joy"]}\n')
    with pytest.raises(TextDataError, match=r"a\.jsonl:2: not JSON"):
        load_examples(path, LABELS)


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(TextDataError, match="cannot be read"):
        load_examples(tmp_path / "missing.jsonl.gz", LABELS)
    with pytest.raises(TextDataError, match="holds no messages"):
        load_examples(write(tmp_path / "empty.jsonl", []), LABELS)
    (tmp_path / "plain.gz").write_text("{}")
    with pytest.raises(TextDataError, match="not a whole gzip file"):
        load_examples(tmp_path / "plain.gz", LABELS)


def test_a_cut_gzip_file(tmp_path):
    path = write(tmp_path / "a.jsonl.gz", [{"text": f"Yay {row}", "labels": ["joy"]} for row in range(100)])
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(TextDataError, match="not a whole gzip file"):
        load_examples(path, LABELS)


def test_a_gzip_file_that_is_damaged_inside(tmp_path):
    path = write(tmp_path / "a.jsonl.gz", [{"text": f"Yay {row}", "labels": ["joy"]} for row in range(100)])
    damaged = bytearray(path.read_bytes())
    damaged[12:30] = b"\xff" * 18
    path.write_bytes(damaged)
    with pytest.raises(TextDataError, match=r"a\.jsonl\.gz: not a whole gzip file"):
        load_examples(path, LABELS)


def test_rows_keep_all_their_fields(tmp_path):
    rows = [{"id": "1", "text": "Yay", "labels": ["fun"], "turn": 3}, {"text": "no labels at all"}]
    path = write(tmp_path / "a.jsonl", rows)
    assert list(read_rows(path)) == [Row(rows[0], "Yay", f"{path}:1"), Row(rows[1], "no labels at all", f"{path}:2")]


def test_a_row_without_a_text_is_named(tmp_path):
    path = write(tmp_path / "a.jsonl", [{"text": "Yay"}, {"text": " "}])
    with pytest.raises(TextDataError, match=r"a\.jsonl:2: text must be"):
        list(read_rows(path))
