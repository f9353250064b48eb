/**
 * Profile: a transform from a file's colours to sRGB, by Little CMS. The only file that knows it.
 *
 * Relative colorimetric with black point compensation. Any thread; a transform belongs to one
 * thread at a time.
 */
#pragma once

#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "image/colour_space.h"

typedef struct fc_profile_transform fc_profile_transform;

/**
 * Build the transform that a colour space asks for.
 *
 * bits   8 or 16, of both sides
 * out    owner: caller, release with fc_profile_transform_free. NULL where the numbers are sRGB, or
 *        grey, already, and where the profile is damaged or made for another number of channels:
 *        such a profile is as good as none
 *
 * CMYK without a usable profile gives NULL as well: see image/cmyk.h.
 *
 * Errors: FC_OUT_OF_MEMORY. Cost: 0.2 ms for a matrix profile, up to 20 ms for one with tables.
 */
FC_MUST_CHECK fc_status fc_profile_transform_new(const fc_colour_space *space, int32_t bits,
                                                 fc_profile_transform **out, fc_error *err);

/** Convert `count` pixels to 3 channels, and alpha where the space has it, which is copied. `from`
 * and `to` are apart. */
void fc_profile_transform_apply(const fc_profile_transform *transform, const void *from, void *to,
                                int32_t count);

void fc_profile_transform_free(fc_profile_transform *transform);
FC_DEFINE_CLEANUP(fc_profile_transform, fc_profile_transform_free)

/** Version of the library, such as "2.14". */
const char *fc_profile_library(void);
