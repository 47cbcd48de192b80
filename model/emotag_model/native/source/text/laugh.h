// Laughter that is written out, in one pass over a word.
#pragma once

#include <cstddef>
#include <cstdint>

namespace emotag {

// (?:a|b)?(?:ha|he|ah){2,}h*  or  b?wa(?:ha)+h*, the whole word, by the set of states that it may be in.
inline bool is_laugh(const uint32_t* word, size_t size) {
    enum : uint32_t {
        kStart = 1, kNone = 2, kOne = 4, kMany = 8, kTail = 16,          // syllables so far; h at the end
        kHNone = 32, kHOne = 64, kHMany = 128, kANone = 256, kAOne = 512, kAMany = 1024,  // inside one
        kBegin = 2048, kB = 4096, kW = 8192, kWa = 16384, kWaH = 32768, kWaHa = 65536, kWaTail = 131072,
    };
    uint32_t states = kStart | kNone | kBegin;
    for (size_t place = 0; place < size && states; ++place) {
        uint32_t next = 0;
        switch (word[place]) {
            case 'a':
                if (states & kStart) next |= kNone;
                if (states & kHNone) next |= kOne;
                if (states & (kHOne | kHMany)) next |= kMany;
                if (states & kNone) next |= kANone;
                if (states & kOne) next |= kAOne;
                if (states & kMany) next |= kAMany;
                if (states & kW) next |= kWa;
                if (states & kWaH) next |= kWaHa;
                break;
            case 'b':
                if (states & kStart) next |= kNone;
                if (states & kBegin) next |= kB;
                break;
            case 'e':
                if (states & kHNone) next |= kOne;
                if (states & (kHOne | kHMany)) next |= kMany;
                break;
            case 'h':
                if (states & kNone) next |= kHNone;
                if (states & kOne) next |= kHOne;
                if (states & kMany) next |= kHMany | kTail;
                if (states & kTail) next |= kTail;
                if (states & kANone) next |= kOne;
                if (states & (kAOne | kAMany)) next |= kMany;
                if (states & kWa) next |= kWaH;
                if (states & kWaHa) next |= kWaH | kWaTail;
                if (states & kWaTail) next |= kWaTail;
                break;
            case 'w':
                if (states & (kBegin | kB)) next |= kW;
                break;
            default: break;
        }
        states = next;
    }
    return states & (kMany | kTail | kWaHa | kWaTail);
}

}  // namespace emotag
