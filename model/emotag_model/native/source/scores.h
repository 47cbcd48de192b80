// From logits to the scores of a taxonomy's labels.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace emotag {

struct Scale {
    const int32_t* members;  // of all labels, one label after the other
    const int32_t* ends;     // where those of each label end
    const float* lines;      // slope above, slope below and bias: [3][labels]
    size_t labels;

    // Whether every label has members, and every member is one of so many outputs.
    bool fits(size_t outputs) const {
        int32_t start = 0;
        for (size_t label = 0; label < labels; start = ends[label++])
            if (ends[label] <= start) return false;
        return std::all_of(members, members + start, [&](int32_t member) {
            return member >= 0 && static_cast<size_t>(member) < outputs;
        });
    }

    // Logits [outputs] → scores [labels], by the formula of `Taxonomy.scores`.
    void scores(const float* logits, float* out) const {
        const float *above = lines, *below = above + labels, *bias = below + labels;
        const int32_t* member = members;
        for (size_t label = 0; label < labels; ++label) {
            float logit = logits[*member];
            for (; member < members + ends[label]; ++member) logit = std::max(logit, logits[*member]);
            const float soft = std::max(logit, 0.0f) + std::log1p(std::exp(-std::fabs(logit)));
            const float adjusted = (above[label] - below[label]) * soft + below[label] * logit + bias[label];
            out[label] = 1.0f / (1.0f + std::exp(std::min(-adjusted, 80.0f)));
        }
    }
};

}  // namespace emotag
