// Eight floats at once: AVX2 with FMA and F16C.
#pragma once

constexpr size_t W = 8;
constexpr int kTileRows = 6, kTileColumns = 2;
constexpr int kAbreast = 2;  // of the recurrence
constexpr int kQueries = 4, kKeys = 2;
using V = __m256;

static inline V load(const float* from) { return _mm256_loadu_ps(from); }
static inline V load(const Half* from) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
}
static inline void store(float* to, V value) { _mm256_storeu_ps(to, value); }
static inline V set1(float value) { return _mm256_set1_ps(value); }
static inline V zero() { return _mm256_setzero_ps(); }
static inline V fma(V a, V b, V c) { return _mm256_fmadd_ps(a, b, c); }
static inline V add(V a, V b) { return _mm256_add_ps(a, b); }
static inline V sub(V a, V b) { return _mm256_sub_ps(a, b); }
static inline V mul(V a, V b) { return _mm256_mul_ps(a, b); }
static inline V max(V a, V b) { return _mm256_max_ps(a, b); }
static inline V min(V a, V b) { return _mm256_min_ps(a, b); }
static inline bool within(V a, float low, float high) {  // all of them; a NaN is not
    const V both = _mm256_and_ps(_mm256_cmp_ps(a, set1(low), _CMP_GT_OQ), _mm256_cmp_ps(a, set1(high), _CMP_LT_OQ));
    return _mm256_movemask_ps(both) == 0xff;
}
static inline V round(V a) { return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
static inline V scale(V a, V exponent) {
    const __m256i shifted = _mm256_slli_epi32(_mm256_cvtps_epi32(exponent), 23);
    return _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(a), shifted));
}
static inline V reciprocal(V a) { return _mm256_div_ps(set1(1.0f), a); }
