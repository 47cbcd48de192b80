// Finds the rows of a word: its own, or those of the words that it is read as. See emotag_model.text.unknown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "characters.h"
#include "typos.h"
#include "words.h"

namespace emotag {

// Takes the ids of one text, up to a limit.
class Sink {
public:
    Sink(std::vector<int32_t>& ids, size_t limit) : ids_(ids), end_(ids.size() + limit) {}

    void put(uint32_t id) {
        if (ids_.size() < end_)
            ids_.push_back(static_cast<int32_t>(id));
        else
            overflowed_ = true;
    }

    // Whether there was more than the limit: nothing that follows matters.
    bool overflowed() const { return overflowed_; }

private:
    std::vector<int32_t>& ids_;
    size_t end_;
    bool overflowed_ = false;
};

enum class Step : uint32_t { kDrawnOut, kNumber, kEmoji, kHyphen, kSlang, kTypo, kCount };

class Resolver {
public:
    explicit Resolver(const Characters& characters) : characters_(characters), typos_(characters) {}
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    // Steps, vocabulary and slang, in this order. Throws Refused for what is none.
    void read(Reader& rules);

    void resolve(const uint32_t* word, size_t size, Sink& sink) const;

    const Words& vocabulary() const { return vocabulary_; }
    size_t rows() const { return rows_; }  // of the table: words may share one

private:
    static constexpr uint32_t kUnknown = 1;

    struct Saying {
        uint32_t begin, end;  // of its ids
        bool said;            // it stands for something, known or not
    };

    const Characters& characters_;
    std::vector<Step> steps_;
    Words vocabulary_, slang_;
    std::vector<uint32_t> ids_;
    std::vector<Saying> sayings_;
    Words emoji_;  // to their place in sayings_
    Typos typos_;
    size_t rows_ = 0;
    uint32_t elongated_ = Words::kNone, number_ = Words::kNone;

    void read_vocabulary(Reader& rules);
    uint32_t add_saying(Reader& words, uint32_t count);
    bool say(uint32_t saying, Sink& sink) const;
    bool read(const uint32_t* word, size_t size, Sink& sink) const;
    bool take(Step step, const uint32_t* word, size_t size, Sink& sink) const;
    bool drawn_out(const uint32_t* word, size_t size, Sink& sink) const;
    bool hyphen(const uint32_t* word, size_t size, Sink& sink) const;
    bool is_letter(uint32_t character) const {
        return (characters_.properties(character) & (kAlnum | kDecimal)) == kAlnum;
    }
    size_t long_run(const uint32_t* word, size_t size, size_t start) const;
};

}  // namespace emotag
