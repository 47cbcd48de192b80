/* The C interface of emotag's native core. Every function may be called from any thread at any time; a handle must not
   be freed while it is in use. Texts are UTF-8, in which lone surrogates are allowed. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define EMOTAG_VERSION 3 /* raised with every change that a caller could notice */
#define EMOTAG_EXPORT __attribute__((visibility("default")))

#ifdef __cplusplus
extern "C" {
#endif

typedef struct emotag_model emotag_model;

EMOTAG_EXPORT int emotag_version(void);

/* Whether this machine runs the kernel of that name; "" for any. */
EMOTAG_EXPORT int emotag_has_kernel(const char* name);

/* Sizes: vocabulary, outputs, taps, state, layers, heads, whether the table is in half precision, channels of each
   convolution. Weights are copied, the table is not: it must outlive the handle. Null on failure. */
EMOTAG_EXPORT emotag_model* emotag_model_new(const int64_t* sizes, size_t size_count, const float* weights,
                                             size_t weight_count, const void* table, size_t table_bytes,
                                             const char* kernel, char* error, size_t error_size);
EMOTAG_EXPORT void emotag_model_free(emotag_model* model);
EMOTAG_EXPORT const char* emotag_model_kernel(emotag_model* model);

/* Ids of `count` messages, one after the other, → logits [count][outputs] and, unless null, evidence
   [tokens][outputs]. 0, or -1 on failure. */
EMOTAG_EXPORT int emotag_model_logits(emotag_model* model, const int32_t* ids, size_t tokens, const int32_t* lengths,
                                      size_t count, float* logits, float* evidence, char* error, size_t error_size);

/* As above, of the BiSRU channel alone, for tests and benchmarks: → states [tokens][2][state], forward direction first,
   `state` rounded up to a multiple of 16; what lies beyond the true size means nothing. */
EMOTAG_EXPORT int emotag_model_states(emotag_model* model, const int32_t* ids, size_t tokens, const int32_t* lengths,
                                      size_t count, float* states, char* error, size_t error_size);

typedef struct emotag_encoder emotag_encoder;

/* Characters and rules as emotag_model.native writes them, in 32-bit numbers. The characters must outlive the handle,
   the rules are copied. Null on failure. */
EMOTAG_EXPORT emotag_encoder* emotag_encoder_new(const uint32_t* characters, size_t character_count,
                                                 const uint32_t* rules, size_t rule_count, char* error,
                                                 size_t error_size);
EMOTAG_EXPORT void emotag_encoder_free(emotag_encoder* encoder);

/* Texts one after the other, each up to its end, → their ids one after the other, how many each has, and whether it
   has more. 0, or -1 on failure. */
EMOTAG_EXPORT int emotag_encoder_encode(emotag_encoder* encoder, const char* texts, const int64_t* ends, size_t count,
                                        int32_t* ids, size_t capacity, int32_t* lengths, uint8_t* truncated,
                                        char* error, size_t error_size);

/* Texts → logits [count][outputs], the number of ids of each text and whether it has more; 0, or -1 on failure. */
EMOTAG_EXPORT int emotag_read(emotag_encoder* encoder, emotag_model* model, const char* texts, const int64_t* ends,
                              size_t count, float* logits, int32_t* lengths, uint8_t* truncated, char* error,
                              size_t error_size);

/* Logits [count][outputs] → scores [count][labels] of a taxonomy: the outputs that each label is made of, one label
   after the other, where those of each end, and slope above, slope below and bias [3][labels]. 0, or -1 on failure. */
EMOTAG_EXPORT int emotag_scores(const float* logits, size_t count, size_t outputs, const int32_t* members,
                                const int32_t* ends, const float* lines, size_t labels, float* scores, char* error,
                                size_t error_size);

#ifdef __cplusplus
}
#endif
