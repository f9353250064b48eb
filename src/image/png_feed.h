/**
 * PNG feed: hands a file to the library, no more than it needs for rows as they are stored: header
 * and pixels.
 *
 * So it never unpacks a text or a profile and looks nothing up in a palette: that is done here
 * (png_layout.h, png_colour.h, png_exif.h). Any thread.
 */
#pragma once

#include <spng.h>
#include <stdbool.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

/** Begin with { .file = ... }; must stay where it is while the context lives. */
typedef struct fc_png_feed {
    fc_bytes file;
    fc_bytes part;     /* left of what is handed over now */
    size_t at;         /* behind it */
    bool is_in_pixels; /* the first pixels were handed over: what is not pixels ends the feed */
} fc_png_feed;

static inline void fc_spng_cleanup(spng_ctx **slot)
{
    spng_ctx_free(*slot);
    *slot = NULL;
}

/**
 * A context of the library that reads from the feed, with limits for sides and chunks. The header
 * is read and found right.
 *
 * out   owner: caller, release with spng_ctx_free before the feed
 *
 * Errors: as fc_png_feed_check.
 */
FC_MUST_CHECK fc_status fc_png_feed_open(fc_png_feed *feed, spng_ctx **out, fc_error *err);

/**
 * What a result of the library means: FC_OK for SPNG_OK and SPNG_EOI, else recorded as
 * FC_CORRUPT_IMAGE, FC_LIMIT_EXCEEDED, FC_UNSUPPORTED_FORMAT or FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_png_feed_check(int result, fc_error *err);
