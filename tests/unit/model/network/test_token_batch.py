"""The batch of the folded path: cut, masked, checked."""

import pytest
import torch

from emotag_model.network.token_batch import TokenBatch, check_batch


def test_it_is_time_major_and_cut_to_the_longest_message() -> None:
    batch = TokenBatch.of(torch.tensor([[5, 6, 0, 0], [7, 0, 0, 0]]), torch.tensor([2, 1]))
    assert batch.ids.tolist() == [[5, 7], [6, 0]]
    assert batch.ids.is_contiguous()
    assert batch.shares.tolist() == [[0.5, 1.0], [0.5, 0.0]]
    assert batch.penalty is not None
    assert batch.penalty.squeeze(-1).tolist() == [[0.0, 0.0], [0.0, float("-inf")]]


def test_ids_behind_a_message_become_padding() -> None:
    batch = TokenBatch.of(torch.tensor([[5, 9, 9], [7, 8, 9]]), torch.tensor([1, 2]))
    assert batch.ids.tolist() == [[5, 7], [0, 8]]


def test_equal_lengths_carry_no_penalty() -> None:
    batch = TokenBatch.of(torch.tensor([[5, 6, 0], [7, 8, 0]]), torch.tensor([2, 2]))
    assert batch.penalty is None
    assert batch.shares.tolist() == [[0.5, 0.5], [0.5, 0.5]]


@pytest.mark.parametrize("lengths", [[0], [0, 2]])
def test_a_message_without_tokens_counts_as_one_step_of_padding(lengths: list[int]) -> None:
    batch = TokenBatch.of(torch.full((len(lengths), 2), 9), torch.tensor(lengths))
    assert batch.ids[:, 0].eq(0).all()
    assert batch.shares[0, 0] == 1
    assert batch.pool(torch.full((*batch.ids.shape, 3), -1.0))[0].tolist() == [-1.0] * 3


def test_pool_reads_a_message_only() -> None:
    batch = TokenBatch.of(torch.tensor([[5, 0], [7, 8]]), torch.tensor([1, 2]))
    values = torch.tensor([[[-2.0], [-5.0]], [[4.0], [-3.0]]])  # [T, B, 1]
    assert batch.pool(values).tolist() == [[-2.0], [-3.0]]


@pytest.mark.parametrize(
    ("ids", "lengths", "message"),
    [
        ([[1, 2]], [3], "lengths must lie between 0 and 2, got values from 3 to 3"),
        ([[1, 2]], [-1], "lengths must lie between 0 and 2"),
        ([[1, 10]], [2], "token_ids must lie between 0 and 9, got values from 1 to 10"),
        ([[-1, 1]], [2], "token_ids must lie between 0 and 9"),
        ([[1, 2]], [2, 2], r"must be \[B, T\] and lengths \[B\].*got \[1, 2\] and \[2\]"),
        ([1, 2], [2], r"must be \[B, T\]"),
        ([[]], [0], r"B and T at least 1.*got \[1, 0\]"),
    ],
)
def test_what_cannot_be_a_batch_is_refused_by_name(ids: list, lengths: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_batch(torch.tensor(ids), torch.tensor(lengths), 10)


def test_the_extremes_are_accepted() -> None:
    check_batch(torch.tensor([[0, 9], [9, 0]]), torch.tensor([0, 2]), 10)
