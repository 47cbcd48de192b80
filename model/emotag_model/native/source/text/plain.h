// Short words of ASCII letters to numbers, each in one line of the cache: between two batches the rows of the table drive
// out what `Words` looks at three times for a word.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "words.h"

namespace emotag {

class PlainWords {
public:
    static constexpr size_t kLongest = 28;

    // A word under way: its letters, and zeros behind them.
    struct Word {
        unsigned char letters[kLongest] = {};
        size_t size = 0;
        uint32_t hash = Words::kSeed;

        void add(unsigned char letter) {
            letters[size++] = letter;
            hash = Words::mix(hash, letter);
        }
    };

    // Leaves out a word that is there already.
    void insert(Span characters, uint32_t value) {
        Word word;
        for (size_t place = 0; place < characters.size; ++place)
            word.add(static_cast<unsigned char>(characters[place]));
        if (2 * (count_ + 1) > slots_.size()) grow();
        Slot& slot = slots_[place_of(word)];
        if (slot.letters[0]) return;
        std::memcpy(slot.letters, word.letters, kLongest);
        slot.value = value;
        ++count_;
    }

    // `Words::kNone` where it is not.
    uint32_t find(const Word& word) const {
        if (slots_.empty()) return Words::kNone;
        const Slot& slot = slots_[place_of(word)];
        return slot.letters[0] ? slot.value : Words::kNone;
    }

private:
    struct alignas(32) Slot {
        unsigned char letters[kLongest] = {};
        uint32_t value = 0;
    };
    std::vector<Slot> slots_;
    size_t count_ = 0;

    // Where it lies, or would.
    size_t place_of(const Word& word) const {
        const size_t mask = slots_.size() - 1;
        size_t at = Words::finish(word.hash) & mask;
        while (slots_[at].letters[0] && std::memcmp(slots_[at].letters, word.letters, kLongest)) at = (at + 1) & mask;
        return at;
    }

    void grow() {
        std::vector<Slot> before(slots_.empty() ? 64 : 2 * slots_.size());
        before.swap(slots_);
        for (const Slot& slot : before) {
            Word word;
            while (word.size < kLongest && slot.letters[word.size]) word.add(slot.letters[word.size]);
            if (word.size) slots_[place_of(word)] = slot;
        }
    }
};

}  // namespace emotag
