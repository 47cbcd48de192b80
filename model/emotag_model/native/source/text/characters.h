// What Unicode says of characters, as the Python that made the tables knows it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "reader.h"
#include "words.h"

namespace emotag {

using Text = std::vector<uint32_t>;

enum Property : uint16_t {
    kAlnum = 1,       // str.isalnum
    kDecimal = 2,     // str.isdecimal
    kAlpha = 4,       // str.isalpha
    kSpace = 8,       // str.isspace
    kSilent = 16,     // shows nothing by itself and is dropped
    kEmoji = 32,      // emotag_model.text.emoji.EMOJI
    kCased = 64,      // in the context of a final sigma
    kIgnorable = 128, // ditto
    kLowers = 256,    // str.lower changes it
    kActive = 512,    // NFKC may change it, or what stands before it
};

class Characters {
public:
    // The tables are borrowed. Throws Refused for what is none.
    explicit Characters(Span tables);

    uint16_t properties(uint32_t character) const {
        return character < kCount ? blocks_[index_[character >> 8] << 8 | (character & 255)] : 0;
    }
    bool is(uint32_t character, uint16_t property) const { return properties(character) & property; }

    // str.lower, in place; `spare` is memory to work in.
    void lower(Text& text, Text& spare) const;

    // unicodedata.normalize("NFKC", text), in place.
    void compose(Text& text, Text& spare) const;

    // html.unescape of what `_ENTITY` of the splitter matches, in place.
    void unescape(Text& text, Text& spare) const;

    // Calls `each(emoji, words of its name as a Reader of `count` sequences)`.
    template <class F>
    void each_emoji(F each) const {
        Reader reader(emoji_);
        while (!reader.done()) {
            const uint32_t emoji = reader.number(), count = reader.number();
            std::vector<Span> words;
            for (uint32_t word = 0; word < count; ++word) words.push_back(reader.sequence());
            each(emoji, words);
        }
    }

private:
    static constexpr uint32_t kCount = 0x110000;

    Span index_, lower_, keys_, offsets_, decompositions_, classes_, compositions_, numeric_, emoji_;
    const uint16_t* blocks_ = nullptr;
    Words names_;  // of entities
    std::vector<Span> named_;

    void check() const;
    void read_names(Span names);
    bool is_final(const Text& text, size_t place) const;
    void decompose(const Text& text, Text& to) const;
    void order(Text& text, Text& spare) const;
    void recompose(Text& text) const;
    uint32_t combining(uint32_t character) const;
    uint32_t composed(uint32_t first, uint32_t second) const;
    size_t entity(const Text& text, size_t place) const;
    void replace(const uint32_t* entity, size_t size, Text& to) const;
    void replace_number(const uint32_t* digits, size_t size, uint32_t base, Text& to) const;
};

}  // namespace emotag
