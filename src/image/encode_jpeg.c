#include <math.h>
#include <stdbool.h>

#include "base/assert.h"
#include "base/limits.h"
#include "image/encode.h"
#include "image/jpeg_writer.h"
#include "image/srgb_profile.h"

/* Below this many bytes every one is needed for the picture, and sRGB is what viewers assume. */
#define TAGGED_BYTES_MIN 20000

/* Marker and length, then the name, number and count of profile segments. */
#define PROFILE_SEGMENT_SIZE 18
#define START_MARKER_SIZE 2

#define QUALITY_MIN 1
#define QUALITY_MAX 95

/* A picture that is not like a portrait is left to bisection after so many. */
#define PREDICTIONS_MAX 4

/* Where even the bare pixels would fit, nobody counts bytes: Huffman tables of its own would save
 * the file 4 % and take it more than twice the time. */
static bool counts_bytes(const fc_image *image, size_t bytes_max)
{
    return bytes_max < 3 * (size_t)image->size.width * (size_t)image->size.height;
}

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
static int32_t predict(int32_t quality, size_t size, size_t bytes_max)
{
    const double wanted = log_size(quality) + log((double)bytes_max / (double)size);
    int32_t predicted = QUALITY_MAX;
    while (predicted > QUALITY_MIN && log_size(predicted) > wanted) {
        predicted--;
    }
    return predicted;
}

static int32_t clamp(int32_t value, int32_t low, int32_t high)
{
    return value < low ? low : value > high ? high : value;
}

/*
 * The best quality first, because the usual portrait fits; then where the last file predicts it,
 * which settles most in two or three tries more; then bisection. Of the qualities up to `low` one
 * is known to fit, from `high` on none does. The limit of `best` is what has to be kept.
 */
static fc_status search(const fc_image *image, bool own_tables, fc_buffer *best,
                        int32_t *quality_used, fc_error *err)
{
    const size_t bytes_max = best->size_max;
    FC_AUTO_BUFFER(tried, bytes_max);
    int32_t low = QUALITY_MIN - 1;
    int32_t high = QUALITY_MAX + 1;
    size_t smallest = SIZE_MAX;
    int32_t quality = QUALITY_MAX;
    for (int32_t tries = 1; high - low > 1; tries++) {
        size_t size = 0;
        FC_TRY(fc_jpeg_write(image, quality, own_tables, &tried, &size, err));
        const int32_t predicted = predict(quality, size, bytes_max);
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

/* The file with the sRGB profile behind its start marker. */
static fc_status write_tagged(fc_bytes file, fc_buffer *out, fc_error *err)
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
    FC_TRY(fc_buffer_append(out, file.data, START_MARKER_SIZE, err));
    FC_TRY(fc_buffer_append(out, SEGMENT, sizeof SEGMENT, err));
    FC_TRY(fc_buffer_append(out, fc_srgb_profile, FC_SRGB_PROFILE_SIZE, err));
    return fc_buffer_append(out, file.data + START_MARKER_SIZE, file.size - START_MARKER_SIZE, err);
}

fc_status fc_encode_jpeg(const fc_image *image, size_t bytes_max, fc_buffer *out,
                         int32_t *quality_used, fc_error *err)
{
    FC_ASSERT(image != NULL && image->channels == 3);
    FC_ASSERT(out != NULL && out->size == 0);
    FC_ASSERT(quality_used != NULL);

    const bool is_tagged = bytes_max >= TAGGED_BYTES_MIN;
    const size_t tag_size = is_tagged ? PROFILE_SEGMENT_SIZE + FC_SRGB_PROFILE_SIZE : 0;
    FC_AUTO_BUFFER(best, bytes_max - tag_size);
    int32_t quality = 0;
    FC_TRY(search(image, counts_bytes(image, bytes_max), &best, &quality, err));
    const fc_bytes file = fc_buffer_bytes(&best);
    const fc_status status =
        is_tagged ? write_tagged(file, out, err) : fc_buffer_append(out, file.data, file.size, err);
    if (status != FC_OK) {
        fc_buffer_clear(out);
        return status;
    }
    *quality_used = quality;
    return FC_OK;
}
