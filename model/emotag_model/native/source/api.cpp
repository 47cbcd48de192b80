// The C interface. Nothing thrown leaves it: a call that fails says why in `error` and returns null or -1.
#include "emotag.h"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <type_traits>
#include <vector>

#include "model.h"
#include "scores.h"
#include "text/encoder.h"

using emotag::Encoder;
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
Encoder* encoder(emotag_encoder* handle) { return reinterpret_cast<Encoder*>(handle); }

struct Ids {
    std::vector<int32_t> values;
};
emotag::Pool<Ids> ids_pool;

// Texts one after the other → their ids; the error names the text that is refused.
void encode(Encoder& encoder, const char* texts, const int64_t* ends, size_t count, int32_t* lengths,
            uint8_t* truncated, std::vector<int32_t>& ids) {
    ids.clear();
    int64_t start = 0;
    for (size_t index = 0; index < count; ++index) {
        if (ends[index] < start) throw Refused("ends: must not decrease");
        const size_t before = ids.size();
        const auto* text = reinterpret_cast<const unsigned char*>(texts) + start;
        try {
            truncated[index] = encoder.encode(text, static_cast<size_t>(ends[index] - start), ids);
        } catch (const Refused& refused) {
            throw Refused("texts[" + std::to_string(index) + "]: " + refused.what());
        }
        lengths[index] = static_cast<int32_t>(ids.size() - before);
        start = ends[index];
    }
}

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

int emotag_model_states(emotag_model* handle, const int32_t* ids, size_t tokens, const int32_t* lengths, size_t count,
                        float* states, char* error, size_t error_size) {
    return guarded(error, error_size, [&] {
        model(handle)->check(ids, tokens, lengths, count);
        model(handle)->encode(ids, lengths, count, states);
        return 0;
    });
}

emotag_encoder* emotag_encoder_new(const uint32_t* characters, size_t character_count, const uint32_t* rules,
                                   size_t rule_count, char* error, size_t error_size) {
    return guarded(error, error_size, [&] {
        const emotag::Span about{characters, character_count}, cutting{rules, rule_count};
        return reinterpret_cast<emotag_encoder*>(new Encoder(about, cutting));
    });
}

void emotag_encoder_free(emotag_encoder* handle) { delete encoder(handle); }

int emotag_encoder_encode(emotag_encoder* handle, const char* texts, const int64_t* ends, size_t count, int32_t* ids,
                          size_t capacity, int32_t* lengths, uint8_t* truncated, char* error, size_t error_size) {
    return guarded(error, error_size, [&] {
        const emotag::Pool<Ids>::Loan found(ids_pool);
        encode(*encoder(handle), texts, ends, count, lengths, truncated, found->values);
        if (found->values.size() > capacity) throw Refused("ids: there is too little room for them");
        std::copy(found->values.begin(), found->values.end(), ids);
        return 0;
    });
}

int emotag_read(emotag_encoder* text, emotag_model* network, const char* texts, const int64_t* ends, size_t count,
                float* logits, int32_t* lengths, uint8_t* truncated, char* error, size_t error_size) {
    return guarded(error, error_size, [&] {
        if (encoder(text)->rows() != model(network)->network().vocabulary)
            throw Refused("encoder and model: are of different vocabularies");
        const emotag::Pool<Ids>::Loan ids(ids_pool);
        encode(*encoder(text), texts, ends, count, lengths, truncated, ids->values);
        model(network)->compute(ids->values.data(), lengths, count, logits, nullptr);
        return 0;
    });
}

int emotag_scores(const float* logits, size_t count, size_t outputs, const int32_t* members, const int32_t* ends,
                  const float* lines, size_t labels, float* scores, char* error, size_t error_size) {
    return guarded(error, error_size, [&] {
        const emotag::Scale scale{members, ends, lines, labels};
        if (!scale.fits(outputs)) throw Refused("members: each label needs some, all of them outputs of the model");
        for (size_t row = 0; row < count; ++row) scale.scores(logits + row * outputs, scores + row * labels);
        return 0;
    });
}
