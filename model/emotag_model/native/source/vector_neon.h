// Four floats at once: NEON of AArch64.
#pragma once

constexpr size_t W = 4;
constexpr int kTileRows = 6, kTileColumns = 4;
constexpr int kAbreast = 4;  // of the recurrence
constexpr int kQueries = 4, kKeys = 2;
using V = float32x4_t;

static inline V load(const float* from) { return vld1q_f32(from); }
static inline V load(const Half* from) {
    return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(reinterpret_cast<const uint16_t*>(from))));
}
static inline void store(float* to, V value) { vst1q_f32(to, value); }
static inline V set1(float value) { return vdupq_n_f32(value); }
static inline V zero() { return vdupq_n_f32(0.0f); }
static inline V fma(V a, V b, V c) { return vfmaq_f32(c, a, b); }
static inline V add(V a, V b) { return vaddq_f32(a, b); }
static inline V sub(V a, V b) { return vsubq_f32(a, b); }
static inline V mul(V a, V b) { return vmulq_f32(a, b); }
static inline V max(V a, V b) { return vmaxq_f32(a, b); }
static inline V min(V a, V b) { return vminq_f32(a, b); }
static inline bool within(V a, float low, float high) {  // all of them; a NaN is not
    return vminvq_u32(vandq_u32(vcgtq_f32(a, set1(low)), vcltq_f32(a, set1(high)))) != 0;
}
static inline V round(V a) { return vrndnq_f32(a); }
static inline V scale(V a, V exponent) {
    const int32x4_t shifted = vshlq_n_s32(vcvtq_s32_f32(exponent), 23);
    return vreinterpretq_f32_s32(vaddq_s32(vreinterpretq_s32_f32(a), shifted));
}
static inline V reciprocal(V a) { return vdivq_f32(set1(1.0f), a); }
