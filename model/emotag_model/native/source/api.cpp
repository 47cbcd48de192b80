// The C interface. Nothing thrown leaves it: a call that fails says why in `error` and returns null or -1.
#include "emotag.h"

#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <type_traits>

#include "model.h"

using emotag::Model;
using emotag::Refused;

namespace {

template <class F>
auto guarded(char* error, size_t size, F call) -> decltype(call()) {
    try {
        return call();
    } catch (const std::bad_alloc&) {
        std::snprintf(error, size, "out of memory");
    } catch (const std::exception& failure) {
        std::snprintf(error, size, "%s", failure.what());
    }
    if constexpr (std::is_pointer_v<decltype(call())>)
        return nullptr;
    else
        return -1;
}

Model* model(emotag_model* handle) { return reinterpret_cast<Model*>(handle); }

}  // namespace

int emotag_version(void) { return EMOTAG_VERSION; }

int emotag_has_kernel(const char* name) { return emotag::find_kernel(name) != nullptr; }

emotag_model* emotag_model_new(const int64_t* sizes, size_t size_count, const float* weights, size_t weight_count,
                               const void* table, size_t table_bytes, const char* kernel, char* error,
                               size_t error_size) {
    return guarded(error, error_size, [&] {
        const emotag::Kernel* found = emotag::find_kernel(kernel);
        if (!found) throw Refused(std::string("kernel: this machine has none named ") + kernel);
        const auto parsed = emotag::Sizes::parse(sizes, size_count);
        return reinterpret_cast<emotag_model*>(
            new Model(parsed, weights, weight_count, table, table_bytes, *found));
    });
}

void emotag_model_free(emotag_model* handle) { delete model(handle); }

const char* emotag_model_kernel(emotag_model* handle) { return model(handle)->kernel().name; }

int emotag_model_logits(emotag_model* handle, const int32_t* ids, size_t tokens, const int32_t* lengths, size_t count,
                        float* logits, float* evidence, char* error, size_t error_size) {
    return guarded(error, error_size, [&] {
        model(handle)->check(ids, tokens, lengths, count);
        model(handle)->compute(ids, lengths, count, logits, evidence);
        return 0;
    });
}
