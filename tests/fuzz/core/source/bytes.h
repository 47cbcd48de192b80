// What the targets of the fuzzer share: the bytes that they are given, the tables of this build, and how they fail.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace fuzz {

using Numbers = std::vector<uint32_t>;

// Ends the process if something is not as it should be: the fuzzer keeps what it gave.
inline void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
}

// Bytes one after the other, and zeros behind the last.
class Bytes {
public:
    Bytes(const uint8_t* data, size_t size) : data_(data), size_(size) {}

    size_t left() const { return size_; }

    uint8_t next() {
        if (!size_) return 0;
        --size_;
        return *data_++;
    }

    uint32_t wide() {
        uint32_t value = 0;
        for (int byte = 0; byte < 4; ++byte) value = value << 8 | next();
        return value;
    }

    // From 1 to `most`.
    size_t small(size_t most) { return 1 + next() % most; }

private:
    const uint8_t* data_;
    size_t size_;
};

// A file of the folder that the command wrote for this run.
inline Numbers load(const char* name) {
    const char* folder = std::getenv("EMOTAG_FUZZ_TABLES");
    std::ifstream file(std::string(folder ? folder : ".") + "/" + name, std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    require(!bytes.empty(), "EMOTAG_FUZZ_TABLES names the folder of the tables");
    Numbers numbers(bytes.size() / 4);
    std::memcpy(numbers.data(), bytes.data(), numbers.size() * 4);
    return numbers;
}

// Kept until the end of the process.
inline const Numbers& characters() {
    static const Numbers loaded = load("characters.bin");
    return loaded;
}

}  // namespace fuzz
