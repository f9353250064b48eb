/**
 * Codecs: which library reads which format. The table is formats.def.
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

/** How the files of a format are read. */
typedef struct fc_codec {
    fc_format format;
    const char *library;          /* "libjpeg-turbo"; "built in" for ours */
    const char *(*version)(void); /* of the library as it runs; "" for ours */
    fc_source_open *open;
} fc_codec;

/** The codec of a format; NULL for FC_FORMAT_UNKNOWN. */
const fc_codec *fc_codec_lookup(fc_format format);

/* Those of the table. HEIC and AVIF share `open`. */
#define FC_FORMAT(type, name, tell, codec, endings) extern const fc_codec codec;
#include "image/formats.def"
#undef FC_FORMAT
