"""The functions of `naive` by Triton kernels: nothing in them waits for the device. Importing this needs triton."""

from contextlib import AbstractContextManager

import torch
from torch import Tensor

from emotag_model.spans.triton_kernels import attention_kernel, pooling_kernel
from emotag_model.sru.ragged import spanned_bisru as span_bisru

__all__ = ["span_attention", "span_bisru", "span_max", "span_sum"]

_COLUMNS = 64  # of a program that pools
_ROWS = 16  # queries and keys at a time: the least that a matrix product of Triton takes


def span_max(values: Tensor, starts: Tensor, ends: Tensor) -> Tensor:
    """As `naive.span_max`."""
    return _pool(values, starts, ends, greatest=True)


def span_sum(values: Tensor, starts: Tensor, ends: Tensor) -> Tensor:
    """As `naive.span_sum`."""
    return _pool(values, starts, ends, greatest=False)


def span_attention(query: Tensor, key: Tensor, starts: Tensor, ends: Tensor) -> Tensor:
    """As `naive.span_attention`."""
    query, key = query.contiguous(), key.contiguous()
    rows, heads, width = query.shape
    weights = query.new_zeros(rows, heads, dtype=torch.float32)
    units = max(_ROWS, 1 << (width - 1).bit_length())
    with _device_of(query):
        attention_kernel[len(starts), heads](
            *(query, key, starts, ends, weights, heads, width, width**-0.5, _ROWS, units), num_warps=1
        )
    return weights


def _pool(values: Tensor, starts: Tensor, ends: Tensor, *, greatest: bool) -> Tensor:
    values = values.contiguous()
    width = values.shape[1]
    pooled = values.new_empty(len(starts), width, dtype=torch.float32)
    with _device_of(values):
        pooling_kernel[len(starts), -(-width // _COLUMNS)](
            *(values, starts, ends, pooled, width, _COLUMNS, greatest), num_warps=1
        )
    return pooled


def _device_of(values: Tensor) -> AbstractContextManager[None]:
    """Triton launches on the current device, whatever its arguments are on. Does nothing on a CPU."""
    device: AbstractContextManager[None] = torch.cuda.device_of(values)  # type: ignore[no-untyped-call]
    return device
