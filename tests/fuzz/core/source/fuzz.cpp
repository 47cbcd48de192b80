// What libFuzzer calls, and what replays its files: one target per process, named by EMOTAG_FUZZ_TARGET.
#include "networks.h"
#include "rules.h"
#include "texts.h"

namespace {

using Target = void (*)(const uint8_t*, size_t);

Target chosen() {
    const char* name = std::getenv("EMOTAG_FUZZ_TARGET");
    const std::string wanted = name ? name : "";
    if (wanted == "texts") return fuzz::texts;
    if (wanted == "rules") return fuzz::rules;
    fuzz::require(wanted == "networks", "EMOTAG_FUZZ_TARGET is texts, rules or networks");
    return fuzz::networks;
}

}  // namespace

float largest_difference() { return fuzz::largest_difference(); }

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const Target target = chosen();
    try {
        target(data, size);
    } catch (const emotag::Refused&) {
        // As it should: nothing else may be thrown, not even for want of memory.
    }
    return 0;
}
