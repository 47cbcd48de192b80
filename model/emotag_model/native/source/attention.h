// The pooled attention. Eight heads lie side by side in the lanes of a vector, so that scores, the softmax and its mean
// over the queries need no transposition and no sum across lanes.
#pragma once

// Queries in a vector of exponentials: one whose eight heads fill it or spread over two, or two side by side.
constexpr size_t kSide = W > kGroup ? W / kGroup : 1;
constexpr size_t kParts = W < kGroup ? kGroup / W : 1;
constexpr size_t kRow = kQueries * kGroup;  // exponentials of one key

// Scores of kQueries queries against kKeys keys → exponentials [key][query][head], of scores less `most`.
static inline void score(const float* const* queries, const float* const* keys, size_t width, const float* most,
                         float* const* to) {
    V sums[kQueries][kKeys][kParts];
    for (int q = 0; q < kQueries; ++q)
        for (int k = 0; k < kKeys; ++k)
            for (size_t part = 0; part < kParts; ++part) sums[q][k][part] = zero();
    for (size_t place = 0; place < width; place += kParts * W)
        for (size_t part = 0; part < kParts; ++part) {
            V left[kQueries];
            for (int q = 0; q < kQueries; ++q) left[q] = load(queries[q] + place + part * W);
            for (int k = 0; k < kKeys; ++k) {
                const V right = load(keys[k] + place + part * W);
                for (int q = 0; q < kQueries; ++q) sums[q][k][part] = fma(left[q], right, sums[q][k][part]);
            }
        }
    constexpr int each = kRow / W;  // vectors of one key
    V values[kKeys * each];
    written_out<kKeys>([&](auto k) {
        written_out<each>([&](auto place) {
#if EMOTAG_FOLDS
            values[k * each + place] = fold(sums[2 * place][k][0], sums[2 * place + 1][k][0]);
#else
            values[k * each + place] = sums[place / kParts][k][place % kParts];
#endif
            if (most) values[k * each + place] = sub(values[k * each + place], load(most + place * W));
        });
    });
    if (!most) exp2_all(values);
    written_out<kKeys>([&](auto k) {
        written_out<each>([&](auto place) { store(to[k] + place * W, values[k * each + place]); });
    });
}

// Weights of the attention of eight heads over one message, averaged over its queries.
struct Attention {
    const float* queries;  // of the first token; the keys follow, `width` values each
    size_t width, stride, length;
    float *exponentials, *means;

    const float* query(size_t token) const { return queries + token * stride; }

    // All keys against the queries from `first` on. With `most`, scores and not exponentials are written.
    void score_all(size_t first, const float* most) const {
        const float* left[kQueries];
        for (size_t q = 0; q < kQueries; ++q) left[q] = query(first + q < length ? first + q : length - 1);
        float spare[kRow];
        for (size_t key = 0; key < length; key += kKeys) {
            const float* right[kKeys];
            float* to[kKeys];
            for (size_t k = 0; k < kKeys; ++k) {
                const bool there = key + k < length;
                right[k] = query(there ? key + k : length - 1) + width;
                to[k] = there ? exponentials + (key + k) * kRow : spare;
            }
            score(left, right, width, most, to);
        }
    }

    // Sums over the keys; false if scores were so large or small that they overflowed or vanished.
    bool sum(float* sums) const {
        bool sound = true;
        for (size_t place = 0; place < kRow; place += W) {
            V total = zero();
            for (size_t key = 0; key < length; ++key) total = add(total, load(exponentials + key * kRow + place));
            store(sums + place, total);
            sound &= within(total, 1e-25f, 1e30f);
        }
        return sound;
    }

    // The same with each query's largest score taken off first.
    void sum_safely(size_t first, float* sums) const {
        float most[kRow];
        clear(most, kRow);
        score_all(first, most);
        for (size_t place = 0; place < kRow; place += W) {
            V largest = load(exponentials + place), total = zero();
            for (size_t key = 1; key < length; ++key) largest = max(largest, load(exponentials + key * kRow + place));
            for (size_t key = 0; key < length; ++key) {
                float* at = exponentials + key * kRow + place;
                const V value = exp2(sub(load(at), largest));
                store(at, value);
                total = add(total, value);
            }
            store(sums + place, total);
        }
    }

    void add_queries(size_t first) const {
        float sums[kRow], shares[kRow];
        score_all(first, nullptr);
        if (!sum(sums)) sum_safely(first, sums);
        const V count = set1(static_cast<float>(length));
        for (size_t place = 0; place < kRow; place += W)
            store(shares + place, reciprocal(mul(load(sums + place), count)));
        for (size_t query = length - first; query < kQueries; ++query) clear(shares + query * kGroup, kGroup);
        for (size_t part = 0; part < kSide * kGroup; part += W)
            for (size_t key = 0; key < length; ++key) {
                float* mean = means + key * kSide * kGroup + part;
                V value = load(mean);
                for (size_t place = part; place < kRow; place += kSide * kGroup)
                    value = fma(load(exponentials + key * kRow + place), load(shares + place), value);
                store(mean, value);
            }
    }

    // → weights [token][head], `apart` values from one token to the next.
    void compute(float* weights, size_t apart) const {
        clear(means, length * kSide * kGroup);
        for (size_t first = 0; first < length; first += kQueries) add_queries(first);
        for (size_t token = 0; token < length; ++token)
            for (size_t head = 0; head < kGroup; ++head) {
                const float* mean = means + token * kSide * kGroup + head;
                weights[token * apart + head] = kSide > 1 ? mean[0] + mean[kGroup] : mean[0];
            }
    }
};

static void project(const Network& net, const Block& block, const Space& space, const float* states) {
    for (size_t token = 0; token < block.tokens; ++token) {
        space.from[token] = states + token * 2 * net.state;
        space.to[token] = space.projected + token * net.attention.width;
    }
    multiply({space.from, 1, space.to, block.tokens, space.spare}, states, block.tokens, net.attention, false);
}

// What each head reads of the states of one message: [heads][2 * state].
static void read(const Network& net, const Space& space, const float* states, const float* weights, size_t length,
                 float* to) {
    const size_t width = 2 * net.state, apart = net.groups * kGroup;
    for (size_t head = 0; head < net.heads; ++head) {
        space.from[head] = weights + head;
        space.to[head] = to + head * width;
    }
    const Rows rows{space.from, apart, space.to, net.heads, nullptr};
    for (size_t place = 0; place < width; place += kTileColumns * W) {
        const size_t left = (width - place) / W;
        product_of_columns(rows, length, states + place, width, left < kTileColumns ? left : kTileColumns, nullptr,
                           place, false);
    }
}

// One message from its projected `first` token on: fills its weights and what is read with them.
static void attend(const Network& net, const Space& space, const float* states, size_t first, size_t length,
                   float* to) {
    const size_t width = net.head_width * kGroup, apart = net.groups * kGroup;
    float* weights = space.weights + first * apart;
    for (size_t group = 0; group < net.groups; ++group) {
        const float* queries = space.projected + first * net.attention.width + group * 2 * width;
        const Attention attention{queries, width, net.attention.width, length, space.exponentials, space.means};
        attention.compute(weights + group * kGroup, apart);
    }
    read(net, space, states, weights, length, to);
}
