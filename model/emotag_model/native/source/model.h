// A network that owns its packed weights and borrows its table, ready for any number of threads.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "network.h"
#include "scratch.h"
#include "text/reader.h"

namespace emotag {

// The widths that a network is built of, in the order in which they cross the C interface; channels per convolution.
struct Sizes {
    size_t vocabulary, outputs, taps, state, layers, heads;
    bool half;
    std::vector<size_t> channels;

    static Sizes parse(const int64_t* values, size_t count);
};

// The best kernel that this machine runs, or the one of that name; null if there is none.
const Kernel* find_kernel(const char* name);

class Model {
public:
    Model(const Sizes& sizes, const float* weights, size_t count, const void* table, size_t bytes, const Kernel& kernel);
    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;

    const Kernel& kernel() const { return kernel_; }
    const Network& network() const { return net_; }

    // Ids of `count` messages one after the other → logits [count][outputs] and, unless null, evidence
    // [sum of lengths][outputs].
    void compute(const int32_t* ids, const int32_t* lengths, size_t count, float* logits, float* evidence);

    // The same of the BiSRU channel alone → its states [sum of lengths][2 * state].
    void encode(const int32_t* ids, const int32_t* lengths, size_t count, float* states);

    // Throws Refused for a length or an id that is out of range.
    void check(const int32_t* ids, size_t tokens, const int32_t* lengths, size_t count) const;

private:
    Network net_{};
    const Kernel& kernel_;
    std::vector<std::unique_ptr<float, decltype(&std::free)>> memory_;
    std::vector<Matrix> further_;
    std::vector<UpperLayer> upper_;
    Pool<Scratch> scratch_;

    // Calls `step(block, scratch)` for messages that are computed together, one block after the other.
    template <class F>
    void each_block(const int32_t* ids, const int32_t* lengths, size_t count, bool evidence, F step);
    float* allocate(size_t count);
    Matrix matrix(const float*& weights, const float* end, Matrix shape);
    Matrix further_conv(const float*& weights, const float* end, size_t in, size_t out);
    const float* vector(const float*& weights, const float* end, size_t count);
};

}  // namespace emotag
