"""Several texts become one tensor, padded at the end."""

import torch

from emotag_model.text.padding import pad


def test_shorter_texts_are_padded_with_zeros():
    ids, lengths = pad([[5], [3, 4, 6]])
    assert ids.tolist() == [[5, 0, 0], [3, 4, 6]]
    assert lengths.tolist() == [1, 3]
    assert ids.dtype == lengths.dtype == torch.int64


def test_one_text():
    ids, lengths = pad([[2, 3]])
    assert ids.tolist() == [[2, 3]]
    assert lengths.tolist() == [2]


def test_texts_without_tokens_keep_one_column():
    ids, lengths = pad([[], []])
    assert ids.tolist() == [[0], [0]]
    assert lengths.tolist() == [0, 0]
