// Gives files to what libFuzzer would call, where there is no libFuzzer.
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <vector>

#include "model.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
float largest_difference();

int main(int count, char** names) {
    for (int index = 1; index < count; ++index) {
        std::ifstream file(names[index], std::ios::binary);
        const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
        const std::vector<uint8_t> data(bytes.begin(), bytes.end());
        std::fprintf(stderr, "%s\n", names[index]);  // the last one said is the one that failed
        LLVMFuzzerTestOneInput(data.data(), data.size());
    }
    std::printf("%d files replayed; kernels:", count - 1);
    for (const char* name : {"portable", "avx2", "avx512", "vnni", "amx", "neon"})
        if (emotag::find_kernel(name)) std::printf(" %s", name);
    std::printf("; those that do not round differ by %.2g at most\n", static_cast<double>(largest_difference()));
    return 0;
}
