/**
 * PNG layout: how a file's pixels are stored, its palette and its transparent colour. Any thread.
 */
#pragma once

#include <spng.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "image/png_expand.h"

/**
 * From the header, PLTE and tRNS.
 *
 * A tRNS that does not fit the picture, or whose checksum does not fit, is passed over.
 *
 * file     passed fc_png_scan
 * header   of the same file, as the library read it
 * out      untouched on failure
 *
 * Errors: FC_CORRUPT_IMAGE (a palette that is missing or damaged). Cost: O(chunks).
 */
FC_MUST_CHECK fc_status fc_png_read_layout(fc_bytes file, const struct spng_ihdr *header,
                                           fc_png_pixels *out, fc_error *err);
