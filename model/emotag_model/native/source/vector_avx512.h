// Sixteen floats at once: AVX-512 (F, BW, DQ, VL).
#pragma once

constexpr size_t W = 16;
constexpr int kTileRows = 6, kTileColumns = 4;   // of a matrix product: 24 sums in registers
constexpr int kAbreast = 4;  // of the recurrence
constexpr int kQueries = 4, kKeys = 4;           // of the attention
using V = __m512;

static inline V load(const float* from) { return _mm512_loadu_ps(from); }
static inline V load(const Half* from) {
    return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
}
static inline void store(float* to, V value) { _mm512_storeu_ps(to, value); }
static inline V set1(float value) { return _mm512_set1_ps(value); }
static inline V zero() { return _mm512_setzero_ps(); }
static inline V fma(V a, V b, V c) { return _mm512_fmadd_ps(a, b, c); }
static inline V add(V a, V b) { return _mm512_add_ps(a, b); }
static inline V sub(V a, V b) { return _mm512_sub_ps(a, b); }
static inline V mul(V a, V b) { return _mm512_mul_ps(a, b); }
static inline V max(V a, V b) { return _mm512_max_ps(a, b); }
static inline V min(V a, V b) { return _mm512_min_ps(a, b); }
static inline bool within(V a, float low, float high) {  // all of them; a NaN is not
    return (_mm512_cmp_ps_mask(a, set1(low), _CMP_GT_OQ) & _mm512_cmp_ps_mask(a, set1(high), _CMP_LT_OQ)) == 0xffff;
}
static inline V round(V a) { return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
static inline V scale(V a, V exponent) { return _mm512_scalef_ps(a, exponent); }
static inline V reciprocal(V a) {
    const V rough = _mm512_rcp14_ps(a);
    return mul(rough, _mm512_fnmadd_ps(a, rough, set1(2.0f)));
}
// The sums of the halves of `a` and `b`, eight each, side by side.
static inline V fold(V a, V b) {
    return add(_mm512_shuffle_f32x4(a, b, 0x44), _mm512_shuffle_f32x4(a, b, 0xee));
}
