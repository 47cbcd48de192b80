"""The texts of a load: made ones that differ, those of a file, and what is wrong with a file."""

import pytest

from emotag.errors import InvalidArgumentError
from emotag_service.load_test.texts import made_texts, texts_of_file


def test_made_texts_are_distinct_and_the_same_each_time():
    texts, again = made_texts(), made_texts()
    first = [texts[number] for number in range(5_000)]
    assert len(set(first)) == 5_000
    assert first == [again[number] for number in range(5_000)]
    assert not any("{}" in text for text in first)


def test_texts_of_a_file_come_over_and_over(tmp_path):
    path = tmp_path / "talk.jsonl"
    path.write_text('{"text": "one {}"}\n{"text": "two"}\n')
    texts = texts_of_file(str(path))
    assert [texts[number] for number in range(3)] == ["one {}", "two", "one {}"]
    assert texts.what == f"2 of {path}, over and over"


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("", "is empty; give one JSON object with a text a line"),
        ('{"text": "a"}\n{"said": "b"}\n', "line 2: text: the line has no such field"),
        ("thanks\n", "line 1: line 1 is not JSON"),
        ('{"text": 7}\n', "line 1: text: must be a string, not 7"),
    ],
)
def test_a_bad_file_is_named_with_its_line(tmp_path, lines, problem):
    path = tmp_path / "talk.jsonl"
    path.write_text(lines)
    with pytest.raises(InvalidArgumentError, match="--input") as caught:
        texts_of_file(str(path))
    assert problem in str(caught.value)
