/**
 * Codecs within HEIF: one coded picture through libde265 (HEVC) or dav1d (AV1).
 *
 * What these libraries give for damaged bytes is not trusted: they get zeroed or marked memory of
 * our own (image/heif_frame.h), and a picture of which a part was never written is refused.
 * Any thread.
 */
#pragma once

#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "image/geometry.h"
#include "image/heif_frame.h"

/** The bytes of one coded picture and what the file says of it. */
typedef struct fc_heif_stream {
    fc_bytes config; /* of the 'hvcC' or 'av1C' property */
    fc_bytes data;   /* of the item */
    fc_size size;    /* 'ispe' */
    int32_t layers;  /* more than 1: pictures of growing quality, the last is the wanted one */
    int32_t operating_point;
} fc_heif_stream;

/** What the header says of decoding it. */
typedef struct fc_heif_stream_facts {
    fc_heif_sampling sampling;
    fc_heif_code_points points; /* unspecified where only decoding would tell */
    int32_t frames;             /* held at the same time at most */
    int64_t work_bytes;         /* that the codec holds in addition to the frames, measured */
} fc_heif_stream_facts;

/** Errors: FC_CORRUPT_IMAGE, FC_UNSUPPORTED_FORMAT (a depth or chroma that is not read). */
typedef fc_status fc_heif_probe_codec(const fc_heif_stream *stream, fc_heif_stream_facts *out,
                                      fc_error *err);

/**
 * Decode.
 *
 * facts   from the probe of the same stream
 * out     owner: caller, release with fc_heif_picture_free. Untouched on failure
 *
 * Errors: FC_CORRUPT_IMAGE (also: not the size that the header says), FC_OUT_OF_MEMORY.
 */
typedef fc_status fc_heif_decode_codec(const fc_heif_stream *stream,
                                       const fc_heif_stream_facts *facts, fc_heif_picture **out,
                                       fc_error *err);

/** How pictures of one coding are read. */
typedef struct fc_heif_codec {
    uint32_t config; /* type of the property: 'hvcC' */
    fc_heif_probe_codec *probe;
    fc_heif_decode_codec *decode;
} fc_heif_codec;

extern const fc_heif_codec fc_heif_hevc; /* libde265 */
extern const fc_heif_codec fc_heif_av1;  /* dav1d */
