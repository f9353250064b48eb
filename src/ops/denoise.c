#include "ops/denoise.h"

#include "base/assert.h"
#include "base/memory.h"
#include "ops/luma.h"
#include "ops/wiener_rows.h"

typedef int16_t row_values;
FC_DEFINE_CLEANUP(row_values, fc_memory_free)

/* A window's variance is itself an estimate; at this multiple flat windows mostly become flat. */
#define VARIANCE_ROOM 1.3

enum { LUMA, BLUE, RED, CHANNELS };

typedef struct channel_rows {
    fc_wiener_rows *smoother;
    const int16_t *before;
    const int16_t *after;
    int32_t share; /* of 256 */
} channel_rows;

static void split_row(const uint8_t *pixel, int32_t width, int16_t *luma, int16_t *blue,
                      int16_t *red)
{
    for (int32_t x = 0; x < width; x++, pixel += 3) {
        const int32_t y = fc_luma(pixel);
        luma[x] = (int16_t)y;
        blue[x] = (int16_t)(pixel[2] - y);
        red[x] = (int16_t)(pixel[0] - y);
    }
}

static uint8_t to_level(int32_t value)
{
    const int32_t low = value > 0 ? value : 0;
    return (uint8_t)(low < 255 ? low : 255);
}

static int32_t change(const channel_rows *channel, int32_t x)
{
    return channel->share * (channel->after[x] - channel->before[x]);
}

/* Only the changes are added, in 1/256 of a level: what no channel changes stays as it was. */
static void merge_row(const uint8_t *from, int32_t width, const channel_rows channels[CHANNELS],
                      uint8_t *to)
{
    for (int32_t x = 0; x < width; x++, from += 3, to += 3) {
        const int32_t luma = change(&channels[LUMA], x) + 128;
        const int32_t blue = change(&channels[BLUE], x);
        const int32_t red = change(&channels[RED], x);
        /* Luma is to follow `luma` alone, so green makes up for what red and blue do. */
        const int32_t green = -(77 * red + 29 * blue) / 150;
        to[0] = to_level(from[0] + ((luma + red) >> 8));
        to[1] = to_level(from[1] + ((luma + green) >> 8));
        to[2] = to_level(from[2] + ((luma + blue) >> 8));
    }
}

static int32_t clamp_row(int32_t y, int32_t height)
{
    const int32_t low = y > 0 ? y : 0;
    return low < height ? low : height - 1;
}

static void smooth_rows(const fc_image *image, channel_rows channels[CHANNELS], int16_t *rows,
                        int32_t reach, fc_image *result)
{
    const int32_t width = image->size.width;
    const int32_t height = image->size.height;
    for (int32_t y = -reach; y < height + reach; y++) {
        split_row(fc_image_row(image, clamp_row(y, height)), width,
                  fc_wiener_rows_input(channels[LUMA].smoother),
                  fc_wiener_rows_input(channels[BLUE].smoother),
                  fc_wiener_rows_input(channels[RED].smoother));
        for (int32_t c = 0; c < CHANNELS; c++) {
            int16_t *before = rows + (ptrdiff_t)(2 * c) * width;
            int16_t *after = before + width;
            fc_wiener_rows_push(channels[c].smoother, before, after);
            channels[c].before = before;
            channels[c].after = after;
        }
        if (y >= reach) {
            merge_row(fc_image_row(image, y - reach), width, channels,
                      fc_image_row(result, y - reach));
        }
    }
}

static void check_options(const fc_denoise_options *options)
{
    FC_ASSERT(options != NULL);
    FC_ASSERT(options->luma_noise >= 0.0);
    FC_ASSERT(options->chroma_noise >= 0.0);
    FC_ASSERT(options->luma_share >= 0.0 && options->luma_share <= 1.0);
    FC_ASSERT(options->chroma_share >= 0.0 && options->chroma_share <= 1.0);
}

fc_status fc_denoise(const fc_image *image, const fc_denoise_options *options, fc_image **out,
                     fc_error *err)
{
    FC_ASSERT(image != NULL && image->channels == 3);
    FC_ASSERT(out != NULL);
    check_options(options);

    const int32_t width = image->size.width;
    const int32_t radius = options->radius_px;
    const double luma = VARIANCE_ROOM * options->luma_noise * options->luma_noise;
    const double chroma = VARIANCE_ROOM * options->chroma_noise * options->chroma_noise;
    const int32_t luma_share = (int32_t)(256.0 * options->luma_share + 0.5);
    const int32_t chroma_share = (int32_t)(256.0 * options->chroma_share + 0.5);

    FC_AUTO(fc_wiener_rows) of_luma = NULL;
    FC_AUTO(fc_wiener_rows) of_blue = NULL;
    FC_AUTO(fc_wiener_rows) of_red = NULL;
    FC_TRY(fc_wiener_rows_new(width, radius, luma, &of_luma, err));
    FC_TRY(fc_wiener_rows_new(width, radius, chroma, &of_blue, err));
    FC_TRY(fc_wiener_rows_new(width, radius, chroma, &of_red, err));
    FC_AUTO(row_values) rows = NULL;
    FC_TRY(
        fc_memory_new((size_t)(2 * CHANNELS) * (size_t)width, sizeof *rows, (void **)&rows, err));
    FC_AUTO(fc_image) result = NULL;
    FC_TRY(fc_image_new(image->size, 3, &result, err));

    channel_rows channels[CHANNELS] = {
        [LUMA] = { .smoother = of_luma, .share = luma_share },
        [BLUE] = { .smoother = of_blue, .share = chroma_share },
        [RED] = { .smoother = of_red, .share = chroma_share },
    };
    smooth_rows(image, channels, rows, 2 * radius, result);
    *out = FC_STEAL(result);
    return FC_OK;
}
