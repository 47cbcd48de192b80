// Weights for any sizes, as many as the folding of a checkpoint makes.
#pragma once

#include <cstdint>
#include <vector>

#include "model.h"

namespace fuzz {

// Numbers between -range and range that only `seed` decides.
inline std::vector<float> noise(size_t count, uint32_t seed, float range) {
    std::vector<float> values(count);
    for (float& value : values) {
        seed = seed * 1664525u + 1013904223u;
        value = (static_cast<float>(seed >> 8) / 8388608.0f - 1.0f) * range;
    }
    return values;
}

struct Weights {
    std::vector<float> matrices, table;
    std::vector<uint16_t> halves;
    size_t bytes;

    const void* rows() const { return halves.empty() ? static_cast<const void*>(table.data()) : halves.data(); }
};

inline Weights weights(const emotag::Sizes& sizes, uint32_t seed, float range) {
    using emotag::padded;
    const size_t state = padded(sizes.state), row = sizes.taps * padded(sizes.channels[0]) + 8 * state;
    const size_t groups = (sizes.heads + 7) / 8, width = groups * 2 * ((2 * sizes.state / sizes.heads + 1) / 2 * 2) * 8;
    size_t count = 4 * state + (2 * state + 1) * width;
    count += (sizes.layers - 1) * ((2 * state + 1) * 8 * state + 4 * state);
    for (size_t index = 1; index < sizes.channels.size(); ++index)
        count += (sizes.taps * padded(sizes.channels[index - 1]) + 1) * padded(sizes.channels[index]);
    const size_t fusion = padded(sizes.channels.back()) + sizes.heads * 2 * state + state;
    count += (fusion + 1) * padded(sizes.outputs);
    Weights made{noise(count, seed, range), noise(sizes.vocabulary * row, ~seed, range), {}, 0};
    made.bytes = made.table.size() * (sizes.half ? 2 : 4);
    if (!sizes.half) return made;
    for (size_t index = 0; index < made.table.size(); ++index)  // numbers below 1/2, with their sign
        made.halves.push_back(static_cast<uint16_t>((index * 7919 + seed) % 0x3800 | (index % 2) << 15));
    made.table.clear();
    return made;
}

}  // namespace fuzz
