// Matrix products of rows that may lie anywhere. A row's result never depends on which rows it is computed with.
#pragma once

template <int R, int C>
static inline void tile(const Rows& rows, size_t first, size_t depth, const float* columns, size_t stride,
                        const float* bias, size_t offset, bool positive) {
    V sums[R][C];
    for (int c = 0; c < C; ++c) {
        const V start = bias ? load(bias + c * W) : zero();
        for (int r = 0; r < R; ++r) sums[r][c] = start;
    }
    const float* from[R];
    for (int r = 0; r < R; ++r) from[r] = rows.from[first + r];
    for (size_t k = 0; k < depth; ++k, columns += stride) {
        V right[C];
        for (int c = 0; c < C; ++c) right[c] = load(columns + c * W);
        for (int r = 0; r < R; ++r) {
            const V left = set1(*from[r]);
            from[r] += rows.step;
            for (int c = 0; c < C; ++c) sums[r][c] = fma(left, right[c], sums[r][c]);
        }
    }
    for (int r = 0; r < R; ++r) {
        float* to = rows.to[first + r] + offset;
        for (int c = 0; c < C; ++c) store(to + c * W, positive ? max(sums[r][c], zero()) : sums[r][c]);
    }
}

template <int C>
static inline void row_tile(int count, const Rows& rows, size_t first, size_t depth, const float* columns,
                            size_t stride, const float* bias, size_t offset, bool positive) {
    switch (count) {
        case 1: return tile<1, C>(rows, first, depth, columns, stride, bias, offset, positive);
        case 2: return tile<2, C>(rows, first, depth, columns, stride, bias, offset, positive);
        case 3: return tile<3, C>(rows, first, depth, columns, stride, bias, offset, positive);
        case 4: return tile<4, C>(rows, first, depth, columns, stride, bias, offset, positive);
        case 5: return tile<5, C>(rows, first, depth, columns, stride, bias, offset, positive);
        case 6: return tile<6, C>(rows, first, depth, columns, stride, bias, offset, positive);
        case 7: return tile<7, C>(rows, first, depth, columns, stride, bias, offset, positive);
        default: return tile<8, C>(rows, first, depth, columns, stride, bias, offset, positive);
    }
}

static inline void any_tile(int count, size_t vectors, const Rows& rows, size_t first, size_t depth,
                            const float* columns, size_t stride, const float* bias, size_t offset, bool positive) {
    switch (vectors) {
        case 1: return row_tile<1>(count, rows, first, depth, columns, stride, bias, offset, positive);
        case 2: return row_tile<2>(count, rows, first, depth, columns, stride, bias, offset, positive);
#if EMOTAG_TILE_COLUMNS > 2
        case 3: return row_tile<3>(count, rows, first, depth, columns, stride, bias, offset, positive);
        default: return row_tile<4>(count, rows, first, depth, columns, stride, bias, offset, positive);
#else
        default: return;
#endif
    }
}

// All rows times some columns, in tiles of nearly equal height: the fewer vectors wide, the higher they can be.
static void product_of_columns(const Rows& rows, size_t depth, const float* columns, size_t stride, size_t vectors,
                               const float* bias, size_t offset, bool positive) {
    const size_t high = kTileRows * kTileColumns / vectors < 8 ? kTileRows * kTileColumns / vectors : 8;
    const size_t tiles = (rows.count + high - 1) / high;
    for (size_t index = 0, first = 0; index < tiles; ++index) {
        const size_t after = rows.count * (index + 1) / tiles;
        any_tile(static_cast<int>(after - first), vectors, rows, first, depth, columns, stride, bias, offset,
                 positive);
        first = after;
    }
}

static void product(const Rows& rows, const Matrix& matrix, bool positive) {
    constexpr size_t panel = kTileColumns * W;
    const float* columns = matrix.panels;
    for (size_t offset = 0; offset < matrix.width; offset += panel) {
        const size_t width = matrix.width - offset < panel ? matrix.width - offset : panel;
        const float* bias = matrix.bias ? matrix.bias + offset : nullptr;
        product_of_columns(rows, matrix.depth, columns, width, width / W, bias, offset, positive);
        columns += matrix.depth * width;
    }
}

static size_t exact_packed_size(const Matrix& matrix) { return matrix.depth * matrix.width; }

// [depth][width] → panels of the columns that a tile takes.
static void exact_pack(const float* from, const Matrix& matrix, float* to) {
    constexpr size_t panel = kTileColumns * W;
    const size_t depth = matrix.depth, width = matrix.width;
    for (size_t offset = 0; offset < width; offset += panel) {
        const size_t columns = width - offset < panel ? width - offset : panel;
        for (size_t row = 0; row < depth; ++row)
            for (size_t column = 0; column < columns; ++column) *to++ = from[row * width + offset + column];
    }
}
