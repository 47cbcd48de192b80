#include "resolver.h"

#include <algorithm>

namespace emotag {
namespace {

constexpr size_t kLongestDrawn = 32, kMostRuns = 4;
constexpr uint32_t kMostWords = 1u << 24;

uint32_t find(const Words& words, const char* wanted) {
    Text word;
    for (; *wanted; ++wanted) word.push_back(static_cast<unsigned char>(*wanted));
    return words.find(word.data(), word.size());
}

}  // namespace

void Resolver::read(Reader& rules) {
    const Span steps = rules.sequence();
    for (size_t place = 0; place < steps.size; ++place) {
        if (steps[place] >= static_cast<uint32_t>(Step::kCount)) throw Refused("rules.steps: one is unknown");
        steps_.push_back(static_cast<Step>(steps[place]));
    }
    read_vocabulary(rules);
    for (uint32_t left = rules.number(0, kMostWords); left; --left) {
        const Span word = rules.sequence();
        slang_.insert(word, add_saying(rules, rules.number()));
    }
    characters_.each_emoji([&](uint32_t emoji, const std::vector<Span>& words) {
        const auto begin = static_cast<uint32_t>(ids_.size());
        for (const Span word : words)
            if (const uint32_t row = vocabulary_.find(word.begin, word.size); row != Words::kNone) ids_.push_back(row);
        emoji_.insert({&emoji, 1}, static_cast<uint32_t>(sayings_.size()));
        sayings_.push_back({begin, static_cast<uint32_t>(ids_.size()), true});
    });
}

void Resolver::read_vocabulary(Reader& rules) {
    const bool repairs = std::find(steps_.begin(), steps_.end(), Step::kTypo) != steps_.end();
    const uint32_t count = rules.number(2, kMostWords);
    rows_ = count;
    for (uint32_t row = 0; row < count; ++row) {
        const Span word = rules.sequence();
        if (!vocabulary_.insert(word, row)) throw Refused("vocabulary: a word occurs twice");
        if (repairs) typos_.add(word, row);
    }
    typos_.finish();
    elongated_ = find(vocabulary_, "<elongated>");
    number_ = find(vocabulary_, "<number>");
}

uint32_t Resolver::add_saying(Reader& words, uint32_t count) {
    const auto begin = static_cast<uint32_t>(ids_.size());
    for (uint32_t left = count; left; --left) {
        const Span word = words.sequence();
        if (const uint32_t row = vocabulary_.find(word.begin, word.size); row != Words::kNone) ids_.push_back(row);
    }
    sayings_.push_back({begin, static_cast<uint32_t>(ids_.size()), count > 0});
    return static_cast<uint32_t>(sayings_.size() - 1);
}

void Resolver::resolve(const uint32_t* word, size_t size, Sink& sink) const {
    const uint32_t row = vocabulary_.find(word, size);
    if (row != Words::kNone)
        sink.put(row);
    else if (!read(word, size, sink))
        sink.put(kUnknown);
}

// Each step puts all that it knows, or nothing; the first that puts something is the one that counts.
bool Resolver::read(const uint32_t* word, size_t size, Sink& sink) const {
    return std::any_of(steps_.begin(), steps_.end(), [&](Step step) { return take(step, word, size, sink); });
}

bool Resolver::take(Step step, const uint32_t* word, size_t size, Sink& sink) const {
    switch (step) {
        case Step::kDrawnOut: return drawn_out(word, size, sink);
        case Step::kNumber:
            if (number_ == Words::kNone || !size || !characters_.is(word[0], kDecimal)) return false;
            sink.put(number_);
            return true;
        case Step::kEmoji: return size == 1 && say(emoji_.find(word, size), sink);
        case Step::kHyphen: return hyphen(word, size, sink);
        case Step::kSlang: return say(slang_.find(word, size), sink);
        case Step::kTypo: {
            const uint32_t row = typos_.repair(word, size);
            if (row != Typos::kNone) sink.put(row);
            return row != Typos::kNone;
        }
        case Step::kCount: break;
    }
    return false;
}

bool Resolver::say(uint32_t saying, Sink& sink) const {
    if (saying == Words::kNone) return false;
    const Saying& found = sayings_[saying];
    for (uint32_t place = found.begin; place < found.end; ++place) sink.put(ids_[place]);
    return found.begin < found.end;
}

// How many of the same letter stand from `start` on, if three or more.
size_t Resolver::long_run(const uint32_t* word, size_t size, size_t start) const {
    if (!is_letter(word[start])) return 0;  // first: a run of digits would be counted anew from each of its places
    size_t end = start;
    while (end < size && word[end] == word[start]) ++end;
    return end - start >= 3 ? end - start : 0;
}

// Every long run of a letter may stand for one or two: the most frequent word that comes of it is meant.
bool Resolver::drawn_out(const uint32_t* word, size_t size, Sink& sink) const {
    size_t drawn = 0;
    while (drawn + 2 < size && !long_run(word, size, drawn)) ++drawn;
    if (drawn + 2 >= size) return false;
    size = std::min(size, kLongestDrawn);
    size_t runs = 0;
    for (size_t place = 0; place < size;) {
        const size_t run = long_run(word, size, place);
        runs += run > 0;
        place += run ? run : 1;
    }
    runs = std::min(runs, kMostRuns);
    uint32_t best = Words::kNone, spoken = Words::kNone;
    for (size_t way = 0; way < size_t{1} << runs; ++way) {
        uint32_t shorter[kLongestDrawn];
        size_t count = 0, seen = 0;
        for (size_t place = 0; place < size;) {
            const size_t run = long_run(word, size, place);
            shorter[count++] = word[place];
            if (run && seen < runs && way >> (runs - 1 - seen) & 1) shorter[count++] = word[place];
            seen += run > 0;
            place += run ? run : 1;
        }
        best = std::min(best, vocabulary_.find(shorter, count));
        if (spoken == Words::kNone) spoken = slang_.find(shorter, count);
    }
    if (best != Words::kNone)
        sink.put(best);
    else if (spoken == Words::kNone || !sayings_[spoken].said)
        return false;
    const bool known = best != Words::kNone || say(spoken, sink);
    if (elongated_ != Words::kNone) sink.put(elongated_);
    return known || elongated_ != Words::kNone;
}

bool Resolver::hyphen(const uint32_t* word, size_t size, Sink& sink) const {
    const uint32_t* end = word + size;
    if (std::find(word, end, '-') == end) return false;
    bool known = false;
    while (word < end && !sink.overflowed()) {
        const uint32_t* after = std::find(word, end, '-');
        const auto length = static_cast<size_t>(after - word);
        if (length) {
            const uint32_t row = vocabulary_.find(word, length);
            if (row != Words::kNone) sink.put(row);
            known |= row != Words::kNone || read(word, length, sink);
        }
        word = after == end ? end : after + 1;
    }
    return known;
}

}  // namespace emotag
