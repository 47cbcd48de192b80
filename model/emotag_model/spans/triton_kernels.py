"""Triton kernels over spans of rows: pooling, and the mean attention of a message. Importing this needs triton.

Message b is the rows ``starts[b]`` to ``ends[b]``. No program writes where another does, so that equal calls give equal
bits. Computed in float32. Run by Triton's interpreter on a CPU, never yet on a GPU.
"""

import triton
import triton.language as tl


@triton.jit
def pooling_kernel(
    values: tl.tensor,
    starts: tl.tensor,
    ends: tl.tensor,
    outputs: tl.tensor,
    width: tl.tensor,
    block: tl.constexpr,
    greatest: tl.constexpr,
) -> None:
    """Write the sum, or where ``greatest`` says so the maximum, of each message's rows of [N, width] to [B, width].

    One program per message and block of columns.
    """
    message = tl.program_id(0)
    columns = tl.program_id(1) * block + tl.arange(0, block)
    inside = columns < width
    start, end = tl.load(starts + message), tl.load(ends + message)
    pooled = tl.zeros([block], tl.float32)
    if greatest:
        pooled = pooled + tl.where(start < end, float("-inf"), 0.0)
    for step in range(end - start):
        row = tl.load(values + (start + step) * width + columns, mask=inside, other=0.0).to(tl.float32)
        if greatest:
            pooled = tl.maximum(pooled, row)
        else:
            pooled += row
    tl.store(outputs + message * width + columns, pooled, mask=inside)


@triton.jit
def attention_kernel(
    query: tl.tensor,
    key: tl.tensor,
    starts: tl.tensor,
    ends: tl.tensor,
    outputs: tl.tensor,
    heads: tl.tensor,
    width: tl.tensor,
    scale: tl.tensor,
    rows: tl.constexpr,
    units: tl.constexpr,
) -> None:
    """Add to ``outputs`` [N, heads], zeros before, what each row of [N, heads, width] gets of its message's queries.

    One program per message and head. It takes ``rows`` queries at a time and goes twice over the keys, ``rows`` at a
    time: for the greatest score and the sum, then for the shares. ``units`` is a power of two, not below ``width``.
    """
    message, head = tl.program_id(0), tl.program_id(1)
    start, end = tl.load(starts + message), tl.load(ends + message)
    length = end - start
    within, unit = tl.arange(0, rows), tl.arange(0, units)
    column = head * width + unit
    for first in range(0, length, rows):
        asking = first + within
        ask_mask = (asking < length)[:, None] & (unit < width)[None, :]
        asked = tl.load(query + (start + asking)[:, None] * heads * width + column[None, :], mask=ask_mask, other=0.0)
        highest = tl.full([rows], float("-inf"), tl.float32)
        total = tl.zeros([rows], tl.float32)
        for at in range(0, length, rows):
            answering = at + within
            key_mask = (answering < length)[None, :] & (unit < width)[:, None]
            keys = tl.load(
                key + (start + answering)[None, :] * heads * width + column[:, None], mask=key_mask, other=0.0
            )
            scores = tl.dot(asked, keys, input_precision="ieee") * scale
            scores = tl.where((answering < length)[None, :], scores, float("-inf"))
            raised = tl.maximum(highest, tl.max(scores, axis=1))
            total = total * tl.exp(highest - raised) + tl.sum(tl.exp(scores - raised[:, None]), axis=1)
            highest = raised
        for at in range(0, length, rows):
            answering = at + within
            key_mask = (answering < length)[None, :] & (unit < width)[:, None]
            keys = tl.load(
                key + (start + answering)[None, :] * heads * width + column[:, None], mask=key_mask, other=0.0
            )
            scores = tl.dot(asked, keys, input_precision="ieee") * scale
            scores = tl.where((answering < length)[None, :], scores, float("-inf"))
            shares = tl.exp(scores - highest[:, None]) / total[:, None]
            shares = tl.where((asking < length)[:, None], shares, 0.0)
            place = outputs + (start + answering) * heads + head
            before = tl.load(place, mask=answering < length, other=0.0)
            tl.store(place, before + tl.sum(shares, axis=0) / length, mask=answering < length)
