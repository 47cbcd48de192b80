// The CNN channel: the first convolution is a sum of table rows, the others are products of overlapping rows.
#pragma once

template <class T>
static inline const T* table_row(const Network& net, int32_t id) {
    return static_cast<const T*>(net.table) + static_cast<size_t>(id) * net.row;
}

// Asks for words' rows, from a value of them on, before they are needed: the table is far larger than any cache.
static inline void fetch_rows(const Network& net, const int32_t* ids, size_t count, size_t from) {
    const size_t value = net.half ? sizeof(Half) : sizeof(float);
    for (size_t token = 0; token < count; ++token) {
        const char* row = static_cast<const char*>(net.table) + static_cast<size_t>(ids[token]) * net.row * value;
        for (size_t offset = from * value; offset < net.row * value; offset += 64)
            __builtin_prefetch(row + offset, 0, 2);
    }
}

template <class T>
static void first_conv(const Network& net, const int32_t* ids, size_t length, size_t half, float* to) {
    const size_t width = net.first_channels;
    for (size_t step = 0; step < length; ++step, to += width) {
        const size_t low = step < half ? half - step : 0;
        const size_t high = length - step + half < net.taps ? length - step + half : net.taps;
        for (size_t place = 0; place < width; place += W) {
            V sum = zero();
            for (size_t tap = low; tap < high; ++tap)
                sum = add(sum, load(table_row<T>(net, ids[step + tap - half]) + tap * width + place));
            store(to + place, max(sum, zero()));
        }
    }
}

static void clear(float* to, size_t count) {
    for (size_t place = 0; place < count; ++place) to[place] = 0.0f;
}

// Rows of zeros before, between and after the messages, into which the windows at their ends reach.
static void clear_gaps(const Block& block, const Space& space, float* hidden, size_t width) {
    clear(hidden, space.half * width);
    float* gap = hidden + space.half * width;
    for (size_t message = 0; message < block.messages; ++message) {
        gap += static_cast<size_t>(block.lengths[message]) * width;
        clear(gap, space.half * width);
        gap += space.half * width;
    }
}

// Calls `each(token of the block, its row among the rows with gaps)`.
template <class F>
static inline void for_each_token(const Block& block, const Space& space, F each) {
    size_t token = 0, row = space.half;
    for (size_t message = 0; message < block.messages; ++message, row += space.half)
        for (int32_t step = 0; step < block.lengths[message]; ++step) each(token++, row++);
}

template <class T>
static void look_up(const Network& net, const Block& block, const Space& space) {
    const size_t width = net.first_channels;
    const int32_t* ids = block.ids;
    float* to = space.hidden[0] + space.half * width;
    for (size_t message = 0; message < block.messages; ++message) {
        const size_t length = static_cast<size_t>(block.lengths[message]);
        first_conv<T>(net, ids, length, space.half, to);
        ids += length;
        to += (length + space.half) * width;
    }
}

static void further_conv(const Network& net, const Block& block, const Space& space, size_t index, bool last) {
    const Matrix& matrix = net.further[index];
    const size_t in = matrix.depth / net.taps, out = matrix.width;
    float *from = space.hidden[index % 2], *to = space.hidden[(index + 1) % 2];
    clear_gaps(block, space, from, in);
    for_each_token(block, space, [&](size_t token, size_t row) {
        space.from[token] = from + (row - space.half) * in;
        space.to[token] = last ? space.responses + token * out : to + row * out;
    });
    const size_t tabled = space.hidden_rows * matrix.parts / net.taps;
    multiply({space.from, 1, space.to, block.tokens, space.spare}, from, tabled, matrix, true);
}

// Leaves in `space.response` where the responses of each token lie.
static void convolve(const Network& net, const Block& block, const Space& space) {
    if (net.half)
        look_up<Half>(net, block, space);
    else
        look_up<float>(net, block, space);
    for (size_t index = 0; index + 1 < net.convs; ++index)
        further_conv(net, block, space, index, index + 2 == net.convs);
    for_each_token(block, space, [&](size_t token, size_t row) {
        space.response[token] = net.convs > 1 ? space.responses + token * net.last_channels
                                              : space.hidden[0] + row * net.first_channels;
    });
}

// The strongest response of each filter of the last convolution; 0 without a token.
static void pool_responses(const Network& net, const float* const* responses, size_t length, float* to) {
    for (size_t place = 0; place < net.last_channels; place += W) {
        V strongest = zero();
        for (size_t step = 0; step < length; ++step) strongest = max(strongest, load(responses[step] + place));
        store(to + place, strongest);
    }
}
