// Whole sums of levels by AMX: sixteen rows times sixteen columns at once, the rows as they lie in the table. What lies
// between them, such as the gaps between messages, is multiplied, too, and left.
#pragma once

constexpr size_t kTileHeight = 16;  // rows of a tile of rows, and steps of one of columns at most
constexpr size_t kBeyond = kTileHeight;  // rows that are read, but not used, after the last
constexpr size_t kSums = kTileHeight * W;

// Levels of twelve bits lie in two planes, since tiles multiply bytes: the lower eight bits of a part, then the upper.
static inline void put_wide(unsigned char* to, size_t width, size_t place, __m512i whole) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + place), _mm512_cvtepi32_epi8(whole));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + width + place), _mm512_cvtepi32_epi8(_mm512_srai_epi32(whole, 8)));
}

// Where a byte of the level of a `row` of a column lies.
static inline size_t wide_place(size_t depth, size_t row, size_t byte) { return byte * depth + row; }

// Sums in the tiles 0 to 3, one or two planes of rows in 4 and 5, of columns in 6 and 7, of so many steps.
static inline void shape_tiles(size_t steps) {
    alignas(64) unsigned char shape[64] = {1};
    const auto set = [&](int tile, size_t height, size_t width) {
        shape[16 + 2 * tile] = static_cast<unsigned char>(width);
        shape[48 + tile] = static_cast<unsigned char>(height);
    };
    for (int tile = 0; tile < 4; ++tile) set(tile, kTileHeight, W * sizeof(int32_t));
    for (int tile = 4; tile < 6; ++tile) set(tile, kTileHeight, steps * kStep);
    for (int tile = 6; tile < 8; ++tile) set(tile, steps, W * kStep);
    _tile_loadconfig(shape);
}

// The largest part of `steps` that a tile holds.
static inline size_t tile_steps(size_t steps) {
    size_t most = steps < kTileHeight ? steps : kTileHeight;
    while (steps % most) --most;
    return most;
}

// Sixteen rows of levels, and one part of some columns.
struct Factors {
    const unsigned char *rows, *columns;
    size_t apart, width;  // bytes from one row, or step of columns, to the next
    size_t steps, at_once;
};

// → [C tiles of columns][row][column].
template <int C>
static inline void narrow_sums(const Factors& factors, int32_t* to) {
    _tile_zero(0);
    if (C > 1) _tile_zero(1);
    if (C > 2) _tile_zero(2);
    if (C > 3) _tile_zero(3);
    for (size_t step = 0; step < factors.steps; step += factors.at_once) {
        const unsigned char* columns = factors.columns + step * factors.width;
        _tile_loadd(4, factors.rows + step * kStep, factors.apart);
        _tile_loadd(6, columns, factors.width);
        _tile_dpbusd(0, 4, 6);
        if (C > 1) _tile_loadd(7, columns + W * kStep, factors.width);
        if (C > 1) _tile_dpbusd(1, 4, 7);
        if (C > 2) _tile_loadd(6, columns + 2 * W * kStep, factors.width);
        if (C > 2) _tile_dpbusd(2, 4, 6);
        if (C > 3) _tile_loadd(7, columns + 3 * W * kStep, factors.width);
        if (C > 3) _tile_dpbusd(3, 4, 7);
    }
    _tile_stored(0, to, W * sizeof(int32_t));
    if (C > 1) _tile_stored(1, to + kSums, W * sizeof(int32_t));
    if (C > 2) _tile_stored(2, to + 2 * kSums, W * sizeof(int32_t));
    if (C > 3) _tile_stored(3, to + 3 * kSums, W * sizeof(int32_t));
}

// Of one tile of columns, in two planes: of lower with lower, of lower with upper, of upper with upper.
static inline void wide_sums(const Factors& factors, int32_t* to) {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    const size_t upper = factors.steps / 2;
    for (size_t step = 0; step < upper; step += factors.at_once) {
        _tile_loadd(4, factors.rows + step * kStep, factors.apart);
        _tile_loadd(5, factors.rows + (upper + step) * kStep, factors.apart);
        _tile_loadd(6, factors.columns + step * factors.width, factors.width);
        _tile_loadd(7, factors.columns + (upper + step) * factors.width, factors.width);
        _tile_dpbuud(0, 4, 6);
        _tile_dpbusd(1, 4, 7);
        _tile_dpbssd(2, 5, 7);
        _tile_dpbsud(1, 5, 6);
    }
    _tile_stored(0, to, W * sizeof(int32_t));
    _tile_stored(1, to + kSums, W * sizeof(int32_t));
    _tile_stored(2, to + 2 * kSums, W * sizeof(int32_t));
}

// Rows of the product that are computed together, and where they lie in a tile.
struct Stretch {
    const unsigned char* levels;  // of the first row
    size_t apart;                 // bytes from one row of a tile to the next
    size_t count = 0;
    size_t heights[kTileHeight];
    const float* scales[kTileHeight];
    float* to[kTileHeight];

    // From row `first` on, those that lie `apart` parts or a multiple of that from each other, within a tile's height.
    Stretch(const LevelRows& rows, size_t first, uint32_t apart_parts, const Panel& panel)
        : levels(rows.levels + rows.places[first] * panel.part_bytes()), apart(apart_parts * panel.part_bytes()) {
        for (size_t row = first; row < rows.count && count < kTileHeight; ++row, ++count) {
            const uint32_t beyond = rows.places[row] - rows.places[first];
            if (beyond >= kTileHeight * apart_parts || beyond % apart_parts) return;
            heights[count] = beyond / apart_parts;
            scales[count] = rows.scales + rows.places[row];
            to[count] = rows.to[row] + panel.offset;
        }
    }
};

// The whole sums in a row of a tile, or of the three tiles of a wide one.
template <bool Wide>
static inline __m512i whole_sums(const int32_t* tile) {
    __m512i sum = _mm512_load_si512(tile);
    if constexpr (Wide) {
        sum = _mm512_add_epi32(sum, _mm512_slli_epi32(_mm512_load_si512(tile + kSums), 8));
        sum = _mm512_add_epi32(sum, _mm512_slli_epi32(_mm512_load_si512(tile + 2 * kSums), 16));
    }
    return sum;
}

// The sums of several parts first, and then what they are worth: what a tile has just stored cannot be loaded at once.
// Three parts are as many as leave the first cache room for rows and columns.
template <int C, bool Wide>
static inline void level_tile(const Stretch& stretch, const Panel panel, size_t at_once) {
    constexpr size_t planes = Wide ? 3 : 1, parts = Wide ? 1 : 3;
    alignas(64) int32_t whole[parts * C * planes * kSums];
    for (size_t first = 0; first < panel.parts; first += parts) {
        const size_t after = first + parts < panel.parts ? first + parts : panel.parts;
        for (size_t part = first; part < after; ++part) {
            const unsigned char* rows = stretch.levels + part * panel.part_bytes();
            Factors factors{rows, panel.of_part(part), stretch.apart, panel.columns * kStep, panel.steps, at_once};
            int32_t* to = whole + (part - first) * C * planes * kSums;
            if constexpr (!Wide) narrow_sums<C>(factors, to);
            for (size_t column = 0; Wide && column < C; ++column, factors.columns += W * kStep)
                wide_sums(factors, to + column * planes * kSums);
        }
        for (size_t row = 0; row < stretch.count; ++row)
            written_out<C>([&](auto c) {
                const int32_t* sums = whole + c * planes * kSums + stretch.heights[row] * W;
                float* to = stretch.to[row] + c * W;
                V sum = first ? load(to) : panel.bias ? load(panel.bias + c * W) : zero();
                for (size_t part = first; part < after; ++part, sums += C * planes * kSums)
                    sum = add_part(sum, set1(stretch.scales[row][part]), panel, part, c * W, whole_sums<Wide>(sums));
                store(to, panel.positive && after == panel.parts ? max(sum, zero()) : sum);
            });
    }
}

// Parts from one row to the next, where they are nearest to each other.
static inline uint32_t smallest_step(const LevelRows& rows, uint32_t parts) {
    uint32_t smallest = parts;
    for (size_t row = 1; row < rows.count; ++row) {
        const uint32_t step = rows.places[row] - rows.places[row - 1];
        if (step && step < smallest) smallest = step;
    }
    return smallest;
}

template <bool Wide>
static void level_columns(const LevelRows& rows, const Panel& panel) {
    const size_t at_once = tile_steps(Wide ? panel.steps / 2 : panel.steps);
    const uint32_t apart = smallest_step(rows, static_cast<uint32_t>(panel.parts));
    shape_tiles(at_once);
    for (size_t first = 0; first < rows.count;) {
        const Stretch stretch(rows, first, apart, panel);
        switch (panel.columns / W) {
            case 1: level_tile<1, Wide>(stretch, panel, at_once); break;
            case 2: level_tile<2, Wide>(stretch, panel, at_once); break;
            case 3: level_tile<3, Wide>(stretch, panel, at_once); break;
            default: level_tile<4, Wide>(stretch, panel, at_once); break;
        }
        first += stretch.count;
    }
    _tile_release();
}
