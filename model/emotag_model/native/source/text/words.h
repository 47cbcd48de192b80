// Words (sequences of characters, of any width) to numbers: a hash table that is filled once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "reader.h"

namespace emotag {

class Words {
public:
    static constexpr uint32_t kNone = UINT32_MAX;

    static constexpr uint32_t kSeed = 0x811c9dc5u;
    static uint32_t mix(uint32_t hash, uint32_t character) { return (hash ^ character) * 0x9e3779b1u; }
    static uint32_t finish(uint32_t hash) { return hash ^ hash >> 15; }

    template <class C>
    static uint32_t hash(const C* word, size_t size) {
        uint32_t value = kSeed;
        for (size_t place = 0; place < size; ++place) value = mix(value, word[place]);
        return finish(value);
    }

    size_t size() const { return entries_.size(); }

    // False if the word was there already.
    bool insert(Span word, uint32_t value) {
        if (2 * (entries_.size() + 1) > slots_.size()) grow();
        const uint32_t key = hash(word.begin, word.size);
        if (find(word.begin, word.size, key) != kNone) return false;
        place({key, static_cast<uint32_t>(entries_.size())});
        const auto offset = static_cast<uint32_t>(characters_.size());
        for (size_t index = 0; index < word.size; ++index) characters_.push_back(word[index]);
        entries_.push_back({offset, static_cast<uint32_t>(word.size), value});
        return true;
    }

    template <class C>
    uint32_t find(const C* word, size_t size) const {
        return find(word, size, hash(word, size));
    }

    template <class C>
    uint32_t find(const C* word, size_t size, uint32_t key) const {
        if (slots_.empty()) return kNone;
        for (size_t at = key & mask(); slots_[at].entry != kNone; at = (at + 1) & mask()) {
            if (slots_[at].hash != key) continue;
            const Entry& entry = entries_[slots_[at].entry];
            if (entry.size == size && same(characters_.data() + entry.offset, word, size)) return entry.value;
        }
        return kNone;
    }

    template <class C>
    bool has(const C* word, size_t size) const {
        return find(word, size) != kNone;
    }

    // Calls `each(word, value)` in the order of insertion.
    template <class F>
    void each(F each) const {
        for (const Entry& entry : entries_) each(Span{characters_.data() + entry.offset, entry.size}, entry.value);
    }

private:
    struct Slot {
        uint32_t hash, entry;
    };
    struct Entry {
        uint32_t offset, size, value;
    };
    std::vector<Slot> slots_;
    std::vector<Entry> entries_;  // in the order of insertion: frequent words lie side by side
    std::vector<uint32_t> characters_;

    size_t mask() const { return slots_.size() - 1; }

    template <class C>
    static bool same(const uint32_t* left, const C* right, size_t size) {
        for (size_t place = 0; place < size; ++place)
            if (left[place] != right[place]) return false;
        return true;
    }

    void place(Slot slot) {
        size_t at = slot.hash & mask();
        while (slots_[at].entry != kNone) at = (at + 1) & mask();
        slots_[at] = slot;
    }

    void grow() {
        const std::vector<Slot> before = std::move(slots_);
        slots_.assign(before.empty() ? 64 : 2 * before.size(), {0, kNone});
        for (const Slot& slot : before)
            if (slot.entry != kNone) place(slot);
    }
};

}  // namespace emotag
