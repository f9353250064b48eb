/**
 * Codecs: which library reads which format. To add a format: decode_FORMAT.c, a row in codecs.c, a
 * test and a fuzz target.
 *
 * Any thread.
 */
#pragma once

#include <stddef.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "image/format.h"
#include "image/source.h"

/**
 * Read the header of a file.
 *
 * file     told apart by fc_format_sniff; must outlive the source
 * out      owner: caller, release with fc_source_free. Untouched on failure
 *
 * Errors: FC_CORRUPT_IMAGE (damaged or cut short), FC_UNSUPPORTED_FORMAT (a kind of the format
 * that cannot be read, named), FC_LIMIT_EXCEEDED, FC_OUT_OF_MEMORY. What a library returns for a
 * file is never asserted. Cost: no pixel is decoded.
 */
typedef fc_status fc_source_open(fc_bytes file, const fc_source_limits *limits, fc_source **out,
                                 fc_error *err);

/** One row of the table. */
typedef struct fc_codec {
    fc_format format;
    const char *library;          /* "libjpeg-turbo"; "built in" for ours */
    const char *(*version)(void); /* of the library as it runs */
    fc_source_open *open;
} fc_codec;

/** The row of a format; NULL for FC_FORMAT_UNKNOWN. */
const fc_codec *fc_codec_lookup(fc_format format);

FC_MUST_CHECK fc_source_open fc_jpeg_open;
FC_MUST_CHECK fc_source_open fc_png_open;
FC_MUST_CHECK fc_source_open fc_webp_open;
FC_MUST_CHECK fc_source_open fc_bmp_open;
FC_MUST_CHECK fc_source_open fc_gif_open;
FC_MUST_CHECK fc_source_open fc_tiff_open;
FC_MUST_CHECK fc_source_open fc_heif_open; /* HEIC and AVIF */

const char *fc_jpeg_version(void);
const char *fc_png_version(void);
const char *fc_webp_version(void);
const char *fc_gif_version(void);
const char *fc_tiff_version(void);
const char *fc_hevc_version(void);
const char *fc_av1_version(void);
