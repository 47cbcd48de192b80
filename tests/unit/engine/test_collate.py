from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from emotag_service.engine.predictors.collate import collate

ROWS = st.lists(st.lists(st.integers(1, 50_000), min_size=1, max_size=20), min_size=1, max_size=20)


def test_rows_are_padded_with_zeros_to_the_longest():
    token_ids, lengths = collate([[5], [7, 8, 9], [1, 2]])
    assert token_ids.tolist() == [[5, 0, 0], [7, 8, 9], [1, 2, 0]]
    assert lengths.tolist() == [1, 3, 2]


@settings(deadline=None)
@given(rows=ROWS)
def test_every_row_comes_back_from_its_length(rows):
    token_ids, lengths = collate(rows)
    assert token_ids.dtype == lengths.dtype == np.int64
    assert token_ids.shape == (len(rows), max(map(len, rows)))
    assert [row[:length].tolist() for row, length in zip(token_ids, lengths, strict=True)] == rows
    assert all(not row[length:].any() for row, length in zip(token_ids, lengths, strict=True))
