/**
 * TIFF layout: how the page that libtiff has read is stored, and how to read its rows. One thread
 * at a time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "image/colour_space.h"
#include "image/geometry.h"
#include "image/tiff_file.h"

/** How rows are read. */
typedef enum fc_tiff_way {
    FC_TIFF_LINES,     /* one after the other: strips with all samples of a pixel together */
    FC_TIFF_BLOCKS,    /* tiles, and strips where each sample has its own */
    FC_TIFF_CONVERTED, /* by the library to 8-bit RGB, a strip or a row of tiles at a time */
} fc_tiff_way;

typedef struct fc_tiff_layout {
    fc_tiff_way way;
    fc_size size;
    fc_colour_model model;
    int32_t bits;       /* of a sample as rows give it: 8, 16, 32 (float) */
    int32_t samples;    /* of a stored pixel */
    int32_t alpha_at;   /* which sample is alpha; -1: none */
    bool is_multiplied; /* alpha is multiplied into the colours */
    bool is_inverted;   /* 0 is white */
    bool is_tiled;
    bool is_planar;     /* each sample has blocks of its own */
    fc_size block;      /* px of a strip or tile */
    int64_t kept_bytes; /* see image/source.h */
} fc_tiff_layout;

/**
 * Tell the layout, and set the library up for it.
 *
 * file   opened on a page of this size
 * out    untouched on failure
 *
 * Errors: FC_UNSUPPORTED_FORMAT (what it is), FC_CORRUPT_IMAGE.
 */
FC_MUST_CHECK fc_status fc_tiff_read_layout(fc_tiff_file *file, fc_size size, fc_tiff_layout *out,
                                            fc_error *err);

/** Samples that rows are made of: the colours and alpha. */
static inline int32_t fc_tiff_channels(const fc_tiff_layout *layout)
{
    const fc_colour_space space = { .model = layout->model, .has_alpha = layout->alpha_at >= 0 };
    return fc_colour_space_channels(&space);
}
