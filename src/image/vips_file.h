/**
 * libvips for untrusted files: start it with everything blocked but six decoders, open a file by
 * the type that we told, and turn its errors into ours.
 *
 * Nothing here decides by name or by libvips' own sniffing. Any thread after fc_vips_start.
 */
#pragma once

#include <vips/vips.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "image/format.h"

static inline void fc_vips_image_unref(VipsImage *image)
{
    g_clear_object(&image);
}
FC_DEFINE_CLEANUP(VipsImage, fc_vips_image_unref)

/** Once at start, before any thread. Errors: FC_MODEL_UNAVAILABLE. Cost: 0.1 s. */
FC_MUST_CHECK fc_status fc_vips_start(fc_error *err);

/** Once at the end. */
void fc_vips_stop(void);

/** Version of the library. */
const char *fc_vips_version(void);

/** When a thread is done with a picture and holds no image any more: release the strips of pixels
 *  that the library keeps for the thread's next picture. Photos are not kept. */
void fc_vips_forget(void);

/**
 * Open a file for reading its rows once, from top to bottom. Only the header is read here.
 *
 * Of an animation the first picture is opened, of several pages the first or the primary one.
 *
 * file     must outlive the image
 * format   one that libvips reads: not unknown, not bmp
 * shrink   1, 2, 4 or 8 for JPEG, else 1
 * out      owner: caller, release with g_object_unref. Untouched on failure
 *
 * Errors: FC_CORRUPT_IMAGE, FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_vips_open(fc_bytes file, fc_format format, int32_t shrink,
                                     VipsImage **out, fc_error *err);

/**
 * Record a failure with the library's own reason, cut to its first line, and forget the reason.
 *
 * The status becomes FC_OUT_OF_MEMORY where the reason says so. Threads share the library's error
 * text, so under load it may be the reason of another file.
 */
FC_MUST_CHECK FC_COLD fc_status fc_vips_fail(fc_error *err, fc_status status, const char *what);
