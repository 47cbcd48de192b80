// Matrix products by AMX. A float is split in two bfloat16, what its upper half holds and what is left of it, and of the
// four products of two such pairs the smallest is left out: that is nearly as exact as float, and many times as fast. A
// row's result never depends on which rows it is computed with.
#pragma once

constexpr size_t kTileHeight = 16;            // rows of a tile, and pairs of depth of one of the right matrix
constexpr size_t kTileDepth = 32;             // values of a row in a tile
constexpr size_t kTileBytes = 1024;
constexpr size_t kSums = 4;                   // tiles of sums side by side: as many as leave room for the factors

static inline size_t depth_tiles(size_t depth) { return (depth + kTileDepth - 1) / kTileDepth; }

// What the tiles are: sums, the two parts of the rows, the two parts of the columns.
static inline void shape_tiles(size_t rows) {
    alignas(64) unsigned char shape[64] = {1};
    const auto set = [&](int tile, size_t height) {
        shape[16 + 2 * tile] = 64;
        shape[48 + tile] = static_cast<unsigned char>(height);
    };
    for (int tile = 0; tile < 6; ++tile) set(tile, rows);
    set(6, kTileHeight);
    set(7, kTileHeight);
    _tile_loadconfig(shape);
}

// Sixteen floats → their upper and lower parts.
static inline void split(V value, void* upper, void* lower) {
    const __m256bh high = _mm512_cvtneps_pbh(value);
    const V widened = _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32((__m256i)high), 16));
    _mm256_storeu_si256(static_cast<__m256i*>(upper), (__m256i)high);
    _mm256_storeu_si256(static_cast<__m256i*>(lower), (__m256i)_mm512_cvtneps_pbh(sub(value, widened)));
}

// Rows → [tile of depth][part][row][kTileDepth], zero beyond the depth, which is a multiple of W.
static inline void split_rows(const Rows& rows, size_t first, size_t count, size_t depth) {
    auto* to = reinterpret_cast<unsigned char*>(rows.spare);
    for (size_t start = 0; start < depth; start += kTileDepth, to += 2 * kTileBytes)
        for (size_t row = 0; row < count; ++row)
            for (size_t place = start; place < start + kTileDepth; place += W) {
                unsigned char* at = to + row * 64 + (place - start) * 2;
                split(place < depth ? load(rows.from[first + row] + place) : zero(), at, at + kTileBytes);
            }
}

// Adds the products of the rows with these columns. A macro, since tiles go by number and not by value.
#define EMOTAG_MULTIPLY_ADD(sums, columns)       \
    do {                                         \
        _tile_loadd(6, (columns), 64);           \
        _tile_loadd(7, (columns) + kTileBytes, 64); \
        _tile_dpbf16ps(sums, 4, 6);              \
        _tile_dpbf16ps(sums, 4, 7);              \
        _tile_dpbf16ps(sums, 5, 6);              \
    } while (false)

static inline void store_sums(const Rows& rows, size_t first, size_t count, const float* sums, size_t offset,
                              const float* bias, bool positive) {
    for (size_t row = 0; row < count; ++row) {
        const V sum = add(load(sums + row * W), load(bias));
        store(rows.to[first + row] + offset, positive ? max(sum, zero()) : sum);
    }
}

// Up to kTileHeight rows, which are split already, times up to kSums tiles of columns.
static inline void multiply(const Rows& rows, size_t first, size_t count, size_t depth, const unsigned char* columns,
                            size_t tiles, size_t offset, const float* bias, bool positive) {
    const auto* left = reinterpret_cast<const unsigned char*>(rows.spare);
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (size_t step = 0; step < depth_tiles(depth); ++step, left += 2 * kTileBytes) {
        _tile_loadd(4, left, 64);
        _tile_loadd(5, left + kTileBytes, 64);
        EMOTAG_MULTIPLY_ADD(0, columns);
        if (tiles > 1) EMOTAG_MULTIPLY_ADD(1, columns + 2 * kTileBytes);
        if (tiles > 2) EMOTAG_MULTIPLY_ADD(2, columns + 4 * kTileBytes);
        if (tiles > 3) EMOTAG_MULTIPLY_ADD(3, columns + 6 * kTileBytes);
        columns += tiles * 2 * kTileBytes;
    }
    alignas(64) float sums[kSums][kTileHeight * W];
    _tile_stored(0, sums[0], 64);
    if (tiles > 1) _tile_stored(1, sums[1], 64);
    if (tiles > 2) _tile_stored(2, sums[2], 64);
    if (tiles > 3) _tile_stored(3, sums[3], 64);
    for (size_t tile = 0; tile < tiles; ++tile)
        store_sums(rows, first, count, sums[tile], offset + tile * W, bias + tile * W, positive);
}

static void product(const Rows& rows, const Matrix& matrix, bool positive) {
    alignas(64) static constexpr float none[kSums * W] = {};
    const size_t panels = matrix.width / W, size = depth_tiles(matrix.depth) * 2 * kTileBytes;
    for (size_t first = 0; first < rows.count; first += kTileHeight) {
        const size_t count = rows.count - first < kTileHeight ? rows.count - first : kTileHeight;
        if (first == 0 || count < kTileHeight) shape_tiles(count);
        split_rows(rows, first, count, matrix.depth);
        const auto* columns = reinterpret_cast<const unsigned char*>(matrix.panels);
        for (size_t panel = 0; panel < panels; panel += kSums) {
            const size_t tiles = panels - panel < kSums ? panels - panel : kSums;
            const float* bias = matrix.bias ? matrix.bias + panel * W : none;
            multiply(rows, first, count, matrix.depth, columns, tiles, panel * W, bias, positive);
            columns += tiles * size;
        }
    }
    _tile_release();
}

static size_t exact_packed_size(const Matrix& matrix) {
    return depth_tiles(matrix.depth) * (matrix.width / W) * 2 * kTileBytes / sizeof(float);
}

// [depth][width] → [kSums tiles of columns][tile of depth][tile of columns][part][pair of depth][column][of the pair].
static void exact_pack(const float* from, const Matrix& matrix, float* to) {
    const size_t depth = matrix.depth, width = matrix.width;
    auto* at = reinterpret_cast<uint16_t*>(to);
    for (size_t group = 0; group < width; group += kSums * W)
        for (size_t start = 0; start < depth; start += kTileDepth)
            for (size_t column = group; column < group + kSums * W && column < width; column += W, at += 1024)
                for (size_t place = 0; place < kTileDepth; ++place) {
                    alignas(64) uint16_t upper[W], lower[W];
                    const size_t row = start + place;
                    split(row < depth ? load(from + row * width + column) : zero(), upper, lower);
                    for (size_t each = 0; each < W; ++each) {
                        uint16_t* pair = at + (place / 2) * 2 * W + 2 * each + place % 2;
                        pair[0] = upper[each];
                        pair[512] = lower[each];
                    }
                }
}
