// The pattern that chunks are cut by. See emotag_model.text.splitter, whose alternatives these are, in its order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "characters.h"

namespace emotag {

enum class Kind { kUrl, kEmail, kCode, kPath, kEscape, kMask, kCommunity, kUser, kEmoticon, kSarcasm, kWord, kNumber,
                  kFlag, kEmoji, kShout, kDots, kSign };

struct Match {
    Kind kind;
    size_t end;
};

// Emoticons by their first character, the longest first.
class Emoticons {
public:
    struct Each {
        std::vector<uint32_t> signs;
        bool letters;  // begins or ends with a letter or digit
        uint32_t value;
    };

    void add(Span signs, bool letters, uint32_t value);
    void finish();
    const std::vector<Each>& all() const { return all_; }
    // Where in `all` those begin that start with this character; they stand together.
    size_t first(uint32_t character) const;
    // The longest one that [begin, end) begins with, or null.
    const Each* longest(const uint32_t* begin, const uint32_t* end) const;
    bool is_one(const uint32_t* begin, size_t size) const;

private:
    std::vector<Each> all_;
    bool starts_[128] = {};
};

// One chunk, its characters and their properties.
class Scanner {
public:
    // `properties` is memory to work in.
    Scanner(const Characters& characters, const Emoticons& emoticons, bool technical,
            std::vector<uint16_t>& properties)
        : characters_(characters), emoticons_(emoticons), technical_(technical), properties_(properties) {}

    // The chunk is borrowed until the next.
    void set(const Text& chunk);

    // The match at `start`, or false if nothing begins there.
    bool match(size_t start, Match& found) const;

private:
    static constexpr size_t kNo = SIZE_MAX;

    const Characters& characters_;
    const Emoticons& emoticons_;
    bool technical_;
    std::vector<uint16_t>& properties_;
    const uint32_t* text_ = nullptr;
    size_t size_ = 0;
    bool has_at_ = false, has_slash_ = false, has_decimal_ = false;

    uint32_t at(size_t place) const { return place < size_ ? text_[place] : 0; }
    uint16_t of(size_t place) const { return place < size_ ? properties_[place] : uint16_t{0}; }
    bool is_alnum(size_t place) const { return of(place) & kAlnum; }
    bool is_decimal(size_t place) const { return of(place) & kDecimal; }
    bool is_letter(size_t place) const { return (of(place) & (kAlnum | kDecimal)) == kAlnum; }  // [^\W\d_]
    bool is_word(size_t place) const { return is_alnum(place) || at(place) == '_'; }            // \w
    bool starts(size_t place, const char* with) const;
    template <class F>
    size_t run(size_t place, F holds) const {
        while (place < size_ && holds(place)) ++place;
        return place;
    }

    size_t url(size_t start) const;
    size_t email(size_t start) const;
    size_t code(size_t start) const;
    size_t uuid(size_t start) const;
    size_t path(size_t start) const;
    size_t segments(size_t start, uint32_t separator, size_t least) const;
    size_t named(size_t start, uint32_t letter) const;
    size_t user(size_t start) const;
    size_t emoticon(size_t start) const;
    size_t emoticon_end(size_t end) const;
    size_t word(size_t start) const;
    size_t number(size_t start) const;
    bool technical(size_t start, Match& found) const;
    bool signs(size_t start, Match& found) const;
};

}  // namespace emotag
