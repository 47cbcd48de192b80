// What each token adds to each logit: the pooled readings taken apart again. See emotag_model.network.evidence.
#pragma once

// log2(e) / 0.3: how near the strongest a response must lie to share its credit.
constexpr float kSharing = 1.4426950408889634f / 0.3f;

// Credits the tokens that reach a maximum, or nearly. `values(step, part)` → where `parts` rows per token lie.
template <class F>
static inline void credit(size_t length, size_t parts, size_t width, F values, float* to, size_t stride) {
    for (size_t place = 0; place < width; place += W) {
        V strongest = load(values(0, 0) + place), total = zero();
        for (size_t step = 0; step < length; ++step)
            for (size_t part = 0; part < parts; ++part) strongest = max(strongest, load(values(step, part) + place));
        for (size_t step = 0; step < length; ++step) {
            V near = zero();
            for (size_t part = 0; part < parts; ++part)
                near = add(near, exp2(mul(sub(load(values(step, part) + place), strongest), set1(kSharing))));
            total = add(total, near);
            store(to + step * stride + place, near);
        }
        const V share = mul(strongest, reciprocal(total));
        for (size_t step = 0; step < length; ++step) {
            float* at = to + step * stride + place;
            store(at, mul(load(at), share));
        }
    }
}

static void share_attention(const Network& net, const float* states, const float* weights, float* to) {
    const size_t width = 2 * net.state;
    for (size_t head = 0; head < net.heads; ++head)
        for (size_t place = 0; place < width; place += W)
            store(to + head * width + place, mul(set1(weights[head]), load(states + place)));
}

// Fills `space.shares` [tokens][fusion]; the classifier makes evidence of it.
static void share(const Network& net, const Space& space, const float* states, size_t first, size_t length) {
    const size_t width = 2 * net.state, stride = net.fusion();
    float* to = space.shares + first * stride;
    states += first * width;
    credit(length, 1, net.last_channels,
           [&](size_t step, size_t) { return space.response[first + step]; }, to, stride);
    for (size_t step = 0; step < length; ++step)
        share_attention(net, states + step * width, space.weights + (first + step) * net.groups * kGroup,
                        to + step * stride + net.last_channels);
    credit(length, 2, net.state,
           [&](size_t step, size_t part) { return states + step * width + part * net.state; },
           to + stride - net.state, stride);
}
