from __future__ import annotations

import pytest
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from hypothesis import example, given
from hypothesis import strategies as st

from emotag_service.kafka.records.record import batch_bytes, fits
from tests.unit.kafka.records.made import headers

content = st.none() | st.binary(max_size=300)


def as_written(key, value, given_headers) -> int:
    builder = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, -1, 1 << 30)
    builder.append(0, 1_700_000_000_000, key, value, list(given_headers))
    return len(builder.build())


@given(content, content, headers)
@example(None, None, ())
@example(b"", b"", (("", None), ("", b"")))
@example(b"k", b"v" * 63, ())
@example(b"k", b"v" * 64, (("h" * 64, b"c" * 8192),))
@example(None, b"v" * 2**20, ())
def test_it_is_what_the_client_writes(key, value, given_headers):
    assert batch_bytes(key, value, given_headers) == as_written(key, value, given_headers)


@given(content, content, headers, st.integers(-80, 80))
def test_what_fits_is_what_is_no_larger(key, value, given_headers, room):
    size = batch_bytes(key, value, given_headers)
    assert fits(key, value, given_headers, size + room) == (room >= 0)


@pytest.mark.parametrize("size", [0, 1, 63, 64, 8191, 8192, 1 << 20, 5_000_000])
def test_lengths_of_every_width(size):
    assert batch_bytes(None, b"x" * size, ()) == as_written(None, b"x" * size, ())
