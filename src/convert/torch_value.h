/** Values of a pickle, as the restricted machine of models/torch_pickle knows them. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/** Axes of a tensor. */
#define FC_TORCH_RANK_MAX 4

typedef enum fc_torch_type { FC_TORCH_FLOAT32, FC_TORCH_FLOAT16 } fc_torch_type;

/** A dense tensor in C order. `data` lies in the file; numbers are little endian. */
typedef struct fc_torch_tensor {
    fc_bytes name;
    fc_bytes data;
    int64_t shape[FC_TORCH_RANK_MAX];
    int32_t rank;
    fc_torch_type type;
} fc_torch_tensor;

typedef enum fc_torch_kind {
    FC_TORCH_ABSENT, /* nothing has been put here */
    FC_TORCH_MARK,   /* where a list of items on the stack begins */
    FC_TORCH_NONE,   /* None, True, False and lists: of no use to us */
    FC_TORCH_INTEGER,
    FC_TORCH_TEXT,
    FC_TORCH_TUPLE,
    FC_TORCH_DICT,
    FC_TORCH_NAME,    /* one of the few names that a pickle may use */
    FC_TORCH_STORAGE, /* numbers without a shape */
    FC_TORCH_TENSOR,
} fc_torch_kind;

typedef struct fc_torch_value fc_torch_value;

/** Shared by all values that refer to it, and filled in after it has been made. */
typedef struct fc_torch_dict {
    fc_torch_value *items; /* key, value, key, value ... */
    size_t count;          /* items: two for each pair */
    size_t room;
} fc_torch_dict;

/** A value on the stack or in the memo. The arena of the machine owns all that it points to. */
struct fc_torch_value {
    fc_torch_kind kind;
    size_t count; /* items of a tuple */
    union {
        int64_t integer;
        fc_bytes text;
        const fc_torch_value *items; /* of a tuple */
        fc_torch_dict *dict;
        int name;                      /* row of the table of names in models/torch_calls */
        const fc_torch_tensor *tensor; /* also a storage, with one axis */
    };
};
