"""How batches are laid out for a GPU: in few sizes, one message behind the other, the rest nobody's."""

import pytest
import torch

from emotag_model.network.bucket import Bucket

TEXTS = [[5, 9, 2], [], [7], [3, 3]]


@pytest.mark.parametrize(
    ("lengths", "bucket"),
    [
        ([], Bucket(64, 16)),
        ([0], Bucket(64, 16)),
        ([64], Bucket(64, 16)),
        ([65], Bucket(128, 16)),
        ([40, 40], Bucket(128, 16)),
        ([1] * 17, Bucket(64, 32)),
        ([15] * 256, Bucket(4_096, 256)),
        ([256] * 256, Bucket(65_536, 256)),
        ([1] * 257, Bucket(512, 512)),
    ],
)
def test_a_batch_goes_into_the_next_power_of_two(lengths, bucket):
    assert Bucket.of([[1] * length for length in lengths]) == bucket


def test_the_layout_leaves_nothing_of_the_batch_before():
    bucket = Bucket(8, 6)
    numbers = torch.full((bucket.size,), -7)
    bucket.write(TEXTS, numbers)
    ids, owners, starts, ends = (part.tolist() for part in bucket.split(numbers))
    assert ids == [5, 9, 2, 7, 3, 3, 0, 0]
    assert owners == [0, 0, 0, 2, 3, 3, 6, 6]
    assert starts == [0, 3, 3, 4, 0, 0]
    assert ends == [3, 3, 4, 6, 0, 0]


def test_what_was_split_is_where_it_was_written():
    bucket = Bucket(8, 6)
    numbers = torch.zeros(bucket.size, dtype=torch.int64)
    batch = bucket.split(numbers)
    numbers.copy_(torch.arange(bucket.size))
    assert batch.ids.tolist() == list(range(8))
    assert batch.ends.tolist() == list(range(22, 28))
