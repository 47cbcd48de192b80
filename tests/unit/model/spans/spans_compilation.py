"""Compiles the kernels over spans for GPUs, which needs none: the interpreter takes Python that the compiler refuses.

Run by ``test_spans`` in a process of its own.
"""

from typing import Any

import triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

from emotag_model.spans.triton_kernels import attention_kernel, pooling_kernel

TYPES = {"starts": "*i64", "ends": "*i64", "width": "i32", "heads": "i32", "scale": "fp32"}


def source(kernel: Any, inputs: str, constants: dict[str, Any]) -> ASTSource:
    narrow = {"values", "query", "key"}
    types = {name: TYPES.get(name, inputs if name in narrow else "*fp32") for name in kernel.arg_names}
    return ASTSource(fn=kernel, signature={**types, **dict.fromkeys(constants, "constexpr")}, constexprs=constants)


for inputs in ("*bf16", "*fp32"):
    for kernel, constants in (
        (pooling_kernel, {"block": 64, "greatest": True}),
        (pooling_kernel, {"block": 64, "greatest": False}),
        (attention_kernel, {"rows": 16, "units": 32}),
    ):
        made = source(kernel, inputs, constants)
        compiled = triton.compile(made, target=GPUTarget("cuda", 80, 32), options={"num_warps": 1})
        print(kernel.fn.__name__, inputs, len(compiled.asm["cubin"]))
