"""Masks and masked pooling."""

import torch

from emotag_model.network.masking import masked_max, pooling_mask, token_mask


def test_token_mask_covers_each_length() -> None:
    assert token_mask(torch.tensor([0, 1, 3]), 3).tolist() == [[False] * 3, [True, False, False], [True] * 3]


def test_pooling_mask_leaves_no_row_empty() -> None:
    assert pooling_mask(torch.tensor([0, 2]), 2).tolist() == [[True, False], [True, True]]


def test_masked_max_reads_tokens_only_even_if_all_are_negative() -> None:
    values = torch.tensor([[[-3.0, -1.0], [-2.0, -4.0], [9.0, 9.0]]])
    assert masked_max(values, torch.tensor([[True, True, False]])).tolist() == [[-2.0, -1.0]]
