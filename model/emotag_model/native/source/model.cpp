#include "model.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>

#if defined(__x86_64__)
#include <cpuid.h>
#if defined(EMOTAG_AMX_BUILT)
#include <sys/syscall.h>
#include <unistd.h>
#endif
#endif

namespace emotag {
namespace {

// Tokens computed together: enough to fill the tiles of the products, few enough to stay in the second cache.
constexpr size_t kTokensAtOnce = 128;
constexpr size_t kMostMessagesAtOnce = 128;
constexpr size_t kLargestSize = size_t{1} << 24;
constexpr size_t kDeepestPart = size_t{1} << 15, kDeepestWidePart = 512;  // of what may be rounded: sums fit 32 bits

Block next_block(const int32_t* ids, const int32_t* lengths, size_t count) {
    Block block{ids, lengths, 0, 0, 0, nullptr, 0};
    while (block.messages < count && block.messages < kMostMessagesAtOnce) {
        const size_t length = static_cast<size_t>(lengths[block.messages]);
        if (block.messages && block.tokens + length > kTokensAtOnce) break;
        block.tokens += length;
        block.longest = std::max(block.longest, length);
        ++block.messages;
    }
    return block;
}

#if defined(__x86_64__) && defined(EMOTAG_AMX_BUILT)
// Whether there are tiles of bytes, and the system lets this process have them.
bool has_tiles() {
    constexpr long kAskForState = 0x1023, kTileData = 18;  // of arch_prctl(2): ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
    unsigned a, b, c, d;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d & 1u << 24) || !(d & 1u << 25)) return false;
    return syscall(SYS_arch_prctl, kAskForState, kTileData) == 0;
}
#endif

const std::vector<const Kernel*>& kernels() {
    static const std::vector<const Kernel*> found = [] {
        std::vector<const Kernel*> all;
#if defined(__x86_64__)
        __builtin_cpu_init();
        // The compiler's own test of a level also asks whether the system saves the wide registers.
        const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
        unsigned a, b, c = 0, d;
        const bool half = __get_cpuid(1, &a, &b, &c, &d) && (c & bit_F16C);
        const bool avx512 = avx2 && half && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                            __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#if defined(EMOTAG_AMX_BUILT)
        if (avx512 && has_tiles()) all.push_back(amx_kernel());
#endif
#if defined(EMOTAG_VNNI_BUILT)
        if (avx512 && __builtin_cpu_supports("avx512vnni")) all.push_back(vnni_kernel());
#endif
        if (avx512) all.push_back(avx512_kernel());
        if (avx2 && half) all.push_back(avx2_kernel());
#elif defined(__aarch64__)
        all.push_back(neon_kernel());
#endif
        all.push_back(portable_kernel());
        return all;
    }();
    return found;
}

}  // namespace

const Kernel* find_kernel(const char* name) {
    for (const Kernel* kernel : kernels())
        if (!*name || !std::strcmp(kernel->name, name)) return kernel;
    return nullptr;
}

Sizes Sizes::parse(const int64_t* values, size_t count) {
    constexpr size_t fixed = 7;
    if (count <= fixed) throw Refused("sizes: too few");
    for (size_t index = 0; index < count; ++index)
        if (index + 1 != fixed && (values[index] < 1 || static_cast<size_t>(values[index]) > kLargestSize))
            throw Refused("sizes: one is out of range");
    const auto at = [&](size_t index) { return static_cast<size_t>(values[index]); };
    Sizes sizes{at(0), at(1), at(2), at(3), at(4), at(5), values[6] != 0, {}};
    for (size_t index = fixed; index < count; ++index) sizes.channels.push_back(at(index));
    if (sizes.taps % 2 == 0 || 2 * sizes.state % sizes.heads) throw Refused("sizes: they contradict each other");
    return sizes;
}

float* Model::allocate(size_t count) {
    auto* place = static_cast<float*>(std::aligned_alloc(64, (count * sizeof(float) + 63) / 64 * 64));
    if (!place) throw std::bad_alloc();
    memory_.emplace_back(place, &std::free);
    return place;
}

const float* Model::vector(const float*& weights, const float* end, size_t count) {
    if (count > static_cast<size_t>(end - weights)) throw Refused("weights: too few for the sizes");
    float* to = allocate(count);
    std::copy_n(weights, count, to);
    weights += count;
    return to;
}

Matrix Model::matrix(const float*& weights, const float* end, Matrix shape) {
    if (shape.depth > static_cast<size_t>(end - weights) / shape.width)
        throw Refused("weights: too few for the sizes");
    const size_t deepest = shape.wide ? kDeepestWidePart : kDeepestPart;
    if (shape.parts && shape.depth / shape.parts > deepest) shape.parts = 0;
    float* to = allocate(kernel_.packed(shape));
    kernel_.pack(weights, shape, to);
    shape.panels = to;
    weights += shape.depth * shape.width;
    shape.bias = vector(weights, end, shape.width);
    return shape;
}

// A tap may be rounded by halves of its channels, where these are whole vectors: in one piece, with eight bits, one message
// in a thousand would have another of the 28 labels.
Matrix Model::further_conv(const float*& weights, const float* end, size_t in, size_t out) {
    const size_t pieces = in % (2 * kLane) == 0 ? 2 : 1;
    return matrix(weights, end, {net_.taps * in, out, net_.taps * pieces, false});
}

Model::Model(const Sizes& sizes, const float* weights, size_t count, const void* table, size_t bytes,
             const Kernel& kernel)
    : kernel_(kernel) {
    const float* end = weights + count;
    net_.vocabulary = sizes.vocabulary;
    net_.outputs = sizes.outputs;
    net_.taps = sizes.taps;
    net_.convs = sizes.channels.size();
    net_.state = padded(sizes.state);
    net_.layers = sizes.layers;
    net_.heads = sizes.heads;
    net_.groups = (sizes.heads + kGroup - 1) / kGroup;
    net_.head_width = (2 * sizes.state / sizes.heads + 1) / 2 * 2;  // even: a vector holds two places of eight heads
    net_.first_channels = padded(sizes.channels.front());
    net_.last_channels = padded(sizes.channels.back());
    net_.row = net_.taps * net_.first_channels + 8 * net_.state;
    net_.half = sizes.half;
    net_.table = table;
    const size_t value = sizes.half ? 2 : sizeof(float);
    if (bytes / net_.row / value != net_.vocabulary || bytes % (net_.row * value))
        throw Refused("table: not of the size that the network needs");
    for (size_t index = 1; index < sizes.channels.size(); ++index)
        further_.push_back(further_conv(weights, end, padded(sizes.channels[index - 1]), padded(sizes.channels[index])));
    net_.recurrent = vector(weights, end, 4 * net_.state);
    for (size_t index = 1; index < sizes.layers; ++index) {
        const Matrix gates = matrix(weights, end, {2 * net_.state, 8 * net_.state});
        upper_.push_back({gates, vector(weights, end, 4 * net_.state)});
    }
    net_.attention =
        matrix(weights, end, {2 * net_.state, net_.groups * 2 * net_.head_width * kGroup, 1, true});
    const size_t fusion = net_.last_channels + net_.heads * 2 * net_.state + net_.state;
    net_.classifier = matrix(weights, end, {fusion, padded(sizes.outputs)});
    if (weights != end) throw Refused("weights: too many for the sizes");
    net_.further = further_.data();
    net_.upper = upper_.data();
}

void Model::check(const int32_t* ids, size_t tokens, const int32_t* lengths, size_t count) const {
    size_t total = 0;
    for (size_t message = 0; message < count; ++message) {
        if (lengths[message] < 0) throw Refused("lengths: one is negative");
        total += static_cast<size_t>(lengths[message]);
    }
    if (total != tokens) throw Refused("lengths: their sum is not the number of ids");
    for (size_t token = 0; token < tokens; ++token)
        if (ids[token] < 1 || static_cast<size_t>(ids[token]) >= net_.vocabulary)
            throw Refused("ids: must lie between 1 and " + std::to_string(net_.vocabulary - 1));
}

template <class F>
void Model::each_block(const int32_t* ids, const int32_t* lengths, size_t count, bool evidence, F step) {
    const Pool<Scratch>::Loan scratch(scratch_);
    Block block = next_block(ids, lengths, count);
    while (block.messages) {
        ids += block.tokens;
        lengths += block.messages;
        count -= block.messages;
        const Block next = next_block(ids, lengths, count);
        block.next_ids = ids;
        block.next_tokens = std::min(next.tokens, kTokensAtOnce);
        step(block, scratch->bytes(kernel_.scratch(net_, block, evidence)));
        block = next;
    }
}

void Model::compute(const int32_t* ids, const int32_t* lengths, size_t count, float* logits, float* evidence) {
    each_block(ids, lengths, count, evidence != nullptr, [&](const Block& block, unsigned char* memory) {
        kernel_.forward(net_, block, logits, evidence, memory);
        logits += block.messages * net_.outputs;
        if (evidence) evidence += block.tokens * net_.outputs;
    });
}

void Model::encode(const int32_t* ids, const int32_t* lengths, size_t count, float* states) {
    each_block(ids, lengths, count, false, [&](const Block& block, unsigned char* memory) {
        kernel_.states(net_, block, states, memory);
        states += block.tokens * 2 * net_.state;
    });
}

}  // namespace emotag
