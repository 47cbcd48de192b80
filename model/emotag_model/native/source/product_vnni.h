// Matrix products in eight bits, where scores bear it: of the later convolutions and of the attention's queries and keys.
// Each part of a row has a scale of its own, and each column of each part of the matrix; sums are whole numbers, so that
// a row's result never depends on which rows it is computed with.
#pragma once

// The greatest level of a value: those of what is never negative are 0 to 255, of all else 128 - 127 to 128 + 127.
constexpr float kLevels = 255.0f, kCentredLevels = 127.0f;
constexpr int kCentre = 128;
constexpr size_t kQuad = 4;  // values that one instruction multiplies and adds up

// Values → levels, and what one level is worth: not a number where a value is none.
static inline float quantize(const float* from, size_t width, bool centred, unsigned char* to) {
    __m512i largest = _mm512_setzero_si512();
    for (size_t place = 0; place < width; place += W) {
        const __m512i bits = _mm512_loadu_si512(from + place);
        largest = _mm512_max_epu32(largest, _mm512_and_si512(bits, _mm512_set1_epi32(0x7fffffff)));
    }
    const uint32_t bits = _mm512_reduce_max_epu32(largest);
    float most;
    __builtin_memcpy(&most, &bits, sizeof most);
    const float levels = centred ? kCentredLevels : kLevels;
    const V factor = set1(most > 1e-30f ? levels / most : 0.0f);
    const __m512i centre = _mm512_set1_epi32(centred ? kCentre : 0);
    for (size_t place = 0; place < width; place += W) {
        const __m512i level = _mm512_add_epi32(_mm512_cvtps_epi32(mul(load(from + place), factor)), centre);
        _mm_storeu_si128(reinterpret_cast<__m128i*>(to + place), _mm512_cvtepi32_epi8(level));
    }
    return most > 1e-30f || most != most ? most / levels : 0.0f;
}

// Some columns of a packed matrix: per part what a level is worth [columns], and what the centre adds; then the levels
// [part][quad of depth][columns][kQuad].
struct Panel {
    const float* scales;
    const int32_t* centres;
    const signed char* levels;
    size_t columns, quads, parts;  // quads: of one part
};

// Rows of levels that are `parts` of `quads` each, and what a level of each part is worth.
struct LevelRows {
    const unsigned char* const* from;
    const float* const* scales;
    float* const* to;
};

// Whole sums of one part of R rows, from its place `start` in each on → [R][C vectors].
template <int R, int C>
static inline void level_sums(const unsigned char* const* rows, size_t start, size_t quads, const signed char* levels,
                              const int32_t* centres, int32_t* to) {
    __m512i whole[R][C];
    const unsigned char* from[R];
    written_out<R>([&](auto r) {
        from[r] = rows[r] + start;
        written_out<C>([&](auto c) { whole[r][c] = _mm512_loadu_si512(centres + c * W); });
    });
    for (size_t quad = 0; quad < quads; ++quad, levels += C * W * kQuad) {
        __m512i right[C];
        written_out<C>([&](auto c) { right[c] = _mm512_loadu_si512(levels + c * W * kQuad); });
        written_out<R>([&](auto r) {
            int32_t four;
            __builtin_memcpy(&four, from[r] + quad * kQuad, kQuad);
            const __m512i left = _mm512_set1_epi32(four);
            written_out<C>([&](auto c) { whole[r][c] = _mm512_dpbusd_epi32(whole[r][c], left, right[c]); });
        });
    }
    written_out<R>([&](auto r) {
        written_out<C>([&](auto c) { _mm512_store_si512(to + (r * C + c) * W, whole[r][c]); });
    });
}

template <int R, int C>
static inline void level_tile(const LevelRows& rows, size_t first, const Panel& panel, const float* bias, size_t offset,
                              bool positive) {
    alignas(64) int32_t whole[R * C * W];
    for (size_t part = 0; part < panel.parts; ++part) {
        const signed char* levels = panel.levels + part * panel.quads * C * W * kQuad;
        level_sums<R, C>(rows.from + first, part * panel.quads * kQuad, panel.quads, levels,
                         panel.centres + part * panel.columns, whole);
        for (int r = 0; r < R; ++r) {
            const V worth = set1(rows.scales[first + r][part]);
            float* to = rows.to[first + r] + offset;
            for (int c = 0; c < C; ++c) {
                const V scale = mul(worth, load(panel.scales + part * panel.columns + c * W));
                const V before = part ? load(to + c * W) : bias ? load(bias + c * W) : zero();
                const V sum = fma(_mm512_cvtepi32_ps(_mm512_load_si512(whole + (r * C + c) * W)), scale, before);
                store(to + c * W, positive && part + 1 == panel.parts ? max(sum, zero()) : sum);
            }
        }
    }
}

template <int C>
static inline void level_rows(size_t count, const LevelRows& rows, size_t first, const Panel& panel, const float* bias,
                              size_t offset, bool positive) {
    switch (count) {
        case 1: return level_tile<1, C>(rows, first, panel, bias, offset, positive);
        case 2: return level_tile<2, C>(rows, first, panel, bias, offset, positive);
        case 3: return level_tile<3, C>(rows, first, panel, bias, offset, positive);
        case 4: return level_tile<4, C>(rows, first, panel, bias, offset, positive);
        case 5: return level_tile<5, C>(rows, first, panel, bias, offset, positive);
        default: return level_tile<6, C>(rows, first, panel, bias, offset, positive);
    }
}

static inline void level_columns(size_t count, const LevelRows& rows, size_t first, const Panel& panel,
                                 const float* bias, size_t offset, bool positive) {
    switch (panel.columns / W) {
        case 1: return level_rows<1>(count, rows, first, panel, bias, offset, positive);
        case 2: return level_rows<2>(count, rows, first, panel, bias, offset, positive);
        case 3: return level_rows<3>(count, rows, first, panel, bias, offset, positive);
        default: return level_rows<4>(count, rows, first, panel, bias, offset, positive);
    }
}

// Windows of `matrix.parts` rows each into `table` [tabled][depth / parts], where `rows.from` point, times the matrix.
static void coarse_product(const Rows& rows, const float* table, size_t tabled, const Matrix& matrix, bool positive) {
    const size_t width = matrix.depth / matrix.parts;
    auto* levels = reinterpret_cast<unsigned char*>(rows.spare);
    auto* scales = reinterpret_cast<float*>(levels + tabled * width);
    auto** from = reinterpret_cast<const unsigned char**>(scales + (tabled + 15) / 16 * 16);
    auto** worths = reinterpret_cast<const float**>(from + rows.count);
    for (size_t row = 0; row < tabled; ++row)
        scales[row] = quantize(table + row * width, width, matrix.centred, levels + row * width);
    for (size_t row = 0; row < rows.count; ++row) {
        const size_t place = static_cast<size_t>(rows.from[row] - table);
        from[row] = levels + place;
        worths[row] = scales + place / width;
    }
    const LevelRows all{from, worths, rows.to};
    const size_t tiles = (rows.count + kTileRows - 1) / kTileRows;
    const float* at = matrix.panels;
    for (size_t offset = 0; offset < matrix.width; offset += kTileColumns * W) {
        const size_t columns = matrix.width - offset < kTileColumns * W ? matrix.width - offset : kTileColumns * W;
        const auto* centres = reinterpret_cast<const int32_t*>(at + matrix.parts * columns);
        const auto* bytes = reinterpret_cast<const signed char*>(centres + matrix.parts * columns);
        const Panel panel{at, centres, bytes, columns, width / kQuad, matrix.parts};
        const float* bias = matrix.bias ? matrix.bias + offset : nullptr;
        for (size_t index = 0, first = 0; index < tiles; ++index) {
            const size_t after = rows.count * (index + 1) / tiles;
            level_columns(after - first, all, first, panel, bias, offset, positive);
            first = after;
        }
        at += (2 * matrix.parts + matrix.depth / kQuad) * columns;
    }
}

static size_t coarse_packed_size(const Matrix& matrix) {
    return (2 * matrix.parts + matrix.depth / kQuad) * matrix.width;
}

// One column of one part of [depth][width] → its levels, `kQuad` rows together; returns what a level is worth.
static inline float pack_column(const float* from, size_t depth, size_t width, size_t columns, signed char* to,
                                int32_t& sum) {
    float most = 0.0f;
    for (size_t row = 0; row < depth; ++row) {
        const float size = __builtin_fabsf(from[row * width]);
        most = size > most ? size : most;
    }
    const float factor = most > 1e-30f ? kCentredLevels / most : 0.0f;
    bool sound = true;
    sum = 0;
    for (size_t row = 0; row < depth; ++row) {
        const float level = __builtin_rintf(from[row * width] * factor);
        const bool number = level >= -kCentredLevels && level <= kCentredLevels;  // so is no infinity, and no NaN
        const int32_t whole = number ? static_cast<int32_t>(level) : 0;
        to[row / kQuad * columns * kQuad + row % kQuad] = static_cast<signed char>(whole);
        sum += whole;
        sound &= number;
    }
    if (!sound) return __builtin_nanf("");
    return most > 1e-30f ? most / kCentredLevels : 0.0f;
}

static void coarse_pack(const float* from, const Matrix& matrix, float* to) {
    const size_t depth = matrix.depth / matrix.parts;
    for (size_t offset = 0; offset < matrix.width; offset += kTileColumns * W) {
        const size_t columns = matrix.width - offset < kTileColumns * W ? matrix.width - offset : kTileColumns * W;
        auto* centres = reinterpret_cast<int32_t*>(to + matrix.parts * columns);
        auto* levels = reinterpret_cast<signed char*>(centres + matrix.parts * columns);
        for (size_t part = 0; part < matrix.parts; ++part)
            for (size_t column = 0; column < columns; ++column) {
                const float* values = from + part * depth * matrix.width + offset + column;
                signed char* at = levels + part * depth * columns + column * kQuad;
                int32_t sum;
                to[part * columns + column] = pack_column(values, depth, matrix.width, columns, at, sum);
                centres[part * columns + column] = matrix.centred ? -kCentre * sum : 0;
            }
        to += (2 * matrix.parts + matrix.depth / kQuad) * columns;
    }
}

// Values of `Rows::spare` that a product of so many rows, and windows into them, needs.
static size_t coarse_spare_size(size_t tabled, size_t width, size_t rows) {
    return (tabled * width + 3) / 4 + (tabled + 15) / 16 * 16 + 4 * rows + 16;
}
