/**
 * Coded picture: one item of a HEIF file that a codec decodes, and what its properties say.
 *
 * Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "image/geometry.h"
#include "image/heif_codec.h"
#include "image/heif_file.h"

typedef struct fc_heif_coded {
    const fc_heif_codec *codec; /* NULL: there is none */
    uint32_t item;
    fc_size size;
    fc_bytes config;
    fc_heif_extents extents;
    int32_t layers;
    int32_t operating_point;
    fc_heif_stream_facts facts;
} fc_heif_coded;

/** Whether items of this type are coded pictures that can be read. */
bool fc_heif_is_coded(uint32_t item_type);

/**
 * Read the properties of one coded picture and find its bytes; all of them are there.
 *
 * otherwise   its size where the file does not say; 0 x 0: then it is refused
 *
 * Errors: FC_CORRUPT_IMAGE, FC_UNSUPPORTED_FORMAT, FC_LIMIT_EXCEEDED (a side above
 * FC_IMAGE_SIDE_MAX), FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_heif_coded_read(const fc_heif_file *file, uint32_t item,
                                           fc_size otherwise, fc_heif_coded *out, fc_error *err);

/** Bytes that decoding holds at its peak, the picture itself included. */
int64_t fc_heif_coded_peak_bytes(const fc_heif_coded *coded);

/** Decode. out: as fc_heif_decode_codec, and the same errors. */
FC_MUST_CHECK fc_status fc_heif_coded_decode(const fc_heif_file *file, const fc_heif_coded *coded,
                                             fc_heif_picture **out, fc_error *err);
