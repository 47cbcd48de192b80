// Any bytes as a text, through the C interface: ids are within bounds, and the same whatever the text stands beside.
#pragma once

#include "emotag.h"
#include "bytes.h"

namespace fuzz {

struct Ids {
    std::vector<int32_t> ids, lengths;
    std::vector<uint8_t> truncated;
    bool refused = false;
    std::string error;
};

// One encoder and what is asked of it.
class Encoding {
public:
    Encoding(const char* name, size_t max_tokens) : rules_(load(name)), max_tokens_(max_tokens) {
        char error[256] = "";
        handle_ = emotag_encoder_new(characters().data(), characters().size(), rules_.data(), rules_.size(), error,
                                     sizeof error);
        require(handle_ != nullptr, error);
    }

    // `count` copies of a text, in memory that ends where the last one does.
    Ids encode(const uint8_t* text, size_t size, size_t count) const {
        std::vector<char> copies(size * count);
        std::vector<int64_t> ends(count);
        for (size_t index = 0; index < count; ++index) {
            if (size) std::memcpy(copies.data() + index * size, text, size);
            ends[index] = static_cast<int64_t>((index + 1) * size);
        }
        Ids found{std::vector<int32_t>(count * max_tokens_), std::vector<int32_t>(count), std::vector<uint8_t>(count)};
        char error[256] = "";
        found.refused = emotag_encoder_encode(handle_, copies.data(), ends.data(), count, found.ids.data(),
                                              found.ids.size(), found.lengths.data(), found.truncated.data(), error,
                                              sizeof error) != 0;
        found.error = error;
        return found;
    }

    void check(const uint8_t* text, size_t size, int32_t rows) const {
        const Ids alone = encode(text, size, 1), twice = encode(text, size, 2);
        require(alone.refused == twice.refused && alone.error == twice.error, "a text is refused wherever it stands");
        if (alone.refused) return require(alone.error == "texts[0]: text: is not UTF-8", "a refusal says why");
        const size_t length = static_cast<size_t>(alone.lengths[0]);
        require(length <= max_tokens_, "a text has no more ids than there is room for");
        require(!alone.truncated[0] || length == max_tokens_ || size > max_tokens_, "what is cut is long");
        for (size_t place = 0; place < length; ++place) {
            require(alone.ids[place] > 0 && alone.ids[place] < rows, "ids are rows of the table");
            for (size_t copy = 0; copy < 2; ++copy)
                require(twice.ids[copy * length + place] == alone.ids[place], "a text's ids are its own");
        }
        for (size_t copy = 0; copy < 2; ++copy)
            require(twice.lengths[copy] == alone.lengths[0] && twice.truncated[copy] == alone.truncated[0],
                    "a text's length is its own");
    }

private:
    Numbers rules_;
    size_t max_tokens_;
    emotag_encoder* handle_ = nullptr;
};

inline void texts(const uint8_t* data, size_t size) {
    static const Encoding technical("rules.bin", 16), plain("plain.bin", 256);
    static const auto rows = static_cast<int32_t>(load("rows.bin")[0]);
    technical.check(data, size, rows);
    plain.check(data, size, rows);
}

}  // namespace fuzz
