"""Triton kernels of the SRU over ragged batches: gates, scan and highway in one walk over a message, and its gradient.

One program per message, direction and block of units walks the message's tokens, the second direction from the last
token to the first, with the state in registers. Importing this needs triton.

Run by Triton's interpreter on a CPU and compiled for GPUs, but never run on one.

Arguments that both kernels take, all contiguous within a token, for N tokens, B messages and states of width D:
    projected: [N, G, 2, D], a token every ``width`` values: candidate, forget gate, reset gate, perhaps highway.
    highways: [N, 2, D], a token every ``highway_width`` values; times ``scale`` it is what the output falls back to.
    recurrent, bias: [2, 2, D], gate by direction.
    starts, ends: [B], the first token of each message and the one behind its last; no message overlaps another.
    size: D, of which a program takes ``block`` units.
Everything is computed in the type of the states: float32, or float64 where the inputs are.
"""

import triton
import triton.language as tl


@triton.jit
def forward_kernel(
    projected: tl.tensor,
    highways: tl.tensor,
    recurrent: tl.tensor,
    bias: tl.tensor,
    starts: tl.tensor,
    ends: tl.tensor,
    outputs: tl.tensor,
    states: tl.tensor,
    width: tl.tensor,
    highway_width: tl.tensor,
    size: tl.tensor,
    scale: tl.constexpr,
    block: tl.constexpr,
    keep: tl.constexpr,
) -> None:
    """Write the outputs [N, 2, D] and, for the backward pass, where ``keep`` says so the states [N, 2, D]."""
    kind = outputs.dtype.element_ty
    message, direction = tl.program_id(0), tl.program_id(1)
    units = tl.program_id(2) * block + tl.arange(0, block)
    inside = units < size
    gate, column = 2 * size, direction * size + units
    forget_weight = tl.load(recurrent + column, mask=inside, other=0.0).to(kind)
    reset_weight = tl.load(recurrent + gate + column, mask=inside, other=0.0).to(kind)
    forget_bias = tl.load(bias + column, mask=inside, other=0.0).to(kind)
    reset_bias = tl.load(bias + gate + column, mask=inside, other=0.0).to(kind)
    start, end = tl.load(starts + message), tl.load(ends + message)
    state = tl.zeros([block], kind)
    for step in range(end - start):
        token = tl.where(direction == 0, start + step, end - 1 - step)
        row = projected + token * width + column
        candidate = tl.load(row, mask=inside, other=0.0).to(kind)
        forget = tl.load(row + gate, mask=inside, other=0.0).to(kind)
        reset = tl.load(row + 2 * gate, mask=inside, other=0.0).to(kind)
        highway = tl.load(highways + token * highway_width + column, mask=inside, other=0.0).to(kind) * scale
        forget = tl.sigmoid(forget + forget_weight * state + forget_bias)
        reset = tl.sigmoid(reset + reset_weight * state + reset_bias)
        state = forget * state + (1 - forget) * candidate
        place = token * gate + column
        tl.store(outputs + place, reset * state + (1 - reset) * highway, mask=inside)
        if keep:
            tl.store(states + place, state, mask=inside)


@triton.jit
def backward_kernel(
    projected: tl.tensor,
    highways: tl.tensor,
    recurrent: tl.tensor,
    bias: tl.tensor,
    starts: tl.tensor,
    ends: tl.tensor,
    states: tl.tensor,
    grad_outputs: tl.tensor,
    grad_projected: tl.tensor,
    grad_highways: tl.tensor,
    sums: tl.tensor,
    width: tl.tensor,
    highway_width: tl.tensor,
    size: tl.tensor,
    scale: tl.constexpr,
    block: tl.constexpr,
) -> None:
    """Write the gradients of ``projected`` and ``highways``, and each message's share of recurrent and bias.

    The shares, ``sums`` [B, 4, 2, D], are of v_f, v_r, b_f and b_r. Gates are computed again rather than kept. With
    ``c' = c_{t-1}``, ``A = (c' - x) f (1 - f)`` and ``R = (c - highway) r (1 - r)`` the gradient ``g`` of a state is
    ``g_t = r ∂h_t + carried_t`` and flows back by ``carried_{t-1} = g_t (f + A v_f) + ∂h_t R v_r``.
    """
    kind = states.dtype.element_ty
    message, direction = tl.program_id(0), tl.program_id(1)
    units = tl.program_id(2) * block + tl.arange(0, block)
    inside = units < size
    gate, column = 2 * size, direction * size + units
    forget_weight = tl.load(recurrent + column, mask=inside, other=0.0).to(kind)
    reset_weight = tl.load(recurrent + gate + column, mask=inside, other=0.0).to(kind)
    forget_bias = tl.load(bias + column, mask=inside, other=0.0).to(kind)
    reset_bias = tl.load(bias + gate + column, mask=inside, other=0.0).to(kind)
    start, end = tl.load(starts + message), tl.load(ends + message)
    steps = end - start
    last = tl.where(direction == 0, end - 1, start)
    state = tl.load(states + last * gate + column, mask=units < tl.where(steps > 0, size, 0), other=0.0)
    carried = tl.zeros([block], kind)
    forget_weight_sum = tl.zeros([block], kind)
    reset_weight_sum = tl.zeros([block], kind)
    forget_bias_sum = tl.zeros([block], kind)
    reset_bias_sum = tl.zeros([block], kind)
    for step in range(steps):  # against the direction of the scan
        token = tl.where(direction == 0, end - 1 - step, start + step)
        before = tl.where(direction == 0, token - 1, token + 1)
        row, place = projected + token * width + column, token * gate + column
        candidate = tl.load(row, mask=inside, other=0.0).to(kind)
        forget = tl.load(row + gate, mask=inside, other=0.0).to(kind)
        reset = tl.load(row + 2 * gate, mask=inside, other=0.0).to(kind)
        highway = tl.load(highways + token * highway_width + column, mask=inside, other=0.0).to(kind) * scale
        known = tl.where(step < steps - 1, size, 0)  # before its first token a message has the state 0
        previous = tl.load(states + before * gate + column, mask=units < known, other=0.0)
        grad_output = tl.load(grad_outputs + place, mask=inside, other=0.0)
        forget = tl.sigmoid(forget + forget_weight * previous + forget_bias)
        reset = tl.sigmoid(reset + reset_weight * previous + reset_bias)
        grad_state = carried + grad_output * reset
        grad_forget = grad_state * (previous - candidate) * forget * (1 - forget)
        grad_reset = grad_output * (state - highway) * reset * (1 - reset)
        carried = grad_state * forget + grad_forget * forget_weight + grad_reset * reset_weight
        grad_row = grad_projected + token * width + column
        tl.store(grad_row, grad_state * (1 - forget), mask=inside)
        tl.store(grad_row + gate, grad_forget, mask=inside)
        tl.store(grad_row + 2 * gate, grad_reset, mask=inside)
        tl.store(grad_highways + token * highway_width + column, grad_output * (1 - reset) * scale, mask=inside)
        forget_weight_sum += grad_forget * previous
        reset_weight_sum += grad_reset * previous
        forget_bias_sum += grad_forget
        reset_bias_sum += grad_reset
        state = previous
    share = sums + message * 4 * gate + column
    tl.store(share, forget_weight_sum, mask=inside)
    tl.store(share + gate, reset_weight_sum, mask=inside)
    tl.store(share + 2 * gate, forget_bias_sum, mask=inside)
    tl.store(share + 3 * gate, reset_bias_sum, mask=inside)
