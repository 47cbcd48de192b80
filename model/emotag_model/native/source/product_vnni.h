// Matrix products in whole numbers, where scores bear it. Each part of a row is rounded by a scale of its own, and so is
// each column of each part of the matrix; sums are whole, so that a row's result never depends on which rows it is
// computed with. The later convolutions multiply eight bits, since what they read is never negative; the attention's
// queries and keys twelve, since in eight they would give one message in a thousand another of the 28 labels.
#pragma once

constexpr size_t kStep = 4;  // bytes of a row, and of a column, that one instruction multiplies and adds up

// The greatest level of what has so many bits, and the values of one step.
static inline float row_levels(const Matrix& matrix) { return matrix.wide ? 2047.0f : 255.0f; }
static inline float column_levels(const Matrix& matrix) { return matrix.wide ? 2047.0f : 127.0f; }
static inline size_t step_values(const Matrix& matrix) { return matrix.wide ? kStep / 2 : kStep; }

// Values → levels, and what one level is worth: not a number where a value is none.
static inline float quantize(const float* from, size_t width, const Matrix& matrix, unsigned char* to) {
    __m512i largest = _mm512_setzero_si512();
    for (size_t place = 0; place < width; place += W) {
        const __m512i bits = _mm512_loadu_si512(from + place);
        largest = _mm512_max_epu32(largest, _mm512_and_si512(bits, _mm512_set1_epi32(0x7fffffff)));
    }
    const uint32_t bits = _mm512_reduce_max_epu32(largest);
    float most;
    __builtin_memcpy(&most, &bits, sizeof most);
    const float levels = row_levels(matrix);
    const V factor = set1(most > 1e-30f ? levels / most : 0.0f);
    for (size_t place = 0; place < width; place += W) {
        const __m512i whole = _mm512_cvtps_epi32(mul(load(from + place), factor));
        if (matrix.wide)
            _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + 2 * place), _mm512_cvtepi32_epi16(whole));
        else
            _mm_storeu_si128(reinterpret_cast<__m128i*>(to + place), _mm512_cvtepi32_epi8(whole));
    }
    return most > 1e-30f || most != most ? most / levels : 0.0f;
}

// Some columns of a packed matrix: per part what a level is worth [columns], then levels [part][step][columns][kStep].
struct Panel {
    const float* scales;
    const unsigned char* levels;
    size_t columns, steps, parts;  // steps: of one part
};

// Rows of levels, and what a level of each of their parts is worth.
struct LevelRows {
    const unsigned char* const* from;
    const float* const* scales;
    float* const* to;
};

// Whole sums of one part of R rows, from its byte `start` in each on → [R][C vectors].
template <int R, int C, bool Wide>
static inline void level_sums(const unsigned char* const* rows, size_t start, size_t steps, const unsigned char* levels,
                              int32_t* to) {
    __m512i whole[R][C];
    const unsigned char* from[R];
    written_out<R>([&](auto r) {
        from[r] = rows[r] + start;
        written_out<C>([&](auto c) { whole[r][c] = _mm512_setzero_si512(); });
    });
    for (size_t step = 0; step < steps; ++step, levels += C * W * kStep) {
        __m512i right[C];
        written_out<C>([&](auto c) { right[c] = _mm512_loadu_si512(levels + c * W * kStep); });
        written_out<R>([&](auto r) {
            int32_t values;
            __builtin_memcpy(&values, from[r] + step * kStep, kStep);
            const __m512i left = _mm512_set1_epi32(values);
            written_out<C>([&](auto c) {
                whole[r][c] = Wide ? _mm512_dpwssd_epi32(whole[r][c], left, right[c])
                                   : _mm512_dpbusd_epi32(whole[r][c], left, right[c]);
            });
        });
    }
    written_out<R>([&](auto r) {
        written_out<C>([&](auto c) { _mm512_store_si512(to + (r * C + c) * W, whole[r][c]); });
    });
}

template <int R, int C, bool Wide>
static inline void level_tile(const LevelRows& rows, size_t first, const Panel& panel, const float* bias, size_t offset,
                              bool positive) {
    alignas(64) int32_t whole[R * C * W];
    for (size_t part = 0; part < panel.parts; ++part) {
        const unsigned char* levels = panel.levels + part * panel.steps * C * W * kStep;
        level_sums<R, C, Wide>(rows.from + first, part * panel.steps * kStep, panel.steps, levels, whole);
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

template <int C, bool Wide>
static inline void level_rows(size_t count, const LevelRows& rows, size_t first, const Panel& panel, const float* bias,
                              size_t offset, bool positive) {
    switch (count) {
        case 1: return level_tile<1, C, Wide>(rows, first, panel, bias, offset, positive);
        case 2: return level_tile<2, C, Wide>(rows, first, panel, bias, offset, positive);
        case 3: return level_tile<3, C, Wide>(rows, first, panel, bias, offset, positive);
        case 4: return level_tile<4, C, Wide>(rows, first, panel, bias, offset, positive);
        case 5: return level_tile<5, C, Wide>(rows, first, panel, bias, offset, positive);
        default: return level_tile<6, C, Wide>(rows, first, panel, bias, offset, positive);
    }
}

template <bool Wide>
static void level_columns(const LevelRows& rows, size_t count, const Panel& panel, const float* bias, size_t offset,
                          bool positive) {
    const size_t tiles = (count + kTileRows - 1) / kTileRows;
    for (size_t index = 0, first = 0; index < tiles; ++index) {
        const size_t after = count * (index + 1) / tiles;
        switch (panel.columns / W) {
            case 1: level_rows<1, Wide>(after - first, rows, first, panel, bias, offset, positive); break;
            case 2: level_rows<2, Wide>(after - first, rows, first, panel, bias, offset, positive); break;
            case 3: level_rows<3, Wide>(after - first, rows, first, panel, bias, offset, positive); break;
            default: level_rows<4, Wide>(after - first, rows, first, panel, bias, offset, positive); break;
        }
        first = after;
    }
}

// Windows of `matrix.parts` rows each into `table` [tabled][depth / parts], where `rows.from` point, times the matrix.
static void coarse_product(const Rows& rows, const float* table, size_t tabled, const Matrix& matrix, bool positive) {
    const size_t width = matrix.depth / matrix.parts, steps = width / step_values(matrix);
    auto* levels = reinterpret_cast<unsigned char*>(rows.spare);
    auto* scales = reinterpret_cast<float*>(levels + tabled * steps * kStep);
    auto** from = reinterpret_cast<const unsigned char**>(scales + (tabled + 15) / 16 * 16);
    auto** worths = reinterpret_cast<const float**>(from + rows.count);
    for (size_t row = 0; row < tabled; ++row)
        scales[row] = quantize(table + row * width, width, matrix, levels + row * steps * kStep);
    for (size_t row = 0; row < rows.count; ++row) {
        const size_t place = static_cast<size_t>(rows.from[row] - table) / width;
        from[row] = levels + place * steps * kStep;
        worths[row] = scales + place;
    }
    const LevelRows all{from, worths, rows.to};
    const float* at = matrix.panels;
    for (size_t offset = 0; offset < matrix.width; offset += kTileColumns * W) {
        const size_t columns = matrix.width - offset < kTileColumns * W ? matrix.width - offset : kTileColumns * W;
        const auto* bytes = reinterpret_cast<const unsigned char*>(at + matrix.parts * columns);
        const Panel panel{at, bytes, columns, steps, matrix.parts};
        const float* bias = matrix.bias ? matrix.bias + offset : nullptr;
        if (matrix.wide)
            level_columns<true>(all, rows.count, panel, bias, offset, positive);
        else
            level_columns<false>(all, rows.count, panel, bias, offset, positive);
        at += matrix.parts * (1 + steps) * columns;
    }
}

static size_t coarse_packed_size(const Matrix& matrix) {
    return (matrix.parts + matrix.depth / step_values(matrix)) * matrix.width;
}

// One column of one part of [depth][width] → its levels, `step_values` rows together; returns what a level is worth.
static inline float pack_column(const float* from, size_t depth, const Matrix& matrix, size_t columns,
                                unsigned char* to) {
    float most = 0.0f;
    for (size_t row = 0; row < depth; ++row) {
        const float size = __builtin_fabsf(from[row * matrix.width]);
        most = size > most ? size : most;
    }
    const float levels = column_levels(matrix), factor = most > 1e-30f ? levels / most : 0.0f;
    const size_t values = step_values(matrix), size = kStep / values;
    bool sound = true;
    for (size_t row = 0; row < depth; ++row) {
        const float level = __builtin_rintf(from[row * matrix.width] * factor);
        const bool number = level >= -levels && level <= levels;  // so is no infinity, and no NaN
        const auto whole = static_cast<int16_t>(number ? level : 0.0f);
        __builtin_memcpy(to + row / values * columns * kStep + row % values * size, &whole, size);  // little-endian
        sound &= number;
    }
    if (!sound) return __builtin_nanf("");
    return most > 1e-30f ? most / levels : 0.0f;
}

static void coarse_pack(const float* from, const Matrix& matrix, float* to) {
    const size_t depth = matrix.depth / matrix.parts, steps = depth / step_values(matrix);
    for (size_t offset = 0; offset < matrix.width; offset += kTileColumns * W) {
        const size_t columns = matrix.width - offset < kTileColumns * W ? matrix.width - offset : kTileColumns * W;
        auto* levels = reinterpret_cast<unsigned char*>(to + matrix.parts * columns);
        for (size_t part = 0; part < matrix.parts; ++part)
            for (size_t column = 0; column < columns; ++column)
                to[part * columns + column] =
                    pack_column(from + part * depth * matrix.width + offset + column, depth, matrix, columns,
                                levels + (part * steps * columns + column) * kStep);
        to += matrix.parts * (1 + steps) * columns;
    }
}

// Values of `Rows::spare` that a product of so many rows, and windows into them, needs.
static size_t coarse_spare_size(size_t tabled, size_t width, size_t rows) {
    return tabled * width / 2 + (tabled + 15) / 16 * 16 + 4 * rows;
}
