"""A table replaces only what stands between its marks."""

import pytest

from emotag_model.evaluation.document import put_between, table
from emotag_model.text import TextDataError


def test_a_table():
    assert table(("a", "b"), [("1", "2"), ("3", "4")]) == "| a | b |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |"


def test_only_what_stands_between_is_replaced(tmp_path):
    path = tmp_path / "a.md"
    path.write_text("before\n<!-- t -->\nold\n<!-- /t -->\nafter\n")
    put_between(path, "t", "new ☂")
    put_between(path, "t", "newer ☂")
    assert path.read_text(encoding="utf-8") == "before\n<!-- t -->\n\nnewer ☂\n\n<!-- /t -->\nafter\n"


@pytest.mark.parametrize("text", ["", "<!-- t -->\n", "<!-- /t -->\n<!-- t -->\n", "<!-- u -->\n<!-- /u -->\n"])
def test_marks_that_are_missing(tmp_path, text):
    path = tmp_path / "a.md"
    path.write_text(text)
    with pytest.raises(TextDataError, match="needs a line <!-- t --> and, after it, a line <!-- /t -->"):
        put_between(path, "t", "new")
    assert path.read_text() == text
