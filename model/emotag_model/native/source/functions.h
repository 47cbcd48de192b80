// Functions of whole vectors, to about one unit in the last place of a float.
#pragma once

// 2 to the power of `x`, clamped to [-125, 126]. Minimax polynomial on [-1/2, 1/2], relative error 7.5e-8.
static inline V exp2(V x) {
    x = min(max(x, set1(-125.0f)), set1(126.0f));
    const V whole = round(x), rest = sub(x, whole);
    V value = fma(set1(0x1.5c08e6p-10f), rest, set1(0x1.3d0c52p-7f));
    value = fma(value, rest, set1(0x1.c6b6e4p-5f));
    value = fma(value, rest, set1(0x1.ebf918p-3f));
    value = fma(value, rest, set1(0x1.62e428p-1f));
    value = fma(value, rest, set1(0x1.000002p+0f));
    return scale(value, whole);
}

// The sigmoid of -x / log2(e): gates are stored with that factor, which spares a product each.
static inline V gate(V x) { return reciprocal(add(set1(1.0f), exp2(x))); }
