// Functions of whole vectors, to about one unit in the last place of a float.
#pragma once

template <int N>
struct Number {
    constexpr operator int() const { return N; }
};

// Calls `step` with 0 to N - 1, written out before anything else is done: loops that GCC unrolls later keep sums in memory.
template <int N, class F>
[[gnu::always_inline]] static inline void written_out(F step) {
    if constexpr (N > 0) {
        written_out<N - 1>(step);
        step(Number<N - 1>{});
    }
}

// 2 to the power of each `x`, clamped to [-125, 126]. Minimax polynomial on [-1/2, 1/2], relative error 7.5e-8. Several
// abreast, step by step: one after the other, each step would wait for the one before.
template <int N>
[[gnu::always_inline]] static inline void exp2_all(V (&x)[N]) {
    constexpr float factors[] = {0x1.3d0c52p-7f, 0x1.c6b6e4p-5f, 0x1.ebf918p-3f, 0x1.62e428p-1f, 0x1.000002p+0f};
    V whole[N], value[N];
    written_out<N>([&](auto n) { x[n] = min(max(x[n], set1(-125.0f)), set1(126.0f)); });
    written_out<N>([&](auto n) { whole[n] = round(x[n]); });
    written_out<N>([&](auto n) { x[n] = sub(x[n], whole[n]); });
    written_out<N>([&](auto n) { value[n] = set1(0x1.5c08e6p-10f); });
    written_out<5>([&](auto step) {
        written_out<N>([&](auto n) { value[n] = fma(value[n], x[n], set1(factors[step])); });
    });
    written_out<N>([&](auto n) { x[n] = scale(value[n], whole[n]); });
}

static inline V exp2(V x) {
    V one[1] = {x};
    exp2_all(one);
    return one[0];
}

// The sigmoid of each -x / log2(e): gates are stored with that factor, which spares a product each.
template <int N>
[[gnu::always_inline]] static inline void gate_all(V (&x)[N]) {
    exp2_all(x);
    written_out<N>([&](auto n) { x[n] = add(set1(1.0f), x[n]); });
    written_out<N>([&](auto n) { x[n] = reciprocal(x[n]); });
}
