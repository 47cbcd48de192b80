#include "encoder.h"

#include <algorithm>
#include <cstring>

#include "laugh.h"
#include "utf8.h"

namespace emotag {
namespace {

constexpr uint32_t kMagic = 0x52544d45, kVersion = 3;  // "EMTR"
constexpr size_t kLongestChunk = 8192;
constexpr const char* kMarkWords[] = {"<url>", "<user>", "<community>", "<email>", "<path>", "<code>", "<flag>",
                                      "...",   "!!",     "??",          "?!",      "haha",   "'"};
constexpr const char* kCliticWords[] = {"n't", "'s", "'m", "'re", "'ve", "'ll", "'d", "'em"};

constexpr char kSigns[] = ",.!?;:)\"]*";

constexpr bool is_ascii_letter(uint32_t character) { return (character | 0x20) - 'a' < 26u; }

bool ends_with(const uint32_t* word, size_t size, const char* ending) {
    const size_t length = std::strlen(ending);
    if (length > size) return false;
    for (size_t place = 0; place < length; ++place)
        if (word[size - length + place] != static_cast<unsigned char>(ending[place])) return false;
    return true;
}

// What a byte of ASCII is to the loop that cuts texts into chunks.
struct Ascii {
    unsigned char lower[128];
    bool letter[128], space[128];

    Ascii() {
        for (unsigned byte = 0; byte < 128; ++byte) {
            letter[byte] = is_ascii_letter(byte);
            lower[byte] = static_cast<unsigned char>(byte - 'A' < 26u ? byte | 0x20 : byte);
            space[byte] = byte == ' ' || byte - 9 < 5u || byte - 28 < 4u;
        }
    }
};
const Ascii kAscii;

}  // namespace

// One text under way.
class Reading {
public:
    Reading(const Encoder& encoder, Encoder::Work& work, Sink& sink)
        : encoder_(encoder),
          work_(work),
          sink_(sink),
          scanner_(encoder.characters_, encoder.emoticons_, encoder.technical_, work.properties) {}

    // Chunks between white space; text that was checked to be UTF-8.
    void read(const unsigned char* text, const unsigned char* end) {
        while (text < end && !sink_.overflowed()) text = read_chunk(text, end);
    }

private:
    const Encoder& encoder_;
    Encoder::Work& work_;
    Sink& sink_;
    Scanner scanner_;

    // Most chunks are one word of ASCII, perhaps with one sign behind it, and are looked up as they are read.
    const unsigned char* read_chunk(const unsigned char* start, const unsigned char* end) {
        PlainWords::Word word;
        const unsigned char* place = start;
        for (; place < end && *place < 128 && kAscii.letter[*place] && word.size < PlainWords::kLongest; ++place)
            word.add(kAscii.lower[*place]);
        if (place < end && *place < 128 && kAscii.space[*place] && !word.size) return place + 1;
        const unsigned char* after = place;
        const bool sign = word.size && place < end && *place < 128 && encoder_.signs_[*place].end && ++after;
        if (word.size && (after == end || (*after < 128 && kAscii.space[*after]))) {
            const uint32_t found = encoder_.plain_.find(word);
            if (found != Words::kNone) {
                if (found & Encoder::kSequence)
                    encoder_.put(encoder_.sequences_[found & ~Encoder::kSequence], sink_);
                else
                    sink_.put(found);
                if (sign) encoder_.put(encoder_.signs_[*place], sink_);
                return after;
            }
        }
        return read_any(start, end);
    }

    const unsigned char* read_any(const unsigned char* place, const unsigned char* end) {
        Text& chunk = work_.chunk;
        chunk.clear();
        while (place < end) {
            uint32_t character = 0;
            const unsigned char* before = place;
            if (!next_character(place, end, character)) throw Refused("text: is not UTF-8");
            if (character < 128 ? kAscii.space[character] : encoder_.characters_.is(character, kSpace)) {
                if (chunk.empty()) return place;
                place = before;
                break;
            }
            chunk.push_back(character);
        }
        cut();
        return place;
    }

    void cut() {
        Text& chunk = work_.chunk;
        if (std::all_of(chunk.begin(), chunk.end(), is_ascii_letter)) {
            lower_ascii();
            if (!encoder_.emoticons_.is_one(chunk.data(), chunk.size())) return word(chunk.data(), chunk.size());
        }
        if (std::find(chunk.begin(), chunk.end(), '&') != chunk.end())
            encoder_.characters_.unescape(chunk, work_.spare);
        const auto printable = [](uint32_t character) { return character - 0x20 < 0x5f; };
        if (std::all_of(chunk.begin(), chunk.end(), printable)) {
            lower_ascii();
        } else {
            show();
            encoder_.characters_.lower(chunk, work_.spare);
        }
        for (uint32_t& character : chunk) character = quote(character);
        scanner_.set(chunk);
        Match match{};
        for (size_t place = 0; place < chunk.size() && !sink_.overflowed();) {
            if (!scanner_.match(place, match)) {
                ++place;
                continue;
            }
            take(match.kind, chunk.data() + place, match.end - place);
            place = match.end;
        }
    }

    void lower_ascii() {
        for (uint32_t& character : work_.chunk)
            if (character - 'A' < 26u) character |= 0x20;
    }

    static uint32_t quote(uint32_t character) {
        switch (character) {
            case '`': case 0xb4: case 0x2018: case 0x2019: return '\'';
            case 0x201c: case 0x201d: return '"';
            default: return character;
        }
    }

    // Composes characters and drops those that show nothing by themselves.
    void show() {
        Text& chunk = work_.chunk;
        size_t size = 0;
        for (size_t place = 0; place < chunk.size(); ++place) {
            const bool gender = chunk[place] == 0x200d && place + 1 < chunk.size() &&
                                (chunk[place + 1] == 0x2640 || chunk[place + 1] == 0x2642);
            if (gender)
                ++place;
            else
                chunk[size++] = chunk[place];
        }
        chunk.resize(size);
        encoder_.characters_.compose(chunk, work_.spare);
        if (chunk.size() > kLongestChunk) chunk.resize(kLongestChunk);
        const auto silent = [&](uint32_t character) { return encoder_.characters_.is(character, kSilent); };
        chunk.erase(std::remove_if(chunk.begin(), chunk.end(), silent), chunk.end());
    }

    void take(Kind kind, const uint32_t* found, size_t size) {
        using E = Encoder;
        switch (kind) {
            case Kind::kUrl: return mark(E::kUrl);
            case Kind::kEmail: return mark(E::kEmail);
            case Kind::kCode: return mark(E::kCode);
            case Kind::kPath: return mark(E::kPath);
            case Kind::kCommunity: return mark(E::kCommunity);
            case Kind::kUser: return mark(E::kUser);
            case Kind::kFlag: return mark(E::kFlag);
            case Kind::kDots: return mark(E::kDots);
            case Kind::kEscape: return;
            case Kind::kEmoticon: return emoticon(found, size);
            case Kind::kWord: return word(found, size);
            case Kind::kShout: return shout(found, size);
            case Kind::kSign: return encoder_.resolver_.resolve(found, 1, sink_);
            case Kind::kMask: case Kind::kSarcasm: case Kind::kNumber: case Kind::kEmoji:
                return encoder_.resolver_.resolve(found, size, sink_);
        }
    }

    void mark(Encoder::Mark mark) { encoder_.put(encoder_.marks_[mark], sink_); }

    void shout(const uint32_t* found, size_t size) {
        const bool asks = std::find(found, found + size, '?') != found + size;
        const bool calls = std::find(found, found + size, '!') != found + size;
        mark(asks && calls ? Encoder::kDoubting : asks ? Encoder::kAsking : Encoder::kLoud);
    }

    void emoticon(const uint32_t* found, size_t size) {
        const Emoticons::Each* longest = encoder_.emoticons_.longest(found, found + size);
        encoder_.put(encoder_.sequences_[longest->value], sink_);
    }

    void word(const uint32_t* word, size_t size) {
        size_t found[2], count = 0;
        while (count < 2) {
            size_t clitic = 0;
            while (clitic < Encoder::kClitics && !ends_with(word, size, kCliticWords[clitic])) ++clitic;
            if (clitic == Encoder::kClitics) break;
            size -= std::strlen(kCliticWords[clitic]);
            found[count++] = clitic;
        }
        if (size > 1 && word[0] == '\'') {
            mark(Encoder::kQuote);
            ++word;
            --size;
        }
        stem(word, size);
        while (count) encoder_.put(encoder_.clitics_[found[--count]], sink_);
    }

    void stem(const uint32_t* stem, size_t size) {
        const uint32_t spelling = encoder_.spellings_.find(stem, size);
        if (spelling != Words::kNone)
            encoder_.put(encoder_.sequences_[spelling], sink_);
        else if (size && is_laugh(stem, size))
            mark(Encoder::kLaugh);
        else if (size)
            encoder_.resolver_.resolve(stem, size, sink_);
    }
};

Encoder::Encoder(Span characters, Span rules) : characters_(characters), resolver_(characters_) {
    Reader reader(rules);
    reader.number(kMagic, kMagic);
    reader.number(kVersion, kVersion);
    max_tokens_ = reader.number(1, 1u << 20);
    max_characters_ = reader.number(1, 1u << 28);
    technical_ = reader.number(0, 1);
    resolver_.read(reader);
    for (size_t mark = 0; mark < kMarks; ++mark) marks_[mark] = resolve(kMarkWords[mark]);
    for (size_t clitic = 0; clitic < kClitics; ++clitic) clitics_[clitic] = resolve(kCliticWords[clitic]);
    read_emoticons(reader);
    read_spellings(reader);
    if (!reader.done()) throw Refused("rules: there is more than they need");
    find_plain();
    find_signs();
}

Encoder::Ids Encoder::resolve(const uint32_t* word, size_t size) {
    const auto begin = static_cast<uint32_t>(ids_.size());
    Sink sink(ids_, SIZE_MAX / 2);
    resolver_.resolve(word, size, sink);
    return {begin, static_cast<uint32_t>(ids_.size())};
}

Encoder::Ids Encoder::resolve(const char* word) {
    const Text characters(word, word + std::strlen(word));
    return resolve(characters.data(), characters.size());
}

void Encoder::read_emoticons(Reader& rules) {
    for (uint32_t left = rules.number(); left; --left) {
        const Span signs = rules.sequence(), word = rules.sequence();
        const bool letters = signs.size && (characters_.is(signs[0], kAlnum) ||
                                            characters_.is(signs[signs.size - 1], kAlnum));
        emoticons_.add(signs, letters, static_cast<uint32_t>(sequences_.size()));
        sequences_.push_back(resolve(word.begin, word.size));
    }
    emoticons_.finish();
}

void Encoder::read_spellings(Reader& rules) {
    for (uint32_t left = rules.number(); left; --left) {
        const Span word = rules.sequence();
        const auto begin = static_cast<uint32_t>(ids_.size());
        for (uint32_t parts = rules.number(); parts; --parts) {
            const Span part = rules.sequence();
            resolve(part.begin, part.size);
        }
        spellings_.insert(word, static_cast<uint32_t>(sequences_.size()));
        sequences_.push_back({begin, static_cast<uint32_t>(ids_.size())});
    }
}

// Words that a chunk may consist of without any pattern but the one for words having to be asked.
bool Encoder::is_plain(Span word) const {
    constexpr uint32_t www[] = {'w', 'w', 'w'};  // with a dot behind it the beginning of an address
    return word.size && word.size <= PlainWords::kLongest &&
           std::all_of(word.begin, word.end(), [](uint32_t letter) { return letter - 'a' < 26u; }) &&
           !emoticons_.is_one(word.begin, word.size) && !std::equal(word.begin, word.end(), www, www + 3);
}

void Encoder::find_plain() {
    spellings_.each([&](Span word, uint32_t sequence) {
        if (is_plain(word)) plain_.insert(word, sequence | kSequence);
    });
    resolver_.vocabulary().each([&](Span word, uint32_t row) {
        if (is_plain(word) && !is_laugh(word.begin, word.size)) plain_.insert(word, row);
    });
}

// Signs that mean nothing else behind a word, unless an emoticon says so.
void Encoder::find_signs() {
    for (const char* sign = kSigns; *sign; ++sign) {
        const auto character = static_cast<uint32_t>(*sign);
        const auto& all = emoticons_.all();
        const bool taken = std::any_of(all.begin(), all.end(), [&](const Emoticons::Each& each) {
            const auto& signs = each.signs;
            const bool has = std::find(signs.begin(), signs.end(), character) != signs.end();
            return has && (signs.size() == 1 || is_ascii_letter(signs[0]));
        });
        if (!taken) signs_[character] = resolve(&character, 1);
    }
}

// Checks a text and moves `text` and the end to the part of it that is looked at; `cut` tells whether more was there.
const unsigned char* Encoder::part(const unsigned char*& text, const unsigned char* end, bool& cut) const {
    const auto is_space = [&](uint32_t character) { return characters_.is(character, kSpace); };
    size_t count = 0, leading = 0, trailing = 0;
    const unsigned char *start = text, *last = end;
    for (const unsigned char* place = text; place < end;) {
        if (*place < 128 && static_cast<size_t>(end - text) <= max_characters_) {
            ++place;  // a text so short is never cut: that it is UTF-8 is all that matters
            continue;
        }
        uint32_t character = 0;
        if (!next_character(place, end, character)) throw Refused("text: is not UTF-8");
        ++count;
        if (!is_space(character)) {
            trailing = 0;
            last = place;
        } else {
            ++trailing;
            if (trailing == count) {
                leading = count;
                start = place;
            }
        }
    }
    cut = false;
    if (count <= max_characters_) return end;
    if (leading == count) {
        text = end;
        return end;
    }
    text = start;
    count -= leading + trailing;
    if (count <= max_characters_) return last;
    cut = true;
    const unsigned char* place = start;
    for (size_t left = max_characters_; left; --left) {
        uint32_t character = 0;
        next_character(place, end, character);
    }
    return place;
}

bool Encoder::encode(const unsigned char* text, size_t size, std::vector<int32_t>& ids) {
    const Pool<Work>::Loan work(work_);
    bool cut = false;
    const unsigned char* end = part(text, text + size, cut);
    Sink sink(ids, max_tokens_);
    Reading(*this, *work, sink).read(text, end);
    return cut || sink.overflowed();
}

}  // namespace emotag
