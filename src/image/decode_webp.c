#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <webp/decode.h>

#include "base/assert.h"
#include "base/memory.h"
#include "image/codecs.h"
#include "image/exif.h"
#include "image/webp_scan.h"

/*
 * Bytes held for each pixel: libwebp wants a place for all of the picture, 3 or 4 bytes. While it
 * decodes it keeps a lossless picture in 4 bytes more, and of a lossy one the alpha, in 4 as it is
 * unpacked and 1 as it is used; of lossy colour some rows. Measured as peak memory on pictures of
 * 12 megapixels: 3.03, 9.03 with alpha; lossless 7.02, 8.03 with alpha.
 */
#define LOSSLESS_KEPT_BYTES 4
#define LOSSY_ALPHA_KEPT_BYTES 5

/* Formats that WebPGetFeatures tells apart. */
enum { FEATURE_LOSSY = 1, FEATURE_LOSSLESS = 2 };

/* Pixels around a part that are decoded as well, so that the colours at its edges, of which lossy
 * files have every second, are interpolated from the same neighbours; even. */
#define MARGIN 2

typedef struct webp_source {
    fc_source source;
    fc_bytes image;
    fc_rect frame; /* of the first picture on the canvas, which is the source's size */
} webp_source;

typedef struct webp_rows {
    fc_rows rows;
    fc_rect part;     /* of the canvas */
    fc_rect held;     /* decoded, with a margin around the part; of the canvas; may be empty */
    uint8_t *decoded; /* rows of `held`, tightly packed; NULL where it is empty */
    uint8_t *line;    /* NULL where every row of the part lies within the picture */
} webp_rows;

/* libwebp tells want of memory from damage in most places, and the C library in all of them. */
static fc_status fail(VP8StatusCode code, fc_error *err)
{
    if (code == VP8_STATUS_OUT_OF_MEMORY || errno == ENOMEM) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for decoding a WebP");
    }
    if (code == VP8_STATUS_UNSUPPORTED_FEATURE) {
        return fc_fail(err, FC_UNSUPPORTED_FORMAT, "a WebP of a kind that libwebp does not know");
    }
    if (code == VP8_STATUS_NOT_ENOUGH_DATA || code == VP8_STATUS_SUSPENDED) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a WebP cut short");
    }
    return fc_fail(err, FC_CORRUPT_IMAGE, "a damaged WebP");
}

static int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static int32_t most(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

/* What of the picture has to be decoded for a part of the canvas. */
static fc_rect decoded_part(fc_rect frame, fc_rect part)
{
    /* In px of the picture. */
    const int32_t left = most(part.x - frame.x - MARGIN, 0) & ~1;
    const int32_t top = most(part.y - frame.y - MARGIN, 0) & ~1;
    const int32_t right = least(part.x - frame.x + part.width + MARGIN, frame.width);
    const int32_t bottom = least(part.y - frame.y + part.height + MARGIN, frame.height);
    const bool is_apart = part.x >= frame.x + frame.width || part.x + part.width <= frame.x ||
                          part.y >= frame.y + frame.height || part.y + part.height <= frame.y;
    return is_apart ? (fc_rect){ 0 }
                    : (fc_rect){ frame.x + left, frame.y + top, right - left, bottom - top };
}

static fc_status decode(const webp_source *source, webp_rows *self, fc_error *err)
{
    const fc_rect held = self->held;
    const size_t stride = (size_t)held.width * (size_t)self->rows.channels;
    FC_TRY(fc_memory_new((size_t)held.height, stride, (void **)&self->decoded, err));
    fc_memory_prefer_huge_pages(self->decoded, (size_t)held.height * stride);
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config)) {
        return fc_fail(err, FC_UNSUPPORTED_FORMAT, "WebP: libwebp is of another version");
    }
    if (held.width != source->frame.width || held.height != source->frame.height) {
        config.options.use_cropping = 1;
        config.options.crop_left = held.x - source->frame.x;
        config.options.crop_top = held.y - source->frame.y;
        config.options.crop_width = held.width;
        config.options.crop_height = held.height;
    }
    config.output.colorspace = self->rows.channels == 4 ? MODE_RGBA : MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA = (WebPRGBABuffer){ .rgba = self->decoded,
                                             .stride = (int)stride,
                                             .size = (size_t)held.height * stride };
    errno = 0;
    const VP8StatusCode code = WebPDecode(source->image.data, source->image.size, &config);
    return code == VP8_STATUS_OK ? FC_OK : fail(code, err);
}

/* The columns of a row that the picture has; the others stay transparent. */
static void place(const webp_rows *self, const uint8_t *from)
{
    const size_t channels = (size_t)self->rows.channels;
    const int32_t left = most(self->held.x, self->part.x);
    const int32_t right = least(self->held.x + self->held.width, self->part.x + self->part.width);
    memcpy(self->line + (size_t)(left - self->part.x) * channels,
           from + (size_t)(left - self->held.x) * channels, (size_t)(right - left) * channels);
}

static fc_status read_row(fc_rows *rows, int32_t y, const void **pixels, fc_error *err)
{
    (void)err;
    const webp_rows *self = (const webp_rows *)rows;
    const size_t channels = (size_t)rows->channels;
    const int32_t line = self->part.y + y - self->held.y;
    const bool is_held = line >= 0 && line < self->held.height;
    const uint8_t *from =
        is_held ? self->decoded + (size_t)line * (size_t)self->held.width * channels : NULL;
    if (self->line == NULL) {
        *pixels = from + (size_t)(self->part.x - self->held.x) * channels;
        return FC_OK;
    }
    memset(self->line, 0, (size_t)self->part.width * channels);
    if (is_held) {
        place(self, from);
    }
    *pixels = self->line;
    return FC_OK;
}

static void free_rows(fc_rows *rows)
{
    webp_rows *self = (webp_rows *)rows;
    fc_memory_free(self->decoded);
    fc_memory_free(self->line);
    fc_memory_free(self);
}

static bool contains(fc_rect outer, fc_rect inner)
{
    return outer.x <= inner.x && outer.y <= inner.y &&
           outer.x + outer.width >= inner.x + inner.width &&
           outer.y + outer.height >= inner.y + inner.height;
}

static fc_status new_rows(fc_source *source, int32_t shrink, fc_rect part, fc_rows **out,
                          fc_error *err)
{
    FC_ASSERT(shrink == 1);
    FC_ASSERT(part.x >= 0 && part.width > 0 && part.width <= source->size.width - part.x);
    FC_ASSERT(part.y >= 0 && part.height > 0 && part.height <= source->size.height - part.y);
    FC_ASSERT(out != NULL);

    const webp_source *from = (const webp_source *)source;
    void *block = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(webp_rows), &block, err));
    webp_rows *self = block;
    self->rows = (fc_rows){ .size = { part.width, part.height },
                            .channels = fc_colour_space_channels(&source->space),
                            .bits = 8,
                            .read = read_row,
                            .free = free_rows };
    self->part = part;
    self->held = decoded_part(from->frame, part);
    FC_AUTO(fc_rows) rows = &self->rows;
    if (self->held.width > 0) {
        FC_TRY(decode(from, self, err));
    }
    if (!contains(self->held, part)) {
        FC_TRY(
            fc_memory_new((size_t)part.width, (size_t)rows->channels, (void **)&self->line, err));
    }
    *out = FC_STEAL(rows);
    return FC_OK;
}

static void free_source(fc_source *source)
{
    fc_memory_free(source);
}

static fc_status read_features(fc_webp_layout *layout, WebPBitstreamFeatures *features,
                               fc_error *err)
{
    errno = 0;
    const VP8StatusCode code = WebPGetFeatures(layout->image.data, layout->image.size, features);
    if (code != VP8_STATUS_OK) {
        return fail(code, err);
    }
    if (!layout->is_animation) {
        layout->canvas = (fc_size){ features->width, features->height };
        layout->frame = (fc_rect){ 0, 0, features->width, features->height };
    }
    if (features->width < 1 || features->height < 1 || features->width != layout->frame.width ||
        features->height != layout->frame.height) {
        return fc_fail(
            err, FC_CORRUPT_IMAGE, "a WebP whose picture is %d x %d px, not %" PRId32 " x %" PRId32,
            features->width, features->height, layout->frame.width, layout->frame.height);
    }
    return FC_OK;
}

static fc_status check_limits(const fc_source *source, const fc_source_limits *limits,
                              fc_error *err)
{
    FC_TRY(fc_source_check_pixels(source->size, limits->pixels_max, err));
    return fc_source_check_bytes(source->kept_bytes, "WebP", limits->bytes_max, err);
}

static int64_t kept_bytes(fc_rect frame, bool has_alpha, const WebPBitstreamFeatures *features)
{
    const int32_t lossy = features->has_alpha ? LOSSY_ALPHA_KEPT_BYTES : 0;
    const int32_t inside = features->format == FEATURE_LOSSY ? lossy : LOSSLESS_KEPT_BYTES;
    return (int64_t)frame.width * frame.height * ((has_alpha ? 4 : 3) + inside);
}

static fc_status open_webp(fc_bytes file, const fc_source_limits *limits, fc_source **out,
                           fc_error *err)
{
    FC_ASSERT(limits != NULL);
    FC_ASSERT(out != NULL);

    fc_webp_layout layout = { 0 };
    WebPBitstreamFeatures features = { 0 };
    FC_TRY(fc_webp_scan(file, &layout, err));
    FC_TRY(read_features(&layout, &features, err));
    const bool has_alpha = features.has_alpha || layout.frame.width < layout.canvas.width ||
                           layout.frame.height < layout.canvas.height;
    void *block = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(webp_source), &block, err));
    webp_source *self = block;
    *self = (webp_source){
        .source = { .size = layout.canvas,
                    .orientation = fc_exif_orientation(layout.exif),
                    .space = { .model = FC_COLOUR_RGB,
                               .has_alpha = has_alpha,
                               .profile = layout.profile,
                               .lost_profile = layout.lost_profile },
                    .bits = 8,
                    .kept_bytes = kept_bytes(layout.frame, has_alpha, &features),
                    .coded = layout.image,
                    .rows = new_rows,
                    .free = free_source },
        .image = layout.image,
        .frame = layout.frame,
    };
    FC_AUTO(fc_source) source = &self->source;
    FC_TRY(check_limits(source, limits, err));
    *out = FC_STEAL(source);
    return FC_OK;
}

static const char *library_version(void)
{
    static _Thread_local char text[sizeof "255.255.255"];
    const int version = WebPGetDecoderVersion();
    (void)snprintf(text, sizeof text, "%d.%d.%d", version >> 16 & 0xff, version >> 8 & 0xff,
                   version & 0xff);
    return text;
}

const fc_codec fc_webp_codec = { FC_FORMAT_WEBP, "libwebp", library_version, open_webp };
