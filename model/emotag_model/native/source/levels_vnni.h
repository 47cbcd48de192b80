// Whole sums of levels by AVX-512 VNNI: a few rows times up to four vectors of columns, all sums in registers.
#pragma once

constexpr size_t kBeyond = 0;  // rows that are read, but not used, after the last

// Levels of twelve bits are words of sixteen: `whole` are those of the values from `place` on, of a part of `width`.
static inline void put_wide(unsigned char* to, size_t width, size_t place, __m512i whole) {
    (void)width;
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + 2 * place), _mm512_cvtepi32_epi16(whole));
}

// Where a byte of the level of a `row` of a column lies.
static inline size_t wide_place(size_t depth, size_t row, size_t byte) {
    (void)depth;
    return 2 * row + byte;
}

// Whole sums of one part of R rows → [R][C vectors].
template <int R, int C, bool Wide>
static inline void level_sums(const LevelRows& rows, size_t first, const Panel& panel, size_t part, int32_t* to) {
    __m512i whole[R][C];
    const unsigned char* from[R];
    const unsigned char* levels = panel.of_part(part);
    written_out<R>([&](auto r) {
        from[r] = rows.levels + (rows.places[first + r] + part) * panel.part_bytes();
        written_out<C>([&](auto c) { whole[r][c] = _mm512_setzero_si512(); });
    });
    for (size_t step = 0; step < panel.steps; ++step, levels += C * W * kStep) {
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
static inline void level_tile(const LevelRows& rows, size_t first, const Panel& panel) {
    alignas(64) int32_t whole[R * C * W];
    for (size_t part = 0; part < panel.parts; ++part) {
        level_sums<R, C, Wide>(rows, first, panel, part, whole);
        for (size_t r = 0; r < R; ++r) {
            const V worth = set1(rows.scales[rows.places[first + r] + part]);
            for (size_t c = 0; c < C; ++c) {
                float* to = rows.to[first + r] + panel.offset + c * W;
                const V before = part ? load(to) : panel.bias ? load(panel.bias + c * W) : zero();
                const __m512i sums = _mm512_load_si512(whole + (r * C + c) * W);
                const V sum = add_part(before, worth, panel, part, c * W, sums);
                store(to, panel.positive && part + 1 == panel.parts ? max(sum, zero()) : sum);
            }
        }
    }
}

template <int C, bool Wide>
static inline void level_rows(size_t count, const LevelRows& rows, size_t first, const Panel& panel) {
    switch (count) {
        case 1: return level_tile<1, C, Wide>(rows, first, panel);
        case 2: return level_tile<2, C, Wide>(rows, first, panel);
        case 3: return level_tile<3, C, Wide>(rows, first, panel);
        case 4: return level_tile<4, C, Wide>(rows, first, panel);
        case 5: return level_tile<5, C, Wide>(rows, first, panel);
        default: return level_tile<6, C, Wide>(rows, first, panel);
    }
}

template <bool Wide>
static void level_columns(const LevelRows& rows, const Panel& panel) {
    const size_t tiles = (rows.count + kTileRows - 1) / kTileRows;
    for (size_t index = 0, first = 0; index < tiles; ++index) {
        const size_t after = rows.count * (index + 1) / tiles;
        switch (panel.columns / W) {
            case 1: level_rows<1, Wide>(after - first, rows, first, panel); break;
            case 2: level_rows<2, Wide>(after - first, rows, first, panel); break;
            case 3: level_rows<3, Wide>(after - first, rows, first, panel); break;
            default: level_rows<4, Wide>(after - first, rows, first, panel); break;
        }
        first = after;
    }
}
