#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <webp/encode.h>

#include "base/assert.h"
#include "base/memory.h"
#include "image/encode.h"

/* Two finished portraits of 648 x 648 px (RGBA) have 43 and 72 kB at this quality, as PNG 367 and
 * 419 kB. */
#define WEBP_QUALITY 90

/* Where libwebp puts what it has written. */
typedef struct webp_output {
    fc_buffer *file;
    fc_status status;
    fc_error *err;
} webp_output;

static int write_bytes(const uint8_t *data, size_t size, const WebPPicture *picture)
{
    webp_output *output = picture->custom_ptr;
    output->status = fc_buffer_append(output->file, data, size, output->err);
    return output->status == FC_OK;
}

/* What libwebp's errors mean. It forgets to name some wants of memory; the C library does not. */
static fc_status fail(WebPEncodingError code, fc_error *err)
{
    if (code == VP8_ENC_ERROR_OUT_OF_MEMORY || code == VP8_ENC_ERROR_BITSTREAM_OUT_OF_MEMORY ||
        errno == ENOMEM) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for writing a WebP");
    }
    if (code == VP8_ENC_ERROR_BAD_DIMENSION || code == VP8_ENC_ERROR_PARTITION0_OVERFLOW ||
        code == VP8_ENC_ERROR_PARTITION_OVERFLOW || code == VP8_ENC_ERROR_FILE_TOO_BIG) {
        return fc_fail(err, FC_LIMIT_EXCEEDED, "a picture larger than a WebP can hold");
    }
    return fc_fail(err, FC_INVALID_ARGUMENT, "the WebP cannot be written (libwebp's error %d)",
                   (int)code);
}

/* libwebp knows no grey: each value three times. */
static fc_status widen(const fc_image *grey, uint8_t **out, fc_error *err)
{
    const size_t width = (size_t)grey->size.width;
    FC_AUTO(fc_octets) rgb = NULL;
    FC_TRY(fc_memory_new((size_t)grey->size.height, 3 * width, (void **)&rgb, err));
    uint8_t *to = rgb;
    for (int32_t y = 0; y < grey->size.height; y++) {
        const uint8_t *from = fc_image_row(grey, y);
        for (size_t x = 0; x < width; x++, to += 3) {
            memset(to, from[x], 3);
        }
    }
    *out = FC_STEAL(rgb);
    return FC_OK;
}

static fc_status import(const fc_image *image, WebPPicture *picture, fc_error *err)
{
    picture->width = image->size.width;
    picture->height = image->size.height;
    int is_fine = 0;
    if (image->channels == 1) {
        FC_AUTO(fc_octets) rgb = NULL;
        FC_TRY(widen(image, &rgb, err));
        is_fine = WebPPictureImportRGB(picture, rgb, 3 * image->size.width);
    } else if (image->channels == 3) {
        is_fine = WebPPictureImportRGB(picture, image->data, (int)image->stride);
    } else {
        is_fine = WebPPictureImportRGBA(picture, image->data, (int)image->stride);
    }
    return is_fine ? FC_OK : fail(VP8_ENC_ERROR_OUT_OF_MEMORY, err); /* what else could fail */
}

static fc_status encode(const fc_image *image, WebPPicture *picture, fc_error *err)
{
    WebPConfig config;
    const bool is_known = WebPConfigPreset(&config, WEBP_PRESET_DEFAULT, WEBP_QUALITY);
    FC_ASSERT(is_known);
    FC_TRY(import(image, picture, err));
    const webp_output *output = picture->custom_ptr;
    errno = 0;
    if (WebPEncode(&config, picture)) {
        return FC_OK;
    }
    return output->status != FC_OK ? output->status : fail(picture->error_code, err);
}

fc_status fc_encode_webp(const fc_image *image, fc_buffer *out, fc_error *err)
{
    FC_ASSERT(image != NULL);
    FC_ASSERT(image->channels == 1 || image->channels == 3 || image->channels == 4);
    FC_ASSERT(out != NULL && out->size == 0);

    if (image->size.width > WEBP_MAX_DIMENSION || image->size.height > WEBP_MAX_DIMENSION) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "a WebP of %" PRId32 " x %" PRId32 " px; at most %d a side can be written",
                       image->size.width, image->size.height, WEBP_MAX_DIMENSION);
    }
    webp_output output = { .file = out, .status = FC_OK, .err = err };
    WebPPicture picture;
    const bool is_known = WebPPictureInit(&picture);
    FC_ASSERT(is_known);
    picture.writer = write_bytes;
    picture.custom_ptr = &output;
    const fc_status status = encode(image, &picture, err);
    WebPPictureFree(&picture);
    if (status != FC_OK) {
        fc_buffer_clear(out);
    }
    return status;
}
