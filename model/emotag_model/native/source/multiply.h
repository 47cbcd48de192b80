// The products of this instruction set: in single precision, or in whole numbers where there are and scores bear it.
#pragma once

// Rows that begin, in ascending order, in `table` [tabled][depth / parts], times a matrix that may be rounded.
static void multiply(const Rows& rows, const float* table, size_t tabled, const Matrix& matrix, bool positive) {
#ifdef EMOTAG_LEVELS
    if (matrix.parts) return coarse_product(rows, table, tabled, matrix, positive);
#else
    (void)table;
    (void)tabled;
#endif
    product(rows, matrix, positive);
}

static size_t packed_size(const Matrix& matrix) {
#ifdef EMOTAG_LEVELS
    if (matrix.parts) return coarse_packed_size(matrix);
#endif
    return exact_packed_size(matrix);
}

static void pack_matrix(const float* from, const Matrix& matrix, float* to) {
#ifdef EMOTAG_LEVELS
    if (matrix.parts) return coarse_pack(from, matrix, to);
#endif
    exact_pack(from, matrix, to);
}

// Values of `Rows::spare` that the products of a block need, whose convolutions read so many rows.
static size_t spare_size(const Network& net, size_t hidden_rows, size_t tokens) {
#ifdef EMOTAG_LEVELS
    size_t widest = 2 * net.state;
    for (size_t index = 0; index + 1 < net.convs; ++index) {
        const size_t width = net.further[index].depth / net.taps;
        widest = width > widest ? width : widest;
    }
    return coarse_spare_size(2 * hidden_rows, (widest + 1) / 2, tokens, net.deepest());
#else
    (void)net;
    (void)hidden_rows;
    (void)tokens;
    return 0;
#endif
}
