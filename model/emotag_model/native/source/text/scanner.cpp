#include "scanner.h"

#include <algorithm>

namespace emotag {

void Emoticons::add(Span signs, bool letters, uint32_t value) {
    if (!signs.size) throw Refused("rules.emoticons: one is empty");
    all_.push_back({{signs.begin, signs.end()}, letters, value});
    if (signs[0] < 128) starts_[signs[0]] = true;
}

void Emoticons::finish() {
    std::stable_sort(all_.begin(), all_.end(), [](const Each& left, const Each& right) {
        if (left.signs[0] != right.signs[0]) return left.signs[0] < right.signs[0];
        return left.signs.size() > right.signs.size();
    });
}

size_t Emoticons::first(uint32_t character) const {
    if (character < 128 && !starts_[character]) return all_.size();
    const auto found = std::lower_bound(all_.begin(), all_.end(), character, [](const Each& each, uint32_t wanted) {
        return each.signs[0] < wanted;
    });
    return static_cast<size_t>(found - all_.begin());
}

const Emoticons::Each* Emoticons::longest(const uint32_t* begin, const uint32_t* end) const {
    const auto size = static_cast<size_t>(end - begin);
    for (size_t index = first(*begin); index < all_.size() && all_[index].signs[0] == *begin; ++index) {
        const auto& signs = all_[index].signs;
        if (signs.size() <= size && std::equal(signs.begin(), signs.end(), begin)) return &all_[index];
    }
    return nullptr;
}

bool Emoticons::is_one(const uint32_t* begin, size_t size) const {
    const Each* found = size ? longest(begin, begin + size) : nullptr;
    return found && found->signs.size() == size;
}

void Scanner::set(const Text& chunk) {
    text_ = chunk.data();
    size_ = chunk.size();
    properties_.resize(size_);
    has_at_ = has_slash_ = has_decimal_ = false;
    for (size_t place = 0; place < size_; ++place) {
        const uint32_t character = text_[place];
        properties_[place] = characters_.properties(character);
        has_at_ |= character == '@';
        has_slash_ |= character == '/' || character == '\\';
        has_decimal_ |= (properties_[place] & kDecimal) != 0;
    }
}

bool Scanner::starts(size_t place, const char* with) const {
    for (; *with; ++with, ++place)
        if (at(place) != static_cast<unsigned char>(*with)) return false;
    return true;
}

bool Scanner::match(size_t start, Match& found) const {
    const auto is = [&](Kind kind, size_t end) {
        if (end == kNo) return false;
        found = {kind, end};
        return true;
    };
    const bool inside = start > 0 && is_alnum(start - 1);
    if (is(Kind::kUrl, url(start)) || (technical_ && technical(start, found))) return true;
    if (starts(start, "[name]") || starts(start, "[religion]"))
        return is(Kind::kMask, start + (at(start + 1) == 'n' ? 6 : 10));
    if (!inside && (is(Kind::kCommunity, named(start, 'r')) || is(Kind::kUser, user(start)))) return true;
    if (is(Kind::kEmoticon, emoticon(start))) return true;
    if (has_slash_ && starts(start, "/s") && !(start > 0 && is_word(start - 1)) && !is_word(start + 2))
        return is(Kind::kSarcasm, start + 2);
    return is(Kind::kWord, word(start)) || is(Kind::kNumber, number(start)) || signs(start, found);
}

// (?:https?://|www\.)[^\s)\]>"]*
size_t Scanner::url(size_t start) const {
    size_t from;
    if (starts(start, "https://"))
        from = start + 8;
    else if (starts(start, "http://"))
        from = start + 7;
    else if (starts(start, "www."))
        from = start + 4;
    else
        return kNo;
    return run(from, [&](size_t place) {
        const uint32_t character = text_[place];
        return !(of(place) & kSpace) && character != ')' && character != ']' && character != '>' && character != '"';
    });
}

bool Scanner::technical(size_t start, Match& found) const {
    const auto is = [&](Kind kind, size_t end) {
        if (end == kNo) return false;
        found = {kind, end};
        return true;
    };
    if (has_at_ && is(Kind::kEmail, email(start))) return true;
    // Without a digit only a UUID of letters is one, and its first dash stands there.
    if ((has_decimal_ || at(start + 8) == '-') && is(Kind::kCode, code(start))) return true;
    if (!has_slash_) return false;
    if (is(Kind::kPath, path(start))) return true;
    const uint32_t next = at(start + 1);
    const bool escaped = next == 'n' || next == 'r' || next == 't' || next == '"' || next == '\'';
    return at(start) == '\\' && escaped && is(Kind::kEscape, start + 2);
}

// (?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)++
size_t Scanner::email(size_t start) const {
    const auto local = [&](size_t place) {
        const uint32_t character = text_[place];
        return is_word(place) || character == '.' || character == '+' || character == '-';
    };
    const auto domain = [&](size_t place) { return is_word(place) || text_[place] == '-'; };
    if (start > 0 && local(start - 1)) return kNo;
    const size_t sign = run(start, local);
    if (sign == start || at(sign) != '@') return kNo;
    const size_t dot = run(sign + 1, domain);
    if (dot == sign + 1) return kNo;
    size_t end = dot;
    while (at(end) == '.') {
        const size_t after = run(end + 1, domain);
        if (after == end + 1) break;
        end = after;
    }
    return end > dot ? end : kNo;
}

// (?<![^\W_])(?: uuid(?![^\W_]) | (?=[^\W\d_]*+\d)(?=\d*+[^\W\d_])[^\W_]{16,}+ )
size_t Scanner::code(size_t start) const {
    if (!is_alnum(start) || (start > 0 && is_alnum(start - 1))) return kNo;
    const size_t end = uuid(start);
    if (end != kNo) return end;
    const auto letter = [&](size_t place) { return is_letter(place); };
    const auto decimal = [&](size_t place) { return is_decimal(place); };
    if (!is_decimal(run(start, letter)) || !is_letter(run(start, decimal))) return kNo;
    const size_t after = run(start, [&](size_t place) { return is_alnum(place); });
    return after - start >= 16 ? after : kNo;
}

// [0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![^\W_])
size_t Scanner::uuid(size_t start) const {
    size_t place = start;
    for (const size_t digits : {8, 4, 4, 4, 12}) {
        if (place > start && at(place++) != '-') return kNo;
        for (const size_t end = place + digits; place < end; ++place) {
            const uint32_t character = at(place);
            if (!(character - '0' < 10u || character - 'a' < 6u)) return kNo;
        }
    }
    return is_alnum(place) ? kNo : place;
}

// (?<![\w/.\\])(?: [a-z]:(?:\\[\w.-]++)++ | (?!/[ru]/)(?:~|\.{1,2})?(?:/[\w.-]++){2,}+/?+ )
size_t Scanner::path(size_t start) const {
    if (start > 0) {
        const uint32_t before = text_[start - 1];
        if (is_word(start - 1) || before == '/' || before == '.' || before == '\\') return kNo;
    }
    const uint32_t character = at(start);
    if (character - 'a' < 26u && at(start + 1) == ':') return segments(start + 2, '\\', 1);
    if (character == '/' && (at(start + 1) == 'r' || at(start + 1) == 'u') && at(start + 2) == '/') return kNo;
    size_t from = start;
    if (character == '~') ++from;
    if (character == '.') from += at(start + 1) == '.' ? 2 : 1;
    const size_t end = segments(from, '/', 2);
    return end != kNo && at(end) == '/' ? end + 1 : end;
}

size_t Scanner::segments(size_t start, uint32_t separator, size_t least) const {
    size_t end = start, count = 0;
    while (at(end) == separator) {
        const size_t after = run(end + 1, [&](size_t place) {
            return is_word(place) || text_[place] == '.' || text_[place] == '-';
        });
        if (after == end + 1) break;
        end = after;
        ++count;
    }
    return count >= least ? end : kNo;
}

// /?r/\w+, or with another letter
size_t Scanner::named(size_t start, uint32_t letter) const {
    const size_t from = at(start) == '/' ? start + 1 : start;
    if (at(from) != letter || at(from + 1) != '/') return kNo;
    const size_t end = run(from + 2, [&](size_t place) { return is_word(place); });
    return end > from + 2 ? end : kNo;
}

// (?:/?u/|@)\w+
size_t Scanner::user(size_t start) const {
    if (at(start) != '@') return named(start, 'u');
    const size_t end = run(start + 1, [&](size_t place) { return is_word(place); });
    return end > start + 1 ? end : kNo;
}

// Those with a letter at one end stand alone; a bracket that ends one of the others may be drawn out.
size_t Scanner::emoticon(size_t start) const {
    if (start >= size_) return kNo;
    const bool inside = start > 0 && is_alnum(start - 1);
    const auto& all = emoticons_.all();
    const size_t first = emoticons_.first(text_[start]);
    for (const bool letters : {true, false}) {
        if (letters && inside) continue;
        for (size_t index = first; index < all.size() && all[index].signs[0] == text_[start]; ++index) {
            const auto& signs = all[index].signs;
            if (all[index].letters != letters || signs.size() > size_ - start ||
                !std::equal(signs.begin(), signs.end(), text_ + start))
                continue;
            const size_t end = start + signs.size(), drawn = letters ? end : emoticon_end(end);
            if (!is_alnum(drawn)) return drawn;
            if (!is_alnum(end)) return end;
        }
    }
    return kNo;
}

size_t Scanner::emoticon_end(size_t end) const {
    const uint32_t bracket = text_[end - 1];
    if (bracket != '(' && bracket != ')') return end;
    return run(end, [&](size_t place) { return text_[place] == bracket; });
}

// '?[^\W\d_]+(?:['-][^\W\d_]+)*
size_t Scanner::word(size_t start) const {
    const auto letter = [&](size_t place) { return is_letter(place); };
    const size_t from = at(start) == '\'' ? start + 1 : start;
    size_t end = run(from, letter);
    if (end == from) return kNo;
    while ((at(end) == '\'' || at(end) == '-') && is_letter(end + 1)) end = run(end + 1, letter);
    return end;
}

// \d++(?:[.,:/]\d++)*+(?:(?:st|nd|rd|th|s)(?![^\W_]))?
size_t Scanner::number(size_t start) const {
    const auto decimal = [&](size_t place) { return is_decimal(place); };
    size_t end = run(start, decimal);
    if (end == start) return kNo;
    for (;;) {
        const uint32_t sign = at(end);
        if ((sign != '.' && sign != ',' && sign != ':' && sign != '/') || !is_decimal(end + 1)) break;
        end = run(end + 1, decimal);
    }
    for (const char* ending : {"st", "nd", "rd", "th"})
        if (starts(end, ending) && !is_alnum(end + 2)) return end + 2;
    return at(end) == 's' && !is_alnum(end + 1) ? end + 1 : end;
}

bool Scanner::signs(size_t start, Match& found) const {
    const uint32_t character = at(start);
    const auto is_flag = [&](size_t place) { return at(place) - 0x1f1e6u < 26u; };
    const auto is_loud = [&](size_t place) { return at(place) == '!' || at(place) == '?'; };
    if (is_flag(start))
        found = {Kind::kFlag, is_flag(start + 1) ? start + 2 : start + 1};
    else if (of(start) & kEmoji)
        found = {Kind::kEmoji, start + 1};
    else if (is_loud(start) && is_loud(start + 1))
        found = {Kind::kShout, run(start, is_loud)};
    else if (character == '.' && at(start + 1) == '.')
        found = {Kind::kDots, run(start, [&](size_t place) { return text_[place] == '.'; })};
    else if (!(of(start) & (kAlnum | kSpace)) && start < size_)
        found = {Kind::kSign, run(start, [&](size_t place) { return text_[place] == character; })};
    else
        return false;
    return true;
}

}  // namespace emotag
