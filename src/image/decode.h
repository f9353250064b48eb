/**
 * Decoding: bytes in, upright 8-bit sRGB pixels and facts out. The type is told by content, never
 * by name; limits are checked from the header before a pixel is allocated.
 *
 * Behind it stand the codecs of image/codecs.h, one for each format. Where the program runs a
 * sandbox (sandbox/sandbox.h) they work in a process of their own, one for each decoder, and a file
 * that harms them harms that process alone: it is FC_CORRUPT_IMAGE, FC_LIMIT_EXCEEDED where it
 * takes more memory or time than its size allows, and FC_OUT_OF_MEMORY where the system took the
 * process away. Any thread.
 */
#pragma once

#include <stdbool.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "image/image.h"
#include "image/photo_facts.h"

/**
 * Read the header and check the limits.
 *
 * Errors: FC_UNSUPPORTED_FORMAT (what it is, what is allowed), FC_CORRUPT_IMAGE,
 * FC_LIMIT_EXCEEDED (also too many JPEG scans or WebP pictures, see limits.h).
 * Cost: no pixel is decoded; JPEG, PNG and WebP files are walked for their markers and chunks.
 */
FC_MUST_CHECK fc_status fc_decode_probe(fc_bytes file, const fc_decode_limits *limits,
                                        fc_photo_facts *out, fc_error *err);

/** A decoded photo, or part of one, and its place in the photo. */
typedef struct fc_raster {
    fc_image *pixels;       /* RGB */
    fc_similarity to_photo; /* px of the raster -> px of the upright full-scale photo */
} fc_raster;

/**
 * Decode to upright 8-bit sRGB: EXIF orientation, ICC profiles, CMYK, grey, palettes, 16 bit and
 * alpha (onto the background) are all dealt with here, so that no other file knows of them.
 *
 * facts   from fc_decode_probe of the same bytes
 * out     owner: caller, release with fc_raster_free. Untouched on failure
 *
 * Errors: FC_CORRUPT_IMAGE (also cut short), FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_decode(fc_bytes file, const fc_photo_facts *facts,
                                  const fc_decode_request *request, fc_raster **out, fc_error *err);

void fc_raster_free(fc_raster *raster);
FC_DEFINE_CLEANUP(fc_raster, fc_raster_free)

/**
 * A photo that is decoded more than once: first a preview, then parts of it. What a format has to
 * decode whole is decoded once and kept. One thread at a time.
 */
typedef struct fc_decoder fc_decoder;

/**
 * Read the header and check the limits, as fc_decode_probe; the open decoder is kept.
 *
 * file   must outlive the decoder
 */
FC_MUST_CHECK fc_status fc_decoder_open(fc_bytes file, const fc_decode_limits *limits,
                                        fc_decoder **out, fc_error *err);

/** End it and what it kept. NULL is fine. */
void fc_decoder_free(fc_decoder *decoder);
FC_DEFINE_CLEANUP(fc_decoder, fc_decoder_free)

/** What the header says. Lives as long as the decoder. */
const fc_photo_facts *fc_decoder_facts(const fc_decoder *decoder);

/** As fc_decode. */
FC_MUST_CHECK fc_status fc_decoder_decode(fc_decoder *decoder, const fc_decode_request *request,
                                          fc_raster **out, fc_error *err);

/** Bytes that decoding a file takes in addition to facts.decoded_bytes: where it is done by a
 * process of its own, that process and its copy of the file. */
int64_t fc_decoder_overhead(fc_bytes file);

/** What a process of its own does: fc_sandbox_work of sandbox/sandbox.h. */
void fc_decode_serve(int channel, uint8_t *window);
