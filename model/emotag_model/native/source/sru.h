// The BiSRU channel: both directions step by step, from gates that are looked up or, in upper layers, multiplied.
#pragma once

// N vectors of one step of one direction. Gates: candidate, forget, reset, highway, `size` values each.
template <int N, class T>
static inline void sru_vectors(const T* gates, const float* recurrent, size_t size, float* state, float* to) {
    V before[N], gate[2 * N];
    written_out<N>([&](auto n) {
        before[n] = load(state + n * W);
        gate[n] = fma(load(recurrent + n * W), before[n], load(gates + size + n * W));
        gate[N + n] = fma(load(recurrent + size + n * W), before[n], load(gates + 2 * size + n * W));
    });
    gate_all(gate);
    written_out<N>([&](auto n) {
        const V candidate = load(gates + n * W), highway = load(gates + 3 * size + n * W);
        const V after = fma(gate[n], sub(before[n], candidate), candidate);
        store(state + n * W, after);
        store(to + n * W, fma(gate[N + n], sub(after, highway), highway));
    });
}

template <class T>
static inline void sru_step(const T* gates, const float* recurrent, size_t size, float* state, float* to) {
    size_t place = 0;
    for (; place + kAbreast * W <= size; place += kAbreast * W)
        sru_vectors<kAbreast>(gates + place, recurrent + place, size, state + place, to + place);
    for (; place < size; place += W)
        sru_vectors<1>(gates + place, recurrent + place, size, state + place, to + place);
}

// Brings what is in the second cache into the first.
template <class T>
static inline void fetch_nearer(const T* values, size_t count) {
    const char* from = reinterpret_cast<const char*>(values);
    for (size_t offset = 0; offset < count * sizeof(T); offset += 64) __builtin_prefetch(from + offset, 0, 3);
}

// `row(step)` → the gates of a token, the forward direction's and then the backward direction's.
template <class F>
static inline void scan(const Network& net, size_t length, const float* recurrent, float* state, float* states, F row) {
    const size_t size = net.state;
    clear(state, 2 * size);
    for (size_t step = 0; step < length; ++step) {
        const size_t back = length - 1 - step;
        if (step + 1 < length) {
            fetch_nearer(row(step + 1), 4 * size);
            fetch_nearer(row(back - 1) + 4 * size, 4 * size);
        }
        sru_step(row(step), recurrent, size, state, states + step * 2 * size);
        sru_step(row(back) + 4 * size, recurrent + 2 * size, size, state + size, states + (2 * back + 1) * size);
    }
}

template <class T>
static void first_layer(const Network& net, const Block& block, const Space& space) {
    const size_t offset = net.taps * net.first_channels;
    const int32_t* ids = block.ids;
    float* states = space.states[0];
    for (size_t message = 0; message < block.messages; ++message) {
        const size_t length = static_cast<size_t>(block.lengths[message]);
        scan(net, length, net.recurrent, space.means, states,
             [&](size_t step) { return table_row<T>(net, ids[step]) + offset; });
        ids += length;
        states += length * 2 * net.state;
    }
}

static void upper_layer(const Network& net, const Block& block, const Space& space, size_t index) {
    const UpperLayer& layer = net.upper[index];
    const size_t size = net.state;
    for (size_t token = 0; token < block.tokens; ++token) {
        space.from[token] = space.states[index % 2] + token * 2 * size;
        space.to[token] = space.gates + token * 8 * size;
    }
    product({space.from, 1, space.to, block.tokens, space.spare}, layer.gates, false);
    const float* gates = space.gates;
    float* states = space.states[(index + 1) % 2];
    for (size_t message = 0; message < block.messages; ++message) {
        const size_t length = static_cast<size_t>(block.lengths[message]);
        scan(net, length, layer.recurrent, space.means, states, [&](size_t step) { return gates + step * 8 * size; });
        gates += length * 8 * size;
        states += length * 2 * size;
    }
}

// Returns the states of the last layer [tokens][2 * state].
static const float* encode(const Network& net, const Block& block, const Space& space) {
    if (net.half)
        first_layer<Half>(net, block, space);
    else
        first_layer<float>(net, block, space);
    for (size_t index = 0; index + 1 < net.layers; ++index) upper_layer(net, block, space, index);
    return space.states[(net.layers - 1) % 2];
}

// The maximum over time and both directions; 0 without a token.
static void pool_states(const Network& net, const float* states, size_t length, float* to) {
    for (size_t place = 0; place < net.state; place += W) {
        V strongest = length ? load(states + place) : zero();
        for (size_t step = 0; step < 2 * length; ++step)
            strongest = max(strongest, load(states + step * net.state + place));
        store(to + place, strongest);
    }
}
