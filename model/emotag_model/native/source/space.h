// Where the parts of one computation lie in its scratch memory.
#pragma once

struct Space {
    size_t half, hidden_rows;
    float *hidden[2], *responses, *states[2], *gates, *projected, *weights, *exponentials, *means, *fused, *shares,
        *logits, *spare;
    const float **from, **response;
    float** to;
    size_t bytes = 0;

    Space(const Network& net, const Block& block, bool evidence, unsigned char* base) : base_(base) {
        half = net.taps / 2;
        hidden_rows = block.tokens + half * (block.messages + 1);
        const size_t rows = block.tokens > block.messages ? block.tokens : block.messages;
        const size_t pointers = rows > net.heads ? rows : net.heads;
        const size_t steps = block.longest * kLane, state = 2 * net.state;
        for (float*& each : hidden) each = floats(hidden_rows * net.widest_conv());
        responses = floats(block.tokens * net.last_channels);
        states[0] = floats(block.tokens * 2 * net.state);
        states[1] = floats(net.layers > 1 ? block.tokens * 2 * net.state : 0);
        gates = floats(net.layers > 1 ? block.tokens * 8 * net.state : 0);
        projected = floats(block.tokens * net.attention.width);
        weights = floats(block.tokens * net.groups * kGroup);
        exponentials = floats(block.longest * kQueries * kGroup + kLane);
        means = floats(steps > state ? steps : state);
        fused = floats(block.messages * net.fusion());
        shares = floats(evidence ? block.tokens * net.fusion() : 0);
        logits = floats((evidence ? rows : block.messages) * net.classifier.width);
        spare = floats(spare_size(net, hidden_rows, block.tokens));
        from = take<const float*>(pointers);
        response = take<const float*>(rows);
        to = take<float*>(pointers);
    }

private:
    unsigned char* base_;

    float* floats(size_t count) { return take<float>(count); }
    template <class T>
    T* take(size_t count) {
        unsigned char* place = base_ ? base_ + bytes : nullptr;
        bytes += (count * sizeof(T) + 63) / 64 * 64;
        return reinterpret_cast<T*>(place);
    }
};
