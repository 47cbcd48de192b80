"""Records cannot be changed, and know how many bytes they hold."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotag_service.kafka.records.record import Headers, Outgoing, Record, record_size

BYTES = st.none() | st.binary(max_size=20)
HEADERS = st.lists(st.tuples(st.text(max_size=8), BYTES), max_size=5).map(tuple)


@given(BYTES, BYTES, HEADERS)
def test_size_is_that_of_all_bytes_and_80_for_each_header(
    key: bytes | None, value: bytes | None, headers: Headers
) -> None:
    parts = [key, value, *(part for name, content in headers for part in (name.encode(), content))]
    expected = len(b"".join(part for part in parts if part is not None)) + 80 * len(headers)
    assert record_size(key, value, headers) == expected
    assert Record("t", 0, 0, 0, key, value, headers).size == expected
    assert Outgoing("t", 0, 0, key, value, headers).size == expected


def test_a_name_that_is_no_text_has_a_size() -> None:
    assert record_size(None, None, (("a\udcff", b"1"),)) == 85


@pytest.mark.parametrize("record", [Record("t", 0, 0, 0, None, None), Outgoing("t", 0, 0, None, None)])
@pytest.mark.parametrize("name", ["value", "headers", "anything"])
def test_nothing_of_it_can_be_changed(record: Any, name: str) -> None:
    with pytest.raises(AttributeError):
        setattr(record, name, b"")
