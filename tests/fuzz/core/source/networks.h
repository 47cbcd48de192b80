// Networks of odd sizes, and ids and lengths: kernels agree, and a message's logits are its own to the last bit.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>

#include "model.h"
#include "bytes.h"
#include "weights.h"

namespace fuzz {

constexpr float kTolerance = 1e-5f, kRounded = 0.1f;  // of kernels that round; rounding itself has tests of its own

// The most by which two kernels have differed, of 1 + what they computed.
inline float& largest_difference() {
    static float largest = 0;
    return largest;
}

struct Results {
    std::vector<float> logits, evidence;
};

inline Results compute(emotag::Model& model, const std::vector<int32_t>& ids, const std::vector<int32_t>& lengths) {
    const size_t outputs = model.network().outputs;
    model.check(ids.data(), ids.size(), lengths.data(), lengths.size());
    Results made{std::vector<float>(lengths.size() * outputs), std::vector<float>(ids.size() * outputs)};
    model.compute(ids.data(), lengths.data(), lengths.size(), made.logits.data(), made.evidence.data());
    return made;
}

inline void compare(const std::vector<float>& left, const std::vector<float>& right, bool rounded) {
    require(left.size() == right.size(), "kernels compute as much");
    for (size_t index = 0; index < left.size(); ++index) {
        const float difference = std::fabs(left[index] - right[index]) / (1 + std::fabs(left[index]));
        if (!rounded) largest_difference() = std::max(largest_difference(), difference);
        require(difference <= (rounded ? kRounded : kTolerance), "kernels agree");  // and none is no number
    }
}

// The message at `chosen` by itself.
inline void check_alone(emotag::Model& model, const std::vector<int32_t>& ids, const std::vector<int32_t>& lengths,
                        size_t chosen, const Results& together) {
    const size_t outputs = model.network().outputs;
    size_t first = 0;
    for (size_t message = 0; message < chosen; ++message) first += static_cast<size_t>(lengths[message]);
    const auto begin = ids.begin() + static_cast<std::ptrdiff_t>(first);
    const std::vector<int32_t> own(begin, begin + lengths[chosen]);
    const Results alone = compute(model, own, {lengths[chosen]});
    std::vector<float> bare(outputs);
    model.compute(own.data(), &lengths[chosen], 1, bare.data(), nullptr);
    require(bare == alone.logits, "evidence changes no logit");
    require(std::equal(alone.logits.begin(), alone.logits.end(), together.logits.begin() + chosen * outputs) &&
                std::equal(alone.evidence.begin(), alone.evidence.end(),
                           together.evidence.begin() + first * outputs),
            "a message's logits are its own");
}

// Sizes as they come, with few weights: refused unless they fit.
inline void hostile_sizes(Bytes& bytes) {
    static const int64_t odd[] = {0, -1, INT64_MIN, INT64_MAX, 1 << 24, (1 << 24) + 1, 1 << 23, int64_t{1} << 32};
    std::vector<int64_t> sizes;
    const size_t weight_count = bytes.next(), table_bytes = bytes.next() * 16u;
    while (bytes.left() && sizes.size() < 64) {
        const uint8_t byte = bytes.next();
        sizes.push_back(byte < 128 ? byte : odd[byte % 8]);
    }
    const std::vector<float> weights(weight_count), table(table_bytes / 4);
    const auto parsed = emotag::Sizes::parse(sizes.data(), sizes.size());
    const emotag::Kernel& kernel = *emotag::find_kernel("");
    const emotag::Model model(parsed, weights.data(), weight_count, table.data(), table_bytes, kernel);
}

inline emotag::Sizes odd_sizes(Bytes& bytes) {
    emotag::Sizes sizes{1 + bytes.small(60), bytes.small(40), 2 * bytes.small(4) - 1, bytes.small(40), bytes.small(3),
                        bytes.small(24), (bytes.next() & 1) != 0, {}};
    while (2 * sizes.state % sizes.heads) --sizes.heads;
    for (size_t left = bytes.small(3); left; --left) sizes.channels.push_back(bytes.small(40));
    return sizes;
}

inline void networks(const uint8_t* data, size_t size) {
    Bytes bytes(data, size);
    const uint8_t way = bytes.next();
    if (way % 8 == 0) return hostile_sizes(bytes);
    const emotag::Sizes sizes = odd_sizes(bytes);
    const bool loud = way % 8 == 1, any_ids = way % 8 == 2;  // weights whose scores overflow; ids of no row
    const uint32_t seed = bytes.wide();
    const Weights given = weights(sizes, seed, loud ? 30.0f : 0.15f);
    std::vector<int32_t> ids, lengths;
    while (bytes.left() && ids.size() < 64) {
        const uint8_t byte = bytes.next();
        lengths.push_back(byte < 252 ? byte % 12 : (byte - 250) * 40);
        for (int32_t step = 0; step < lengths.back(); ++step) {
            const uint32_t random = (static_cast<uint32_t>(ids.size()) + seed) * 2654435761u >> 8;
            ids.push_back(static_cast<int32_t>(any_ids ? random % 80 : 1 + random % (sizes.vocabulary - 1)));
        }
        if (any_ids && byte == 255) lengths.back() = -lengths.back();
    }
    Results before, rounded;  // by the first kernel, and by the first that rounds
    for (const std::string name : {"portable", "avx2", "avx512", "vnni", "amx", "neon"}) {
        const emotag::Kernel* kernel = emotag::find_kernel(name.c_str());
        if (!kernel) continue;
        emotag::Model model(sizes, given.matrices.data(), given.matrices.size(), given.rows(), given.bytes, *kernel);
        Results made = compute(model, ids, lengths);
        for (const float logit : made.logits) require(std::isfinite(logit), "logits are numbers");
        if (!lengths.empty()) check_alone(model, ids, lengths, seed % lengths.size(), made);
        if (!before.logits.empty() && !loud) {
            const bool rounds = name == "vnni" || name == "amx";
            compare(before.logits, made.logits, rounds);
            compare(before.evidence, made.evidence, rounds);
        }
        if (name == "amx" && !rounded.logits.empty())
            require(made.logits == rounded.logits && made.evidence == rounded.evidence, "whole sums have no order");
        if (name == "vnni") rounded = made;
        if (before.logits.empty()) before = std::move(made);
    }
}

}  // namespace fuzz
