#include "pipeline/cutout_encode.h"

#include "base/assert.h"
#include "image/encode.h"
#include "ops/clear_hidden.h"
#include "ops/flatten.h"

static const uint8_t BLACK[3] = { 0, 0, 0 };
static const uint8_t WHITE[3] = { 255, 255, 255 };

static bool is_opaque(const fc_image *pixels)
{
    for (int32_t y = 0; y < pixels->size.height; y++) {
        const uint8_t *row = fc_image_row(pixels, y);
        for (int32_t x = 0; x < pixels->size.width; x++) {
            if (row[4 * x + 3] != 255) {
                return false;
            }
        }
    }
    return true;
}

/* Some of the four channels: `channels` 1 is the alpha, 3 the colours as they are. */
static fc_status take_channels(const fc_image *pixels, int32_t channels, fc_image **out,
                               fc_error *err)
{
    FC_AUTO(fc_image) taken = NULL;
    FC_TRY(fc_image_new(pixels->size, channels, &taken, err));
    const int32_t first = channels == 1 ? 3 : 0;
    for (int32_t y = 0; y < pixels->size.height; y++) {
        const uint8_t *from = fc_image_row(pixels, y) + first;
        uint8_t *to = fc_image_row(taken, y);
        for (int32_t x = 0; x < pixels->size.width; x++) {
            for (int32_t c = 0; c < channels; c++) {
                to[channels * x + c] = from[4 * x + c];
            }
        }
    }
    *out = FC_STEAL(taken);
    return FC_OK;
}

/* The alpha as a picture of its own: grey, or RGB where the format knows no grey of ours. */
static fc_status make_matte(const fc_image *pixels, bool rgb, fc_image **out, fc_error *err)
{
    FC_AUTO(fc_image) grey = NULL;
    FC_TRY(take_channels(pixels, 1, &grey, err));
    if (!rgb) {
        *out = FC_STEAL(grey);
        return FC_OK;
    }
    FC_AUTO(fc_image) matte = NULL;
    FC_TRY(fc_image_new(pixels->size, 3, &matte, err));
    for (int32_t y = 0; y < pixels->size.height; y++) {
        const uint8_t *from = fc_image_row(grey, y);
        uint8_t *to = fc_image_row(matte, y);
        for (int32_t i = 0; i < 3 * pixels->size.width; i++) {
            to[i] = from[i / 3];
        }
    }
    *out = FC_STEAL(matte);
    return FC_OK;
}

/* The picture that is written, where it is not the pixels themselves (then *out stays NULL). */
static fc_status choose_picture(const fc_cutout_plan *plan, fc_cutout_format format, bool opaque,
                                fc_image *pixels, fc_image **out, fc_error *err)
{
    if (plan->alpha_only) {
        return make_matte(pixels, format == FC_CUTOUT_JPEG, out, err);
    }
    if (format == FC_CUTOUT_JPEG) {
        return fc_flatten(pixels, WHITE, out, err);
    }
    if (opaque && !plan->keep_alpha) {
        return take_channels(pixels, 3, out, err);
    }
    fc_clear_hidden_in_place(pixels, BLACK);
    return FC_OK;
}

static fc_status encode(const fc_image *picture, fc_cutout_format format, fc_buffer *out,
                        fc_error *err)
{
    int32_t quality = 0;
    switch (format) {
    case FC_CUTOUT_JPEG:
        return fc_encode_jpeg(picture, FC_CUTOUT_BYTES_MAX, out, &quality, err);
    case FC_CUTOUT_WEBP:
        return fc_encode_webp(picture, out, err);
    case FC_CUTOUT_AUTO:
    case FC_CUTOUT_PNG:
    case FC_CUTOUT_PAIR:
        break;
    }
    return fc_encode_png(picture, out, err);
}

static fc_status encode_pair(const fc_image *pixels, fc_buffer *colours, fc_buffer *alpha,
                             fc_error *err)
{
    FC_AUTO(fc_image) rgb = NULL;
    FC_AUTO(fc_image) grey = NULL;
    FC_TRY(take_channels(pixels, 3, &rgb, err));
    FC_TRY(encode(rgb, FC_CUTOUT_JPEG, colours, err));
    FC_TRY(take_channels(pixels, 1, &grey, err));
    return encode(grey, FC_CUTOUT_PNG, alpha, err);
}

static fc_status encode_one(const fc_cutout_plan *plan, fc_cutout_format format, bool opaque,
                            fc_image *pixels, fc_buffer *out, fc_error *err)
{
    FC_AUTO(fc_image) chosen = NULL;
    FC_TRY(choose_picture(plan, format, opaque, pixels, &chosen, err));
    return encode(chosen != NULL ? chosen : pixels, format, out, err);
}

fc_status fc_cutout_encode(const fc_cutout_plan *plan, fc_image *pixels, fc_cutout *out,
                           fc_error *err)
{
    FC_ASSERT(plan != NULL && out != NULL);
    FC_ASSERT(pixels != NULL && pixels->channels == 4);
    const bool opaque = is_opaque(pixels);
    fc_cutout_format format = plan->format;
    if (format == FC_CUTOUT_AUTO) {
        format = opaque && !plan->alpha_only ? FC_CUTOUT_JPEG : FC_CUTOUT_PNG;
    }
    FC_AUTO_BUFFER(file, FC_CUTOUT_BYTES_MAX);
    FC_AUTO_BUFFER(alpha, FC_CUTOUT_BYTES_MAX);
    FC_TRY(format == FC_CUTOUT_PAIR ? encode_pair(pixels, &file, &alpha, err)
                                    : encode_one(plan, format, opaque, pixels, &file, err));
    out->file = file;
    out->alpha_file = alpha;
    out->format = format;
    out->size = pixels->size;
    file = alpha = FC_BUFFER(0);
    return FC_OK;
}
