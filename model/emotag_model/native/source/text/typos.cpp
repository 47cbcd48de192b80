#include "typos.h"

#include <algorithm>

namespace emotag {
namespace {

constexpr uint32_t kFrequentRows = 12000;
constexpr size_t kShortest = 5, kLongest = 20, kShortestSubstituted = 7;
constexpr uint64_t kBase = 0x9e3779b97f4a7c15u;
constexpr uint32_t kLast = 0x80000000u;

uint64_t scramble(uint64_t hash) {
    hash ^= hash >> 32;
    hash *= 0xd6e8feb86659fd93u;
    return hash ^ hash >> 32;
}

uint32_t tag_of(uint64_t hash) { return static_cast<uint32_t>(hash >> 32); }

// Calls `each(hash)` of a word and of what is left of it without each of its letters.
template <class F>
void each_trace(const uint32_t* word, size_t size, F each) {
    uint64_t after[kLongest + 1], power = 1;  // of the letters from a place on
    after[size] = 0;
    for (size_t place = size; place-- > 0; power *= kBase) after[place] = after[place + 1] + (word[place] + 1) * power;
    each(scramble(after[0]));
    uint64_t before = 0;  // of the letters up to a place, as they count in what is left
    uint64_t weights[kLongest];
    for (size_t place = size - 1; place-- > 0;) weights[place] = place + 2 == size ? 1 : weights[place + 1] * kBase;
    for (size_t place = 0; place < size; ++place) {
        each(scramble(before + after[place + 1]));
        if (place + 1 < size) before += (word[place] + 1) * weights[place];
    }
}

// Whether the same is left of both without one letter each, and they are one edit apart.
bool is_one_edit(const uint32_t* word, size_t size, const uint32_t* other, size_t other_size) {
    if (size != other_size) {
        const bool longer = size > other_size;
        const uint32_t *more = longer ? word : other, *less = longer ? other : word;
        const size_t count = longer ? other_size : size;
        if ((longer ? size : other_size) != count + 1) return false;
        const size_t place = static_cast<size_t>(std::mismatch(less, less + count, more).first - less);
        return std::equal(less + place, less + count, more + place + 1);
    }
    size_t first = 0, last = size;
    while (first < size && word[first] == other[first]) ++first;
    if (first == size) return false;
    while (word[last - 1] == other[last - 1]) --last;
    if (last - first == 1) return true;
    return last - first == 2 && (word[first + 1] == other[first] || word[first] == other[first + 1]);
}

// Of two words one edit apart: a wrong letter, and not two swapped.
bool is_substitution(const uint32_t* word, size_t size, const uint32_t* other, size_t other_size) {
    if (size != other_size) return false;
    size_t first = 0;
    while (word[first] == other[first]) ++first;
    return !(first + 1 < size && word[first] == other[first + 1] && word[first + 1] == other[first]);
}

}  // namespace

bool Typos::is_repairable(const uint32_t* word, size_t size) const {
    return kShortest <= size && size <= kLongest &&
           std::all_of(word, word + size, [&](uint32_t character) { return characters_.is(character, kAlpha); });
}

void Typos::add(Span word, uint32_t row) {
    if (row >= kFrequentRows || !is_repairable(word.begin, word.size)) return;
    const auto known = static_cast<uint32_t>(known_.size());
    known_.push_back({row, static_cast<uint32_t>(letters_.size()), static_cast<uint32_t>(word.size)});
    letters_.insert(letters_.end(), word.begin, word.end());
    each_trace(word.begin, word.size, [&](uint64_t hash) { traces_.push_back({hash, known}); });
}

void Typos::finish() {
    std::sort(traces_.begin(), traces_.end(), [](const Trace& left, const Trace& right) {
        return left.hash != right.hash ? left.hash < right.hash : left.known < right.known;
    });
    size_t capacity = 64;
    while (capacity < 2 * traces_.size()) capacity *= 2;
    slots_.assign(capacity, {0, kNone});
    for (size_t place = 0; place < traces_.size(); ++place) {
        const bool first = place == 0 || traces_[place].hash != traces_[place - 1].hash;
        const bool last = place + 1 == traces_.size() || traces_[place].hash != traces_[place + 1].hash;
        if (first) {
            size_t at = traces_[place].hash & (capacity - 1);
            while (slots_[at].first != kNone) at = (at + 1) & (capacity - 1);
            slots_[at] = {tag_of(traces_[place].hash), static_cast<uint32_t>(sharing_.size())};
        }
        sharing_.push_back(traces_[place].known | (last ? kLast : 0));
    }
    std::vector<Trace>().swap(traces_);
}

uint32_t Typos::repair(const uint32_t* word, size_t size) const {
    if (known_.empty() || !is_repairable(word, size)) return kNone;
    uint32_t best = kNone;
    bool substituted = true;
    const auto consider = [&](const Known& known) {
        const uint32_t* other = letters_.data() + known.offset;
        if (other[0] != word[0] || !is_one_edit(word, size, other, known.size)) return;
        const bool substitution = is_substitution(word, size, other, known.size);
        if (substitution && size < kShortestSubstituted) return;
        if (best == kNone || substitution < substituted || (substitution == substituted && known.row < best)) {
            best = known.row;
            substituted = substitution;
        }
    };
    each_trace(word, size, [&](uint64_t hash) {
        const size_t mask = slots_.size() - 1;
        for (size_t at = hash & mask; slots_[at].first != kNone; at = (at + 1) & mask) {
            if (slots_[at].tag != tag_of(hash)) continue;
            for (size_t place = slots_[at].first;; ++place) {
                consider(known_[sharing_[place] & ~kLast]);
                if (sharing_[place] & kLast) break;
            }
        }
    });
    return best;
}

}  // namespace emotag
