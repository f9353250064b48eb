/**
 * Colour: what the profile, the colour space and the depth of a file mean, brought to sRGB or grey
 * of 8 or 16 bits. Alpha comes through unchanged.
 *
 * Any thread after fc_vips_start.
 */
#pragma once

#include <vips/vips.h>

#include "base/attributes.h"
#include "base/error.h"

/**
 * Check that the layout of an opened file is one that fc_vips_to_srgb knows.
 *
 * Errors: FC_UNSUPPORTED_FORMAT (what it is, what is accepted).
 */
FC_MUST_CHECK fc_status fc_vips_check_layout(VipsImage *image, fc_error *err);

/**
 * To sRGB, or to grey where the file is grey without a profile.
 *
 * Embedded profiles are applied with relative colorimetric intent and black point compensation; a
 * broken one is ignored. CMYK without a profile takes the library's own.
 *
 * image   passed fc_vips_check_layout; rows are converted when they are read
 * out     owner: caller. UCHAR or USHORT, 1..4 bands: grey or sRGB, with alpha when even
 *
 * Errors: FC_CORRUPT_IMAGE, FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_vips_to_srgb(VipsImage *image, VipsImage **out, fc_error *err);
