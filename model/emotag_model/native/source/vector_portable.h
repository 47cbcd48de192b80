// Four floats at once, in the compiler's own vectors: what every machine can do.
#pragma once

constexpr size_t W = 4;
constexpr int kTileRows = 4, kTileColumns = 2;
constexpr int kAbreast = 2;  // of the recurrence
constexpr int kQueries = 2, kKeys = 2;
typedef float V __attribute__((vector_size(16)));
typedef int32_t I __attribute__((vector_size(16)));

static inline V load(const float* from) {
    V value;
    __builtin_memcpy(&value, from, sizeof value);
    return value;
}
// IEEE half to single: the exponent is moved by a product, which also makes subnormal numbers right.
static inline float widen(Half half) {
    const uint32_t sign = (half.bits & 0x8000u) << 16, rest = (half.bits & 0x7fffu) << 13;
    float value;
    __builtin_memcpy(&value, &rest, sizeof value);
    value *= 0x1p112f;
    uint32_t bits;
    __builtin_memcpy(&bits, &value, sizeof bits);
    bits |= sign;
    __builtin_memcpy(&value, &bits, sizeof value);
    return value;
}
static inline V load(const Half* from) { return V{widen(from[0]), widen(from[1]), widen(from[2]), widen(from[3])}; }
static inline void store(float* to, V value) { __builtin_memcpy(to, &value, sizeof value); }
static inline V set1(float value) { return V{value, value, value, value}; }
static inline V zero() { return set1(0.0f); }
static inline V fma(V a, V b, V c) { return a * b + c; }
static inline V add(V a, V b) { return a + b; }
static inline V sub(V a, V b) { return a - b; }
static inline V mul(V a, V b) { return a * b; }
static inline V select(I mask, V a, V b) {
    const I chosen = ((I)a & mask) | ((I)b & ~mask);
    return (V)chosen;
}
static inline V max(V a, V b) { return select(a > b, a, b); }
static inline V min(V a, V b) { return select(a < b, a, b); }
static inline bool within(V a, float low, float high) {  // all of them; a NaN is not
    bool all = true;
    for (size_t place = 0; place < W; ++place) all &= a[place] > low && a[place] < high;
    return all;
}
static inline V round(V a) { return (a + 12582912.0f) - 12582912.0f; }  // to nearest, for what is below 2^22
static inline V scale(V a, V exponent) {
    const I bits = (I)a + (__builtin_convertvector(exponent, I) << 23);
    return (V)bits;
}
static inline V reciprocal(V a) { return 1.0f / a; }
