// Texts to ids, by one vocabulary and one set of rules. See emotag_model.text.tokenizer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "../scratch.h"
#include "characters.h"
#include "plain.h"
#include "resolver.h"
#include "scanner.h"
#include "words.h"

namespace emotag {

class Encoder {
public:
    // The tables of characters are borrowed, the rules are not. Throws Refused for what is none.
    Encoder(Span characters, Span rules);
    Encoder(const Encoder&) = delete;
    Encoder& operator=(const Encoder&) = delete;

    size_t rows() const { return resolver_.rows(); }
    size_t max_tokens() const { return max_tokens_; }

    // Appends the ids of a text in UTF-8 and returns whether it has more than there is room for. Throws Refused for
    // what is no UTF-8; lone surrogates may be in it. Linear in the text, whatever the text.
    bool encode(const unsigned char* text, size_t size, std::vector<int32_t>& ids);

private:
    friend class Reading;

    struct Ids {
        uint32_t begin, end;
    };
    // Memory that one text is read in.
    struct Work {
        Text chunk, spare;
        std::vector<uint16_t> properties;
    };
    enum Mark { kUrl, kUser, kCommunity, kEmail, kPath, kCode, kFlag, kDots, kLoud, kAsking, kDoubting, kLaugh, kQuote,
                kMarks };
    static constexpr size_t kClitics = 8;
    static constexpr uint32_t kSequence = 0x80000000u;

    Characters characters_;
    Resolver resolver_;
    Emoticons emoticons_;
    Words spellings_;
    PlainWords plain_;  // words of letters of ASCII that need no pattern, to their row or, marked, to their `sequences_`
    std::vector<Ids> sequences_;
    std::vector<int32_t> ids_;
    Ids marks_[kMarks], clitics_[kClitics];
    Ids signs_[128] = {};  // those that may stand behind a plain word and need no pattern either
    bool technical_ = false;
    size_t max_tokens_ = 0, max_characters_ = 0;
    Pool<Work> work_;

    void read_emoticons(Reader& rules);
    void read_spellings(Reader& rules);
    void find_plain();
    void find_signs();
    bool is_plain(Span word) const;
    const unsigned char* part(const unsigned char*& text, const unsigned char* end, bool& cut) const;
    Ids resolve(const uint32_t* word, size_t size);
    Ids resolve(const char* word);
    void put(Ids ids, Sink& sink) const {
        for (uint32_t place = ids.begin; place < ids.end; ++place) sink.put(static_cast<uint32_t>(ids_[place]));
    }
};

}  // namespace emotag
