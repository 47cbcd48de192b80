// Finds the frequent word that a misspelt one was meant to be. See emotag_model.text.typos.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "characters.h"

namespace emotag {

class Typos {
public:
    static constexpr uint32_t kNone = UINT32_MAX;

    explicit Typos(const Characters& characters) : characters_(characters) {}

    // Learns the word of a row, most frequent first; those that are no repair of anything are passed over.
    void add(Span word, uint32_t row);

    // Builds the index; nothing may be added afterwards.
    void finish();

    // The row of the word that `word` most likely is a misspelling of.
    uint32_t repair(const uint32_t* word, size_t size) const;

private:
    struct Known {
        uint32_t row, offset, size;
    };
    struct Trace {
        uint64_t hash;
        uint32_t known;
    };
    struct Slot {
        uint32_t tag, first;
    };

    const Characters& characters_;
    std::vector<Known> known_;
    std::vector<uint32_t> letters_;
    std::vector<Trace> traces_;      // of words and what is left of them without one letter, while they are added
    std::vector<Slot> slots_;        // by hash, where in `sharing_` the words begin that share a trace
    std::vector<uint32_t> sharing_;  // places in `known_`, the last of each trace marked

    bool is_repairable(const uint32_t* word, size_t size) const;
};

}  // namespace emotag
