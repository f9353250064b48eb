#include <inttypes.h>
#include <stdbool.h>

#include "base/assert.h"
#include "base/limits.h"
#include "image/bmp.h"
#include "image/decode.h"
#include "image/jpeg_scan.h"
#include "image/orientation.h"
#include "image/png_scan.h"
#include "image/vips_colour.h"
#include "image/vips_file.h"
#include "image/webp_scan.h"

/* Bytes of the result for each pixel. */
#define RGB_BYTES 3

/* What the decoders keep beside the result, in bytes for each pixel of the picture: measured as
 * peak memory on pictures of 12 megapixels and rounded up. */
#define WEBP_KEPT_BYTES 9
#define GIF_KEPT_BYTES 10
#define HEIF_KEPT_BYTES 16

static fc_status check_format(fc_format format, uint32_t accepted, fc_error *err)
{
    if (format != FC_FORMAT_UNKNOWN && (accepted & FC_FORMAT_BIT(format)) != 0) {
        return FC_OK;
    }
    char list[FC_FORMATS_TEXT_SIZE];
    fc_formats_print(accepted, list);
    if (format == FC_FORMAT_UNKNOWN) {
        return fc_fail(err, FC_UNSUPPORTED_FORMAT, "not a picture of a known type; accepted are %s",
                       list);
    }
    return fc_fail(err, FC_UNSUPPORTED_FORMAT, "a %s picture; accepted are %s",
                   fc_format_name(format), list);
}

static fc_status check_size(fc_size size, const fc_decode_limits *limits, fc_error *err)
{
    if (size.width > FC_IMAGE_SIDE_MAX || size.height > FC_IMAGE_SIDE_MAX) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "a picture of %" PRId32 " x %" PRId32 " px, at most %d a side are accepted",
                       size.width, size.height, FC_IMAGE_SIDE_MAX);
    }
    const int64_t pixels = (int64_t)size.width * size.height;
    if (pixels > limits->pixels_max) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "a picture of %" PRId32 " x %" PRId32 " = %" PRId64 " px, at most %" PRId64
                       " are accepted",
                       size.width, size.height, pixels, limits->pixels_max);
    }
    return FC_OK;
}

/* Our own look at the file, for what the library does not bound. `is_kept`: the decoder
 * keeps the whole picture in memory, which for these types depends on the file. */
static fc_status scan(fc_bytes file, fc_format format, bool *is_kept, fc_error *err)
{
    *is_kept = false;
    if (format == FC_FORMAT_JPEG) {
        fc_jpeg_frame frame = { 0 };
        FC_TRY(fc_jpeg_scan(file, &frame, err));
        *is_kept = frame.progressive;
    } else if (format == FC_FORMAT_PNG) {
        fc_png_header header = { 0 };
        FC_TRY(fc_png_scan(file, &header, err));
        *is_kept = header.interlaced;
    } else if (format == FC_FORMAT_WEBP) {
        fc_webp_layout layout = { 0 };
        FC_TRY(fc_webp_scan(file, &layout, err));
    }
    return FC_OK;
}

/* Bytes a pixel that the decoder keeps beside the result; 0 for those that go row by row. */
static int64_t kept_bytes(const fc_photo_facts *facts, bool is_kept)
{
    const int64_t stored = (int64_t)facts->channels * (facts->bits / 8);
    switch (facts->format) {
    case FC_FORMAT_JPEG: /* coefficients of 16 bits */
        return is_kept ? 2 * stored : 0;
    case FC_FORMAT_PNG:
        return is_kept ? stored : 0;
    case FC_FORMAT_WEBP:
        return WEBP_KEPT_BYTES;
    case FC_FORMAT_GIF:
        return GIF_KEPT_BYTES;
    case FC_FORMAT_TIFF: /* one strip or tile may be the whole picture, packed and unpacked */
        return 2 * stored;
    case FC_FORMAT_HEIC:
    case FC_FORMAT_AVIF:
        return HEIF_KEPT_BYTES;
    case FC_FORMAT_BMP:
    case FC_FORMAT_UNKNOWN:
    case FC_FORMAT_COUNT:
        break;
    }
    return 0;
}

static fc_status probe_bmp(fc_bytes file, fc_photo_facts *facts, fc_error *err)
{
    fc_bmp bmp = { 0 };
    FC_TRY(fc_bmp_read_header(file, &bmp, err));
    facts->size = bmp.size;
    facts->orientation = 1;
    facts->bits = 8;
    facts->has_alpha = bmp.channels[3].max > 0;
    facts->channels = facts->has_alpha ? 4 : 3;
    return FC_OK;
}

static int32_t bits_of(VipsBandFormat format)
{
    return (int32_t)vips_format_sizeof(format) * 8;
}

static fc_status probe_vips(fc_bytes file, fc_photo_facts *facts, fc_error *err)
{
    FC_AUTO(VipsImage) image = NULL;
    FC_TRY(fc_vips_open(file, facts->format, 1, &image, err));
    FC_TRY(fc_vips_check_layout(image, err));
    facts->orientation = vips_image_get_orientation(image);
    facts->size = fc_orientation_turn_size(
        fc_orientation_lookup(facts->orientation),
        (fc_size){ vips_image_get_width(image), vips_image_get_height(image) });
    facts->bits = bits_of(vips_image_get_format(image));
    facts->channels = vips_image_get_bands(image);
    facts->has_alpha = vips_image_hasalpha(image) != 0;
    facts->has_profile = vips_image_get_typeof(image, VIPS_META_ICC_NAME) != 0;
    return FC_OK;
}

static fc_status probe(fc_bytes file, const fc_decode_limits *limits, fc_photo_facts *facts,
                       fc_error *err)
{
    facts->format = fc_format_sniff(file);
    FC_TRY(check_format(facts->format, limits->formats, err));

    bool is_kept = false;
    FC_TRY(scan(file, facts->format, &is_kept, err));
    if (facts->format == FC_FORMAT_BMP) {
        FC_TRY(probe_bmp(file, facts, err));
    } else {
        FC_TRY(probe_vips(file, facts, err));
    }
    FC_TRY(check_size(facts->size, limits, err));

    const int64_t pixels = (int64_t)facts->size.width * facts->size.height;
    facts->decoded_bytes = pixels * (RGB_BYTES + kept_bytes(facts, is_kept));
    if (facts->decoded_bytes > limits->decoded_max) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "decoding this %s takes %" PRId64 " bytes, at most %" PRId64 " are accepted",
                       fc_format_name(facts->format), facts->decoded_bytes, limits->decoded_max);
    }
    return FC_OK;
}

fc_status fc_decode_probe(fc_bytes file, const fc_decode_limits *limits, fc_photo_facts *out,
                          fc_error *err)
{
    FC_ASSERT(limits != NULL);
    FC_ASSERT(out != NULL);

    fc_photo_facts facts = { 0 };
    const fc_status status = probe(file, limits, &facts, err);
    fc_vips_forget();
    FC_TRY(status);
    *out = facts;
    return FC_OK;
}
