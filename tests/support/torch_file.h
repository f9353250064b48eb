/** Checkpoints as torch.save lays them out, for tests. All of this fails the test when something
 * goes wrong. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/** One entry of the zip. `name` with its folder. */
typedef struct fc_torch_part {
    const char *name;
    fc_bytes data;
} fc_torch_part;

/** How the zip is written; zeroed: as PyTorch does. */
typedef struct fc_torch_style {
    uint16_t flags;      /* more of them, of every entry */
    uint16_t method;     /* of every entry */
    uint32_t more;       /* bytes that the directory says too much of the first entry */
    bool no_zip64;       /* without the zip64 end record */
    bool wide;           /* sizes and places in zip64 fields */
    uint32_t same_place; /* the directory puts the second entry where the first one is */
    const char *comment; /* at the end of the file */
    const char *renamed; /* what the directory calls the first entry */
} fc_torch_style;

/** Append a zip of the parts to an empty buffer. */
void fc_torch_zip_write(const fc_torch_part *parts, size_t count, const fc_torch_style *style,
                        fc_buffer *out);

/** A pickle, and what its refusal says. */
typedef struct fc_torch_pickle_case {
    const char *code;
    size_t size;
    const char *text;
} fc_torch_pickle_case;

#define FC_TORCH_PICKLE(code, text)                                                                \
    {                                                                                              \
        code, sizeof(code) - 1, text                                                               \
    }

/** A zip whose data.pkl is the given bytes, with one storage of 8 float32: data/0. */
void fc_torch_pickle_write(const void *code, size_t size, fc_buffer *out);

/** What differs from a good CodeFormer checkpoint; zeroed: nothing. */
typedef struct fc_torch_fault {
    const char *missing; /* name of a tensor that is not there */
    const char *flat;    /* name of a tensor whose shape is one row */
} fc_torch_fault;

/** The smallest CodeFormer that there can be: 32 channels everywhere, 2 layers, 16 codes, weights
 *  from a generator of random numbers. 5 MB. */
void fc_torch_codeformer_write(const fc_torch_fault *fault, fc_buffer *out);
