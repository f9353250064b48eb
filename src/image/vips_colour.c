#include "image/vips_colour.h"

#include <stdbool.h>

#include "base/assert.h"
#include "image/icc.h"
#include "image/vips_file.h"

/* Colour channels of the spaces that are converted, 0 for all other spaces. */
static int colour_bands(VipsInterpretation space)
{
    if (space == VIPS_INTERPRETATION_B_W || space == VIPS_INTERPRETATION_GREY16) {
        return 1;
    }
    if (space == VIPS_INTERPRETATION_sRGB || space == VIPS_INTERPRETATION_RGB ||
        space == VIPS_INTERPRETATION_RGB16 || space == VIPS_INTERPRETATION_scRGB) {
        return 3;
    }
    return space == VIPS_INTERPRETATION_CMYK ? 4 : 0;
}

fc_status fc_vips_check_layout(VipsImage *image, fc_error *err)
{
    FC_ASSERT(image != NULL);

    const VipsInterpretation space = vips_image_guess_interpretation(image);
    const VipsBandFormat format = vips_image_get_format(image);
    const int bands = vips_image_get_bands(image);
    const int colours = colour_bands(space);
    if (colours == 0 || (bands != colours && bands != colours + 1)) {
        return fc_fail(err, FC_UNSUPPORTED_FORMAT,
                       "a picture of %d channels (%s); grey, RGB and CMYK are accepted, each with "
                       "or without alpha",
                       bands, vips_enum_nick(VIPS_TYPE_INTERPRETATION, (int)space));
    }
    const bool is_float = format == VIPS_FORMAT_FLOAT && space == VIPS_INTERPRETATION_scRGB;
    if (format != VIPS_FORMAT_UCHAR && format != VIPS_FORMAT_USHORT && !is_float) {
        return fc_fail(
            err, FC_UNSUPPORTED_FORMAT,
            "a picture of %s values; 8 and 16 bits, and 32-bit floats in RGB are accepted",
            vips_enum_nick(VIPS_TYPE_BAND_FORMAT, (int)format));
    }
    return FC_OK;
}

/* With the embedded profile, or with `fallback` (a profile of the library) where there is none or
 * it is broken. */
static int apply_profile(VipsImage *image, const char *fallback, VipsImage **out)
{
    const int depth = vips_image_get_format(image) == VIPS_FORMAT_USHORT ? 16 : 8;
    return vips_icc_transform(image, out, "srgb", "embedded", TRUE, "input_profile", fallback,
                              "intent", VIPS_INTENT_RELATIVE, "black_point_compensation", TRUE,
                              "depth", depth, NULL);
}

/* A profile that would change something; sRGB itself would only take its time. */
static bool has_foreign_profile(VipsImage *image)
{
    const void *data = NULL;
    size_t size = 0;
    return vips_image_get_typeof(image, VIPS_META_ICC_NAME) != 0 &&
           vips_image_get_blob(image, VIPS_META_ICC_NAME, &data, &size) == 0 &&
           !fc_icc_is_srgb((fc_bytes){ data, size });
}

fc_status fc_vips_to_srgb(VipsImage *image, VipsImage **out, fc_error *err)
{
    FC_ASSERT(image != NULL);
    FC_ASSERT(out != NULL);

    const VipsInterpretation space = vips_image_guess_interpretation(image);
    VipsImage *converted = NULL;
    if (space == VIPS_INTERPRETATION_scRGB) {
        if (vips_colourspace(image, &converted, VIPS_INTERPRETATION_sRGB, NULL) != 0) {
            return fc_vips_fail(err, FC_CORRUPT_IMAGE, "colours that cannot be converted");
        }
    } else if (space == VIPS_INTERPRETATION_CMYK) {
        if (apply_profile(image, "cmyk", &converted) != 0) {
            return fc_vips_fail(err, FC_CORRUPT_IMAGE, "colours that cannot be converted");
        }
    } else if (!has_foreign_profile(image) || apply_profile(image, "srgb", &converted) != 0) {
        vips_error_clear(); /* a profile that is of no use is as good as none */
        converted = image;
        g_object_ref(image);
    }
    *out = converted;
    return FC_OK;
}
