// Reads arrays of 32-bit numbers that came from somewhere else: every access is within their bounds, or refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>

namespace emotag {

// What the caller got wrong; the text names it.
struct Refused : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct Span {
    const uint32_t* begin = nullptr;
    size_t size = 0;

    uint32_t operator[](size_t place) const { return begin[place]; }
    const uint32_t* end() const { return begin + size; }
};

class Reader {
public:
    explicit Reader(Span data) : data_(data) {}

    bool done() const { return place_ == data_.size; }

    uint32_t number() {
        if (done()) throw Refused("tables: cut short");
        return data_[place_++];
    }

    uint32_t number(uint32_t least, uint32_t most) {
        const uint32_t value = number();
        if (value < least || value > most) throw Refused("tables: a number is out of range");
        return value;
    }

    Span span(size_t size) {
        if (size > data_.size - place_) throw Refused("tables: cut short");
        const Span found{data_.begin + place_, size};
        place_ += size;
        return found;
    }

    // A sequence with its length before it.
    Span sequence() { return span(number()); }

private:
    Span data_;
    size_t place_ = 0;
};

}  // namespace emotag
