// UTF-8 as Python writes it with "surrogatepass": lone surrogates are allowed, nothing else is that the standard forbids.
#pragma once

#include <cstddef>
#include <cstdint>

namespace emotag {

// Reads the character at `place` and moves behind it; false if there is none.
inline bool next_character(const unsigned char*& place, const unsigned char* end, uint32_t& character) {
    const uint32_t lead = *place;
    if (lead < 0x80) {
        character = lead;
        ++place;
        return true;
    }
    const size_t size = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (!size || static_cast<size_t>(end - place) < size) return false;
    character = lead & (0xffu >> (size + 1));
    for (size_t index = 1; index < size; ++index) {
        const uint32_t byte = place[index];
        if ((byte & 0xc0) != 0x80) return false;
        character = character << 6 | (byte & 0x3f);
    }
    if ((size == 3 && character < 0x800) || (size == 4 && (character < 0x10000 || character > 0x10ffff))) return false;
    place += size;
    return true;
}

}  // namespace emotag
