"""Batches of the tests of this folder, ragged and padded."""

import torch

from emotag_model.network.bucket import Bucket
from emotag_model.text.padding import pad


def ragged(texts, device="cpu"):
    bucket = Bucket.of(texts)
    numbers = torch.full((bucket.size,), -7)
    bucket.write(texts, numbers)
    return bucket.split(numbers.to(device))


def padded(texts, device="cpu"):
    return [array.to(device) for array in pad(texts)]
