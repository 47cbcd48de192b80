// Matrix products in whole numbers, where scores bear it. Each part of a row is rounded by a scale of its own, and so is
// each column of each part of the matrix; sums are whole, so that a row's result never depends on which rows it is
// computed with, nor on whether AVX-512 VNNI or AMX adds them up. The later convolutions multiply eight bits, since what
// they read is never negative; the attention's queries and keys twelve, since in eight they would give one message in a
// thousand another of the 28 labels.
#pragma once

constexpr size_t kStep = 4;  // bytes of a row, and of a column, that one instruction multiplies and adds up

// The greatest level of what has so many bits, and bytes of one.
static inline float row_levels(const Matrix& matrix) { return matrix.wide ? 2047.0f : 255.0f; }
static inline float column_levels(const Matrix& matrix) { return matrix.wide ? 2047.0f : 127.0f; }
static inline size_t level_bytes(const Matrix& matrix) { return matrix.wide ? 2 : 1; }

// Some columns of a packed matrix: per part what a level is worth [columns], then levels [part][step][columns][kStep].
struct Panel {
    const float* scales;
    const unsigned char* levels;
    size_t columns, steps, parts;  // steps: of one part
    const float* bias;             // [columns], or null
    size_t offset;                 // of the first column in a row of the product
    bool positive;

    size_t part_bytes() const { return steps * kStep; }  // of a row
    const unsigned char* of_part(size_t part) const { return levels + part * columns * part_bytes(); }
};

// Rows to be multiplied: windows into a table of parts.
struct LevelRows {
    const unsigned char* levels;  // of the table [parts][bytes]
    const float* scales;          // what a level of each part is worth
    const uint32_t* places;       // of each row, its first part, in ascending order
    float* const* to;
    size_t count;
};

// A vector of the product, and what whole sums of a part are worth, a level of whose row is worth so much.
static inline V add_part(V before, V worth, const Panel& panel, size_t part, size_t column, __m512i whole) {
    const V scale = mul(worth, load(panel.scales + part * panel.columns + column));
    return fma(_mm512_cvtepi32_ps(whole), scale, before);
}

#ifdef EMOTAG_AMX
#include "levels_amx.h"
#else
#include "levels_vnni.h"
#endif

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
            put_wide(to, width, place, whole);
        else
            _mm_storeu_si128(reinterpret_cast<__m128i*>(to + place), _mm512_cvtepi32_epi8(whole));
    }
    return most > 1e-30f || most != most ? most / levels : 0.0f;
}

// Windows of `matrix.parts` rows each into `table` [tabled][depth / parts], where `rows.from` point in ascending order,
// times the matrix.
static void coarse_product(const Rows& rows, const float* table, size_t tabled, const Matrix& matrix, bool positive) {
    const size_t width = matrix.depth / matrix.parts, bytes = width * level_bytes(matrix);
    auto* scales = rows.spare;
    auto* places = reinterpret_cast<uint32_t*>(scales + (tabled + 15) / 16 * 16);
    auto* levels = reinterpret_cast<unsigned char*>(places + (rows.count + 15) / 16 * 16);
    for (size_t row = 0; row < tabled; ++row)
        scales[row] = quantize(table + row * width, width, matrix, levels + row * bytes);
    uint32_t place = 0;
    for (size_t row = 0; row < rows.count; ++row) {  // without a division each: rows come in order
        for (; table < rows.from[row]; table += width) ++place;
        places[row] = place;
    }
    const LevelRows all{levels, scales, places, rows.to, rows.count};
    const float* at = matrix.panels;
    for (size_t offset = 0; offset < matrix.width; offset += kTileColumns * W) {
        const size_t columns = matrix.width - offset < kTileColumns * W ? matrix.width - offset : kTileColumns * W;
        const auto* packed = reinterpret_cast<const unsigned char*>(at + matrix.parts * columns);
        const float* bias = matrix.bias ? matrix.bias + offset : nullptr;
        const Panel panel{at, packed, columns, bytes / kStep, matrix.parts, bias, offset, positive};
        if (matrix.wide)
            level_columns<true>(all, panel);
        else
            level_columns<false>(all, panel);
        at += matrix.parts * columns + matrix.depth * level_bytes(matrix) / kStep * columns;
    }
}

static size_t coarse_packed_size(const Matrix& matrix) {
    return (matrix.parts + matrix.depth * level_bytes(matrix) / kStep) * matrix.width;
}

// One column of one part of [depth][width] → its levels, kStep bytes together; returns what a level is worth.
static inline float pack_column(const float* from, size_t depth, const Matrix& matrix, size_t columns,
                                unsigned char* to) {
    float most = 0.0f;
    for (size_t row = 0; row < depth; ++row) {
        const float size = __builtin_fabsf(from[row * matrix.width]);
        most = size > most ? size : most;
    }
    const float levels = column_levels(matrix), factor = most > 1e-30f ? levels / most : 0.0f;
    bool sound = true;
    for (size_t row = 0; row < depth; ++row) {
        const float level = __builtin_rintf(from[row * matrix.width] * factor);
        const bool number = level >= -levels && level <= levels;  // so is no infinity, and no NaN
        const auto whole = static_cast<int16_t>(number ? level : 0.0f);
        for (size_t byte = 0; byte < level_bytes(matrix); ++byte) {
            const size_t place = matrix.wide ? wide_place(depth, row, byte) : row;
            to[place / kStep * columns * kStep + place % kStep] = static_cast<unsigned char>(whole >> (8 * byte));
        }
        sound &= number;
    }
    if (!sound) return __builtin_nanf("");
    return most > 1e-30f ? most / levels : 0.0f;
}

static void coarse_pack(const float* from, const Matrix& matrix, float* to) {
    const size_t depth = matrix.depth / matrix.parts, steps = depth * level_bytes(matrix) / kStep;
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
static size_t coarse_spare_size(size_t tabled, size_t width, size_t rows, size_t deepest) {
    return (tabled * width + kBeyond * deepest) / 2 + (tabled + 15) / 16 * 16 + (rows + 15) / 16 * 16;
}
