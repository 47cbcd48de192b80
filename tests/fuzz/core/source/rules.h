// Rules and characters that are damaged, cut short or made up: they are refused, or what is made of them works.
#pragma once

#include "text/encoder.h"
#include "bytes.h"

namespace fuzz {

// Numbers that a byte with its highest bit stands for, where others stand for themselves.
constexpr uint32_t kHostile[] = {UINT32_MAX, 0x80000000u, 0x7fffffffu, 1u << 24, (1u << 24) + 1, 0x10ffff, 0x110000,
                                 0xd800,     0xffff,      1u << 20,    1u << 28, 0x1f642,       0x3a3,    12000,
                                 256,        'a' << 24};

inline uint32_t number_of(uint8_t byte) { return byte < 128 ? byte : kHostile[byte % 16]; }

// Some numbers become others: where, as two bytes or four, and what, as four or as one of the hostile ones.
inline void damage(Numbers& numbers, Bytes& bytes) {
    while (bytes.left()) {
        const uint8_t way = bytes.next();
        const size_t place = way & 1 ? bytes.wide() : bytes.next() * 256u + bytes.next();
        numbers[place % numbers.size()] = way & 2 ? bytes.wide() : number_of(bytes.next());
    }
}

inline Numbers invent(const Numbers& rules, Bytes& bytes) {
    Numbers made(rules.begin(), rules.begin() + 2);  // or all that follows would be refused at sight
    while (bytes.left()) made.push_back(number_of(bytes.next()));
    return made;
}

// Both lie in memory of exactly their size, so that reading beyond it is noticed.
inline void use(const Numbers& characters, const Numbers& rules) {
    static const std::string text =
        "I'm sooo haha :) \xf0\x9f\x99\x82 well-good 12th &amp;&lt; \xce\x91\xce\xa3 \xc3\x89 e\xcc\x81\xcc\xa3 "
        "\xea\xb0\x81 \xef\xb7\xba don't!! hapy www.x.y [name] a aa ab.";
    emotag::Encoder made({characters.data(), characters.size()}, {rules.data(), rules.size()});
    std::vector<int32_t> ids;
    made.encode(reinterpret_cast<const unsigned char*>(text.data()), text.size(), ids);
    require(ids.size() <= made.max_tokens(), "a text has no more ids than there is room for");
    for (const int32_t id : ids) require(id >= 0 && static_cast<size_t>(id) < made.rows(), "ids are rows of the table");
}

inline void rules(const uint8_t* data, size_t size) {
    static const Numbers whole = load("rules.bin");
    Bytes bytes(data, size);
    const uint8_t way = bytes.next() % 8;
    if (way < 4) {
        Numbers made = invent(whole, bytes);
        made.shrink_to_fit();
        use(characters(), made);
    } else if (way == 4) {
        Numbers about = characters();
        damage(about, bytes);
        use(about, whole);
    } else {
        const size_t count = way == 5 ? 1 + bytes.wide() % whole.size() : whole.size();
        Numbers damaged(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(count));
        damage(damaged, bytes);
        use(characters(), damaged);
    }
}

}  // namespace fuzz
