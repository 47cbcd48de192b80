// The folded network as the kernels read it: sizes, weights and the functions that one instruction set gives.
#pragma once

#include <cstddef>
#include <cstdint>

namespace emotag {

// Every width is padded to this many floats, so that one set of tables serves every instruction set.
constexpr size_t kLane = 16;
// Heads of the attention are computed in groups of eight, side by side in the lanes of a vector.
constexpr size_t kGroup = 8;

[[gnu::always_inline]] constexpr size_t padded(size_t count) { return (count + kLane - 1) / kLane * kLane; }

// A matrix [depth][width], packed as a kernel wants it, and what is added to its product. Where scores bear less than
// single precision it is of so many `parts` of depth, each of which may be rounded by a scale of its own; else of 0.
struct Matrix {
    size_t depth = 0, width = 0, parts = 0;
    bool wide = false;  // rounded to twelve bits and not to eight; rows to be multiplied may have values of both signs
    const float* panels = nullptr;
    const float* bias = nullptr;  // [width]
};

struct UpperLayer {
    Matrix gates;            // [2 * state][8 * state]: direction, then candidate, forget, reset, highway
    const float* recurrent;  // [2][2][state]
};

struct Network {
    size_t vocabulary, outputs, taps, convs, state, layers, heads, groups, head_width;
    size_t first_channels, last_channels;  // padded, of the first and the last convolution
    size_t row;                            // values of the table per word: taps * first_channels + 8 * state
    const void* table;                     // [vocabulary][row], float or half
    bool half;
    const Matrix* further;                 // [convs - 1]
    const float* recurrent;                // [2][2][state] of the first layer: direction, then forget and reset
    const UpperLayer* upper;               // [layers - 1]
    Matrix attention;                      // [2 * state][groups][query, key][head_width][kGroup]
    Matrix classifier;                     // [last_channels + heads * 2 * state + state][padded outputs]

    // Inlined everywhere: a copy made for one instruction set must not serve another.
    [[gnu::always_inline]] size_t widest_conv() const {
        size_t widest = first_channels;
        for (size_t index = 0; index + 1 < convs; ++index)
            widest = further[index].width > widest ? further[index].width : widest;
        return widest;
    }
    [[gnu::always_inline]] size_t deepest() const {
        size_t deepest = fusion() > 2 * state ? fusion() : 2 * state;
        for (size_t index = 0; index + 1 < convs; ++index)
            deepest = further[index].depth > deepest ? further[index].depth : deepest;
        return deepest;
    }
    [[gnu::always_inline]] size_t fusion() const { return classifier.depth; }
};

// Messages that are computed together: their ids one after the other, without padding.
struct Block {
    const int32_t* ids;
    const int32_t* lengths;
    size_t messages, tokens, longest;
    const int32_t* next_ids;  // of the block that comes next, whose rows are fetched meanwhile
    size_t next_tokens;
};

// What one instruction set computes by. `logits` [messages][outputs]; `evidence` [tokens][outputs] or null.
struct Kernel {
    const char* name;
    size_t (*packed)(const Matrix&);  // floats that it takes, packed
    void (*pack)(const float* from, const Matrix&, float* to);
    size_t (*scratch)(const Network&, const Block&, bool evidence);  // bytes that `forward` works in
    void (*forward)(const Network&, const Block&, float* logits, float* evidence, unsigned char* scratch);
    // The BiSRU channel alone: the last layer's states [tokens][2 * state], in the same scratch as without evidence.
    void (*states)(const Network&, const Block&, float* states, unsigned char* scratch);
};

const Kernel* portable_kernel();
#if defined(__x86_64__)
#if defined(EMOTAG_AMX_BUILT)
const Kernel* amx_kernel();
#endif
#if defined(EMOTAG_VNNI_BUILT)
const Kernel* vnni_kernel();
#endif
const Kernel* avx2_kernel();
const Kernel* avx512_kernel();
#elif defined(__aarch64__)
const Kernel* neon_kernel();
#endif

}  // namespace emotag
