#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/assert.h"
#include "base/limits.h"
#include "image/encode.h"
#include "image/jpeg_writer.h"
#include "image/srgb_profile.h"

/* Below this many bytes every one is needed for the picture, and sRGB is what viewers assume. */
#define TAGGED_BYTES_MIN 20000

/* Marker and length, then the name, number and count of profile segments. */
#define PROFILE_SEGMENT_SIZE 18
#define TAG_SIZE ((size_t)PROFILE_SEGMENT_SIZE + FC_SRGB_PROFILE_SIZE)
#define START_MARKER_SIZE 2
#define DENSITY_SEGMENT_SIZE 18

/* Marker and length; the length counts itself and has two bytes. */
#define COMMENT_HEAD_SIZE 4
#define COMMENT_SIZE_MAX ((size_t)65535 + 2)

#define QUALITY_MIN 1
#define QUALITY_MAX 95
#define QUALITY_RAISED 100 /* where the file would be too small */

/* A picture that is not like a portrait is left to bisection after so many. */
#define PREDICTIONS_MAX 4

/* A guess of so many times what fits is believed, and the best quality not tried. */
#define GUESSED_TOO_LARGE 1.1

/* Bytes with the tables of portraits : bytes with a file's own. */
#define TABLES_OF_PORTRAITS 1.01

/* Logarithm of a file's size, but for what depends on the picture. The quantiser's steps are so
 * many percent of the standard's (libjpeg's rule). Measured on 14 portraits: bytes shrink with the
 * root of the step while chroma is whole, by a quarter when it is halved, then with the power of
 * 0.6. */
static double log_size(int32_t quality)
{
    const double step = quality < 50 ? 5000.0 / quality : 200.0 - 2.0 * quality;
    return quality >= FC_JPEG_QUALITY_WHOLE_CHROMA ? -0.5 * log(step) : 0.05 - 0.6 * log(step);
}

/* The best quality that fits, judged by one file. */
static int32_t predict(int32_t quality, double size, size_t bytes_max)
{
    const double wanted = log_size(quality) + log((double)bytes_max / size);
    int32_t predicted = QUALITY_MAX;
    while (predicted > QUALITY_MIN && log_size(predicted) > wanted) {
        predicted--;
    }
    return predicted;
}

/* Bits in which the bends of a row of RGB are written, judged by its green. */
static int64_t bits_of_bends(const uint8_t *rgb, int32_t width)
{
    const uint8_t *green = rgb + 1;
    int64_t bits = 0;
    for (int32_t x = 6; x < 3 * width; x += 3) {
        const int32_t bend = green[x] - 2 * green[x - 3] + green[x - 6];
        bits += bend == 0 ? 0 : 32 - __builtin_clz((unsigned)abs(bend));
    }
    return bits;
}

/* Bytes of a file of the best quality, without writing it: within 4 % for 12 portraits, from which
 * the numbers are; a picture without colours takes less. Cost: 0.1 ms for 648 x 648 px. */
static double guess_size(const fc_image *image)
{
    enum { ROWS_APART = 8 };
    int64_t bits = 0;
    int64_t pixels = 0;
    for (int32_t y = 0; y < image->size.height; y += ROWS_APART, pixels += image->size.width) {
        bits += bits_of_bends(fc_image_row(image, y), image->size.width);
    }
    return 0.219 * pow((double)bits / (double)pixels, 0.72) * image->size.width *
           image->size.height;
}

static int32_t clamp(int32_t value, int32_t low, int32_t high)
{
    return value < low ? low : value > high ? high : value;
}

/* The best quality that fits, with tables of the file's own, as then bytes count: first what a
 * size that was `guessed` predicts; then where the last file predicts it, which settles most in one
 * or two tries more; then bisection. Of the qualities up to `low` one is known to fit, from `high`
 * on none does. The limit of `best` is what has to be kept. */
static fc_status search(const fc_image *image, double guessed, fc_buffer *best,
                        int32_t *quality_used, fc_error *err)
{
    const size_t bytes_max = best->size_max;
    FC_AUTO_BUFFER(tried, bytes_max);
    int32_t low = QUALITY_MIN - 1;
    int32_t high = QUALITY_MAX + 1;
    size_t smallest = SIZE_MAX;
    int32_t quality = predict(QUALITY_MAX, guessed, bytes_max);
    for (int32_t tries = 1; high - low > 1; tries++) {
        size_t size = 0;
        FC_TRY(fc_jpeg_write(image, quality, true, &tried, &size, err));
        const int32_t predicted = predict(quality, (double)size, bytes_max);
        smallest = size < smallest ? size : smallest;
        if (size > bytes_max) {
            high = quality;
        } else {
            low = quality;
            fc_buffer_clear(best);
            *best = tried;
            tried = FC_BUFFER(bytes_max);
        }
        quality = tries <= PREDICTIONS_MAX ? clamp(predicted, low + 1, high - 1) : (low + high) / 2;
    }
    if (low < QUALITY_MIN) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "the smallest JPEG takes %zu bytes, %zu more than the %zu allowed", smallest,
                       smallest - bytes_max, bytes_max);
    }
    *quality_used = low;
    return FC_OK;
}

/* The best quality with the tables of portraits, which fits for most, and takes half the time of
 * tables of the file's own; else the search. */
static fc_status write_best(const fc_image *image, fc_buffer *best, int32_t *quality, fc_error *err)
{
    double guessed = image->channels == 3 ? guess_size(image) : 0;
    if (guessed <= GUESSED_TOO_LARGE * (double)best->size_max) {
        size_t size = 0;
        FC_TRY(fc_jpeg_write(image, QUALITY_MAX, false, best, &size, err));
        if (size <= best->size_max) {
            *quality = QUALITY_MAX;
            return FC_OK;
        }
        guessed = (double)size / TABLES_OF_PORTRAITS;
    }
    return search(image, guessed, best, quality, err);
}

/* Of a picture that stays too small at the best quality that is looked for. */
static fc_status raise(const fc_image *image, fc_buffer *best, int32_t *quality, fc_error *err)
{
    FC_AUTO_BUFFER(tried, best->size_max);
    size_t size = 0;
    FC_TRY(fc_jpeg_write(image, QUALITY_RAISED, true, &tried, &size, err));
    if (size <= best->size_max) {
        fc_buffer_clear(best);
        *best = tried;
        tried = FC_BUFFER(0);
        *quality = QUALITY_RAISED;
    }
    return FC_OK;
}

static fc_status append_profile(fc_buffer *out, fc_error *err)
{
    static const uint8_t SEGMENT[PROFILE_SEGMENT_SIZE] = {
        0xff,
        0xe2,
        (PROFILE_SEGMENT_SIZE - 2 + FC_SRGB_PROFILE_SIZE) >> 8,
        (PROFILE_SEGMENT_SIZE - 2 + FC_SRGB_PROFILE_SIZE) & 0xff,
        'I',
        'C',
        'C',
        '_',
        'P',
        'R',
        'O',
        'F',
        'I',
        'L',
        'E',
        0,
        1,
        1,
    };
    FC_TRY(fc_buffer_append(out, SEGMENT, sizeof SEGMENT, err));
    return fc_buffer_append(out, fc_srgb_profile, FC_SRGB_PROFILE_SIZE, err);
}

/* JFIF 1.1: the density in px an inch, no thumbnail. */
static fc_status append_density(int32_t dpi, fc_buffer *out, fc_error *err)
{
    const uint8_t high = (uint8_t)(dpi >> 8);
    const uint8_t low = (uint8_t)dpi;
    const uint8_t segment[DENSITY_SEGMENT_SIZE] = {
        0xff, 0xe0, 0, DENSITY_SEGMENT_SIZE - 2, 'J', 'F', 'I', 'F', 0, 1, 1, 1, high, low, high,
        low,  0,    0
    };
    return fc_buffer_append(out, segment, sizeof segment, err);
}

/* One comment of the given size, marker and all. */
static fc_status append_comment(size_t size, fc_buffer *out, fc_error *err)
{
    static const char TEXT[] = "Facecraft: filled up to the smallest size that was asked for. ";
    const size_t length = size - 2;
    const uint8_t head[COMMENT_HEAD_SIZE] = { 0xff, 0xfe, (uint8_t)(length >> 8), (uint8_t)length };
    FC_TRY(fc_buffer_append(out, head, sizeof head, err));
    for (size_t left = size - sizeof head; left > 0;) {
        const size_t part = left < sizeof TEXT - 1 ? left : sizeof TEXT - 1;
        FC_TRY(fc_buffer_append(out, TEXT, part, err));
        left -= part;
    }
    return FC_OK;
}

static fc_status append_filling(size_t bytes, fc_buffer *out, fc_error *err)
{
    while (bytes > 0) {
        const size_t part = bytes < COMMENT_SIZE_MAX ? bytes : COMMENT_SIZE_MAX;
        const size_t size = part > COMMENT_HEAD_SIZE ? part : COMMENT_HEAD_SIZE;
        FC_TRY(append_comment(size, out, err));
        bytes -= part;
    }
    return FC_OK;
}

/* The density has to come first (JFIF), then the profile and what fills the file up. */
static fc_status write_file(const fc_image *image, fc_bytes file, bool is_tagged, size_t bytes_min,
                            fc_buffer *out, fc_error *err)
{
    FC_TRY(fc_buffer_append(out, file.data, START_MARKER_SIZE, err));
    FC_TRY(image->dpi > 0 ? append_density(image->dpi, out, err) : FC_OK);
    FC_TRY(is_tagged ? append_profile(out, err) : FC_OK);
    const size_t rest = file.size - START_MARKER_SIZE;
    const size_t size = out->size + rest;
    FC_TRY(append_filling(size < bytes_min ? bytes_min - size : 0, out, err));
    return fc_buffer_append(out, file.data + START_MARKER_SIZE, rest, err);
}

fc_status fc_encode_jpeg_between(const fc_image *image, size_t bytes_min, size_t bytes_max,
                                 fc_buffer *out, int32_t *quality_used, fc_error *err)
{
    FC_ASSERT(image != NULL && (image->channels == 1 || image->channels == 3));
    FC_ASSERT(image->dpi >= 0 && image->dpi <= UINT16_MAX);
    FC_ASSERT(bytes_min <= bytes_max);
    FC_ASSERT(out != NULL && out->size == 0);
    FC_ASSERT(quality_used != NULL);

    const bool is_tagged = bytes_max >= TAGGED_BYTES_MIN && image->channels == 3;
    const size_t extra = (is_tagged ? TAG_SIZE : 0) +
                         (image->dpi > 0 ? (size_t)DENSITY_SEGMENT_SIZE : 0) +
                         (bytes_min > 0 ? (size_t)COMMENT_HEAD_SIZE : 0);
    FC_AUTO_BUFFER(best, bytes_max > extra ? bytes_max - extra : 0);
    int32_t quality = 0;
    FC_TRY(write_best(image, &best, &quality, err));
    if (best.size + extra < bytes_min && quality == QUALITY_MAX) {
        FC_TRY(raise(image, &best, &quality, err));
    }
    const fc_status status =
        write_file(image, fc_buffer_bytes(&best), is_tagged, bytes_min, out, err);
    if (status != FC_OK) {
        fc_buffer_clear(out);
        return status;
    }
    *quality_used = quality;
    return FC_OK;
}

fc_status fc_encode_jpeg(const fc_image *image, size_t bytes_max, fc_buffer *out,
                         int32_t *quality_used, fc_error *err)
{
    return fc_encode_jpeg_between(image, 0, bytes_max, out, quality_used, err);
}
