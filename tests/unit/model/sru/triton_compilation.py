"""Compiles the Triton kernels for GPUs, which needs none: the interpreter takes Python that the compiler refuses.

Run by ``test_triton_scan`` in a process of its own.
"""

from typing import Any

import triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

from emotag_model.sru.triton_kernels import backward_kernel, forward_kernel

CONSTANTS = {"scale": 1.5, "block": 32, "keep": True}
TYPES = {"starts": "*i64", "ends": "*i64", "width": "i32", "highway_width": "i32", "size": "i32"}
NARROW = {"projected", "highways", "grad_projected", "grad_highways"}  # what autocast narrows; the rest is float32


def source(kernel: Any) -> ASTSource:
    constants = {name: CONSTANTS[name] for name in kernel.arg_names if name in CONSTANTS}
    types = {name: TYPES.get(name, "*bf16" if name in NARROW else "*fp32") for name in kernel.arg_names}
    return ASTSource(fn=kernel, signature={**types, **dict.fromkeys(constants, "constexpr")}, constexprs=constants)


for kernel in (forward_kernel, backward_kernel):
    compiled = triton.compile(source(kernel), target=GPUTarget("cuda", 80, 32), options={"num_warps": 1})
    print(kernel.fn.__name__, len(compiled.asm["cubin"]))
