// The network's forward pass. Compiled once per instruction set, with EMOTAG_KERNEL naming which; nothing in here may
// be shared with another unit, or a machine might run instructions that it does not have: all is in no namespace but
// its own, and no function of the standard library is used.
#include "network.h"

#if defined(EMOTAG_AMX) || defined(EMOTAG_VNNI) || defined(EMOTAG_AVX512) || defined(EMOTAG_AVX2)
#include <immintrin.h>
#elif defined(EMOTAG_NEON)
#include <arm_neon.h>
#endif

namespace emotag {
namespace {

struct Half {
    uint16_t bits;
};

#if defined(EMOTAG_AMX)
#define EMOTAG_TILE_COLUMNS 4
#define EMOTAG_FOLDS 1
#define EMOTAG_LEVELS 1
#define EMOTAG_NAME "amx"
#define EMOTAG_KERNEL amx_kernel
#include "vector_avx512.h"
#elif defined(EMOTAG_VNNI)
#define EMOTAG_TILE_COLUMNS 4
#define EMOTAG_FOLDS 1
#define EMOTAG_LEVELS 1
#define EMOTAG_NAME "vnni"
#define EMOTAG_KERNEL vnni_kernel
#include "vector_avx512.h"
#elif defined(EMOTAG_AVX512)
#define EMOTAG_TILE_COLUMNS 4
#define EMOTAG_FOLDS 1
#define EMOTAG_NAME "avx512"
#define EMOTAG_KERNEL avx512_kernel
#include "vector_avx512.h"
#elif defined(EMOTAG_AVX2)
#define EMOTAG_TILE_COLUMNS 2
#define EMOTAG_NAME "avx2"
#define EMOTAG_KERNEL avx2_kernel
#include "vector_avx2.h"
#elif defined(EMOTAG_NEON)
#define EMOTAG_TILE_COLUMNS 4
#define EMOTAG_NAME "neon"
#define EMOTAG_KERNEL neon_kernel
#include "vector_neon.h"
#else
#define EMOTAG_TILE_COLUMNS 2
#define EMOTAG_NAME "portable"
#define EMOTAG_KERNEL portable_kernel
#include "vector_portable.h"
#endif

struct Rows {
    const float* const* from;  // of each row its values, `step` apart
    size_t step;
    float* const* to;
    size_t count;
    float* spare;  // memory that a product may work in
};

#include "functions.h"
#include "product.h"
#ifdef EMOTAG_LEVELS
#include "product_levels.h"
#endif
#include "multiply.h"
#include "space.h"
#include "conv.h"
#include "sru.h"
#include "attention.h"
#include "evidence.h"

void classify(const Network& net, const Space& space, const float* from, size_t rows, bool biased, float* to) {
    for (size_t row = 0; row < rows; ++row) {
        space.from[row] = from + row * net.fusion();
        space.to[row] = space.logits + row * net.classifier.width;
    }
    Matrix classifier = net.classifier;
    if (!biased) classifier.bias = nullptr;
    product({space.from, 1, space.to, rows, space.spare}, classifier, false);
    for (size_t row = 0; row < rows; ++row)
        for (size_t place = 0; place < net.outputs; ++place) *to++ = space.to[row][place];
}

void forward(const Network& net, const Block& block, float* logits, float* evidence, unsigned char* scratch) {
    const Space space(net, block, evidence != nullptr, scratch);
    convolve(net, block, space);
    const float* states = encode(net, block, space);
    fetch_rows(net, block.next_ids, block.next_tokens, 0);
    project(net, block, space, states);
    float* fused = space.fused;
    for (size_t message = 0, first = 0; message < block.messages; ++message, fused += net.fusion()) {
        const size_t length = static_cast<size_t>(block.lengths[message]);
        const float* own = states + first * 2 * net.state;
        pool_responses(net, space.response + first, length, fused);
        attend(net, space, own, first, length, fused + net.last_channels);
        pool_states(net, own, length, fused + net.fusion() - net.state);
        if (evidence && length) share(net, space, states, first, length);
        first += length;
    }
    classify(net, space, space.fused, block.messages, true, logits);
    if (evidence) classify(net, space, space.shares, block.tokens, false, evidence);
}

void write_states(const Network& net, const Block& block, float* states, unsigned char* scratch) {
    Space space(net, block, false, scratch);
    space.states[(net.layers - 1) % 2] = states;
    encode(net, block, space);
    fetch_rows(net, block.next_ids, block.next_tokens, net.taps * net.first_channels);
}

size_t scratch(const Network& net, const Block& block, bool evidence) {
    return Space(net, block, evidence, nullptr).bytes;
}

constexpr Kernel kKernel{EMOTAG_NAME, packed_size, pack_matrix, scratch, forward, write_states};

}  // namespace

const Kernel* EMOTAG_KERNEL() { return &kKernel; }

}  // namespace emotag
