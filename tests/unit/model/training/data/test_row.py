"""Rows are values; a bad one says where it is and what is wrong."""

from dataclasses import FrozenInstanceError

import pytest

from emotag_model.training.data.row import BadRow, Row


def test_a_bad_row_says_where_and_what():
    assert str(BadRow("dev.jsonl.gz:3", "not JSON")) == "dev.jsonl.gz:3: not JSON"


def test_a_row_needs_only_a_text_and_a_place():
    row = Row("a", "f:1")
    assert (row.labels, row.context, row.values, row.source) == ((), (), (), "")
    with pytest.raises(FrozenInstanceError):
        row.text = "b"
