#include "characters.h"

#include <algorithm>

namespace emotag {
namespace {

constexpr uint32_t kMagic = 0x55544d45, kVersion = 1, kSections = 11;  // "EMTU"
constexpr uint32_t kDropped = UINT32_MAX;
constexpr uint32_t kHangul = 0xac00, kLeading = 0x1100, kVowel = 0x1161, kTrailing = 0x11a7;
constexpr uint32_t kLeadings = 19, kVowels = 21, kTrailings = 28;

constexpr bool within(uint32_t character, uint32_t first, uint32_t count) { return character - first < count; }
constexpr bool is_hangul(uint32_t character) { return within(character, kHangul, kLeadings * kVowels * kTrailings); }
constexpr bool is_digit(uint32_t character) { return within(character, '0', 10); }

// The row of `width` numbers that begins with `key` in a sorted table, or null.
const uint32_t* find_row(Span table, size_t width, uint32_t key) {
    size_t low = 0, high = table.size / width;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (table[middle * width] < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low < table.size / width && table[low * width] == key ? table.begin + low * width : nullptr;
}

uint32_t hex_value(uint32_t character) {
    if (is_digit(character)) return character - '0';
    const uint32_t letter = character | 0x20;
    return within(letter, 'a', 6) ? letter - 'a' + 10 : 16;
}

// `[a-z]` where case does not matter: the letters of ASCII and four that have one of them as their other case.
bool is_entity_letter(uint32_t character) {
    return within(character | 0x20, 'a', 26) || character == 0x130 || character == 0x131 || character == 0x17f ||
           character == 0x212a;
}

}  // namespace

Characters::Characters(Span tables) {
    Reader reader(tables);
    reader.number(kMagic, kMagic);
    reader.number(kVersion, kVersion);
    Span sections[kSections];
    for (Span& section : sections) section = reader.sequence();
    index_ = sections[0];
    blocks_ = reinterpret_cast<const uint16_t*>(sections[1].begin);
    const size_t blocks = sections[1].size / 128;
    if (index_.size != kCount >> 8) throw Refused("characters: the index has another size");
    for (size_t block = 0; block < index_.size; ++block)
        if (index_[block] >= blocks) throw Refused("characters: the index points beyond the blocks");
    lower_ = sections[2];
    keys_ = sections[3];
    offsets_ = sections[4];
    decompositions_ = sections[5];
    classes_ = sections[6];
    compositions_ = sections[7];
    numeric_ = sections[8];
    emoji_ = sections[10];
    check();
    read_names(sections[9]);
}

void Characters::check() const {
    if (lower_.size % 3 || classes_.size % 2 || compositions_.size % 3 || numeric_.size % 2 ||
        offsets_.size != keys_.size + 1)
        throw Refused("characters: a table has rows of another size");
    for (size_t row = 0; row < keys_.size; ++row)
        if (offsets_[row] > offsets_[row + 1] || offsets_[row + 1] > decompositions_.size)
            throw Refused("characters: a decomposition lies outside");
}

void Characters::read_names(Span names) {
    Reader reader(names);
    while (!reader.done()) {
        const Span name = reader.sequence();
        if (!names_.insert(name, static_cast<uint32_t>(named_.size()))) throw Refused("characters: a name occurs twice");
        named_.push_back(reader.sequence());
    }
}

void Characters::lower(Text& text, Text& spare) const {
    spare.clear();
    for (size_t place = 0; place < text.size(); ++place) {
        const uint32_t character = text[place];
        const uint32_t* row = is(character, kLowers) ? find_row(lower_, 3, character) : nullptr;
        if (character == 0x3a3)
            spare.push_back(is_final(text, place) ? 0x3c2 : 0x3c3);
        else if (!row)
            spare.push_back(character);
        else {
            spare.push_back(row[1]);
            if (row[2]) spare.push_back(row[2]);
        }
    }
    text.swap(spare);
}

// Whether the capital sigma at `place` ends a word. What may be ignored is looked at twice at most per sigma in a
// row of them, since a sigma itself is none of it.
bool Characters::is_final(const Text& text, size_t place) const {
    size_t before = place;
    while (before > 0 && is(text[before - 1], kIgnorable)) --before;
    if (before == 0 || !is(text[before - 1], kCased)) return false;
    size_t after = place + 1;
    while (after < text.size() && is(text[after], kIgnorable)) ++after;
    return after == text.size() || !is(text[after], kCased);
}

void Characters::compose(Text& text, Text& spare) const {
    const auto active = [&](uint32_t character) { return is(character, kActive); };
    if (std::none_of(text.begin(), text.end(), active)) return;
    decompose(text, spare);
    text.swap(spare);
    order(text, spare);
    recompose(text);
}

void Characters::decompose(const Text& text, Text& to) const {
    to.clear();
    for (const uint32_t character : text) {
        if (is_hangul(character)) {
            const uint32_t syllable = character - kHangul;
            to.push_back(kLeading + syllable / (kVowels * kTrailings));
            to.push_back(kVowel + syllable / kTrailings % kVowels);
            if (syllable % kTrailings) to.push_back(kTrailing + syllable % kTrailings);
            continue;
        }
        const uint32_t* key = is(character, kActive) ? find_row(keys_, 1, character) : nullptr;
        if (!key) {
            to.push_back(character);
            continue;
        }
        const size_t row = static_cast<size_t>(key - keys_.begin);
        to.insert(to.end(), decompositions_.begin + offsets_[row], decompositions_.begin + offsets_[row + 1]);
    }
}

// Sorts runs of combining characters by their class, stably. By counting: a run may be as long as the text.
void Characters::order(Text& text, Text& spare) const {
    for (size_t first = 0; first < text.size(); ++first) {
        if (!combining(text[first])) continue;
        size_t after = first;
        bool sorted = true;
        uint32_t before = 0;
        uint32_t counts[257] = {};
        for (uint32_t of; after < text.size() && (of = combining(text[after])); ++after) {
            sorted &= before <= of;
            before = of;
            ++counts[std::min(of, 255u) + 1];
        }
        if (!sorted) {
            for (size_t of = 1; of < 257; ++of) counts[of] += counts[of - 1];
            spare.resize(after - first);
            for (size_t place = first; place < after; ++place)
                spare[counts[std::min(combining(text[place]), 255u)]++] = text[place];
            std::copy(spare.begin(), spare.end(), text.begin() + static_cast<std::ptrdiff_t>(first));
        }
        first = after - 1;
    }
}

// Canonical composition: each character joins the last starter unless one of its class or higher stands between.
void Characters::recompose(Text& text) const {
    size_t size = 0, starter = 0;
    bool open = false;     // there is a starter
    uint32_t before = 0;   // the class of the last character kept behind it; 0 for none
    for (size_t place = 0; place < text.size(); ++place) {
        const uint32_t character = text[place], of = combining(character);
        const bool adjacent = open && size == starter + 1;
        if (open && (adjacent || (before && before < of))) {
            if (const uint32_t joined = composed(text[starter], character)) {
                text[starter] = joined;
                continue;
            }
        }
        if (of == 0) {
            starter = size;
            open = true;
        }
        before = of;
        text[size++] = character;
    }
    text.resize(size);
}

uint32_t Characters::combining(uint32_t character) const {
    if (!is(character, kActive)) return 0;
    const uint32_t* row = find_row(classes_, 2, character);
    return row ? row[1] : 0;
}

uint32_t Characters::composed(uint32_t first, uint32_t second) const {
    if (within(first, kLeading, kLeadings) && within(second, kVowel, kVowels))
        return kHangul + ((first - kLeading) * kVowels + second - kVowel) * kTrailings;
    if (is_hangul(first) && (first - kHangul) % kTrailings == 0 && within(second, kTrailing + 1, kTrailings - 1))
        return first + second - kTrailing;
    const size_t rows = compositions_.size / 3;
    size_t low = 0, high = rows;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        const uint32_t* row = compositions_.begin + 3 * middle;
        if (row[0] < first || (row[0] == first && row[1] < second))
            low = middle + 1;
        else
            high = middle;
    }
    const uint32_t* row = compositions_.begin + 3 * low;
    return low < rows && row[0] == first && row[1] == second ? row[2] : 0;
}

void Characters::unescape(Text& text, Text& spare) const {
    spare.clear();
    for (size_t place = 0; place < text.size();) {
        const size_t size = text[place] == '&' ? entity(text, place) : 0;
        if (size) {
            replace(text.data() + place, size, spare);
            place += size;
        } else {
            spare.push_back(text[place++]);
        }
    }
    text.swap(spare);
}

// How long an entity from `place` on is: `&(?:#\d{1,6}|#x[0-9a-f]{1,5}|[a-z]{2,8});` whatever the case, 0 if none.
size_t Characters::entity(const Text& text, size_t place) const {
    const auto at = [&](size_t offset) { return place + offset < text.size() ? text[place + offset] : 0; };
    size_t size = 1;
    if (at(1) != '#') {
        while (size <= 8 && is_entity_letter(at(size))) ++size;
        return size >= 3 && at(size) == ';' ? size + 1 : 0;
    }
    if ((at(2) | 0x20) == 'x') {
        size = 3;
        while (size < 8 && hex_value(at(size)) < 16) ++size;
        return size > 3 && at(size) == ';' ? size + 1 : 0;
    }
    size = 2;
    while (size < 8 && is(at(size), kDecimal)) ++size;
    return size > 2 && at(size) == ';' ? size + 1 : 0;
}

// As html.unescape reads it: what is no number or name to its end is read as far as it is one.
void Characters::replace(const uint32_t* entity, size_t size, Text& to) const {
    const uint32_t* end = entity + size;
    if (entity[1] == '#' && (entity[2] | 0x20) == 'x') return replace_number(entity + 3, size - 4, 16, to);
    if (entity[1] == '#') {
        const uint32_t* digits = entity + 2;
        const uint32_t* after = std::find_if_not(digits, end, is_digit);
        if (after != digits) {
            replace_number(digits, static_cast<size_t>(after - digits), 10, to);
            to.insert(to.end(), *after == ';' ? after + 1 : after, end);
            return;
        }
    } else {
        for (size_t length = size - 1; length >= 2; --length) {
            const uint32_t found = names_.find(entity + 1, length);
            if (found == Words::kNone) continue;
            to.insert(to.end(), named_[found].begin, named_[found].end());
            to.insert(to.end(), entity + 1 + length, end);
            return;
        }
    }
    to.insert(to.end(), entity, end);
}

void Characters::replace_number(const uint32_t* digits, size_t size, uint32_t base, Text& to) const {
    uint32_t value = 0;
    for (size_t place = 0; place < size; ++place) value = value * base + hex_value(digits[place]);
    const uint32_t* row = find_row(numeric_, 2, value);
    if (row && row[1] == kDropped) return;
    to.push_back(row ? row[1] : value);
}

}  // namespace emotag
