#include "ops/sharpen.h"

#include "base/assert.h"
#include "base/crew.h"
#include "base/memory.h"
#include "ops/luma.h"
#include "ops/u8_clamp.h"

typedef int16_t row_values;
FC_DEFINE_CLEANUP(row_values, fc_memory_free)

/* Rows of luma at hand: those under the 5 x 5 blur. */
#define WINDOW 5
#define REACH 2

/* Matte where sharpening starts, and by how much it must rise for the full effect. */
#define MATTE_START 0.6F
#define MATTE_RISE 0.35F

/* Sharpening raises no level above this one: paper white without the last bit of light. */
#define HIGHEST 251

/* Each row of luma repeats its ends REACH times on either side. */
typedef struct luma_window {
    int32_t width;
    int16_t *ring;   /* WINDOW rows of width + 2 REACH */
    int16_t *column; /* vertical blur, low and high: three rows of the same length */
} luma_window;

static int32_t padded(const luma_window *window)
{
    return window->width + 2 * REACH;
}

static int16_t *ring_row(const luma_window *window, int32_t y)
{
    return window->ring + (ptrdiff_t)(y % WINDOW) * padded(window);
}

FC_WIDE static void load_row(const uint8_t *restrict pixel, int32_t width, int16_t *restrict row)
{
    for (int32_t x = 0; x < width; x++) {
        row[REACH + x] = (int16_t)fc_luma(pixel + 3 * (ptrdiff_t)x);
    }
    for (int32_t i = 0; i < REACH; i++) {
        row[i] = row[REACH];
        row[REACH + width + i] = row[REACH + width - 1];
    }
}

static inline int32_t clamp(int32_t value, int32_t low, int32_t high)
{
    const int32_t raised = value > low ? value : low;
    return raised < high ? raised : high;
}

/* Down the columns: 16 times the blur of five rows, lowest and highest of the middle three. */
FC_WIDE static void gather_columns(const luma_window *window, int32_t y, int32_t height)
{
    const int16_t *a = ring_row(window, clamp(y - 2, 0, height - 1));
    const int16_t *b = ring_row(window, clamp(y - 1, 0, height - 1));
    const int16_t *c = ring_row(window, y);
    const int16_t *d = ring_row(window, clamp(y + 1, 0, height - 1));
    const int16_t *e = ring_row(window, clamp(y + 2, 0, height - 1));
    const int32_t count = padded(window);
    int16_t *restrict blur = window->column;
    int16_t *restrict low = blur + count;
    int16_t *restrict high = low + count;
    for (int32_t x = 0; x < count; x++) {
        blur[x] = (int16_t)(a[x] + 4 * b[x] + 6 * c[x] + 4 * d[x] + e[x]);
    }
    for (int32_t x = 0; x < count; x++) {
        const int16_t less = b[x] < d[x] ? b[x] : d[x];
        const int16_t more = b[x] > d[x] ? b[x] : d[x];
        low[x] = c[x] < less ? c[x] : less;
        high[x] = c[x] > more ? c[x] : more;
    }
}

static inline int16_t min3(const int16_t *v)
{
    const int16_t ends = v[0] < v[2] ? v[0] : v[2];
    return v[1] < ends ? v[1] : ends;
}

static inline int16_t max3(const int16_t *v)
{
    const int16_t ends = v[0] > v[2] ? v[0] : v[2];
    return v[1] > ends ? v[1] : ends;
}

/* Amount for each pixel of a row, in 1/256: by the matte. */
FC_WIDE static void weigh_row(const float *restrict matte, int32_t width, float amount,
                              int16_t *restrict weights)
{
    const float full = 256.0F * amount;
    const float slope = full / MATTE_RISE;
    for (int32_t x = 0; x < width; x++) {
        const float weight = (matte[x] - MATTE_START) * slope + 0.5F;
        weights[x] = (int16_t)(int32_t)fc_clamp(weight, 0, full + 0.5F);
    }
}

/* Levels to add to each pixel of a row: `add` holds the weights and takes the result. */
FC_WIDE static void sharpen_luma(const luma_window *window, const int16_t *luma, int32_t noise,
                                 int16_t *restrict add)
{
    const int16_t *blur = window->column;
    const int16_t *low = blur + padded(window) + 1;
    const int16_t *high = low + padded(window);
    for (int32_t x = 0; x < window->width; x++) {
        const int16_t *v = blur + x;
        const int32_t blurred = v[0] + 4 * v[1] + 6 * v[2] + 4 * v[3] + v[4];
        const int32_t detail = 256 * luma[x] - blurred;
        const int32_t above = detail > noise ? detail - noise : 0;
        const int32_t below = detail < -noise ? detail + noise : 0;
        const int32_t wanted = luma[x] + ((((above + below) >> 4) * add[x] + (1 << 11)) >> 12);
        const int32_t lowest = min3(low + x) - FC_SHARPEN_OVERSHOOT;
        const int32_t highest = max3(high + x) + FC_SHARPEN_OVERSHOOT;
        add[x] = (int16_t)(clamp(wanted, lowest, highest) - luma[x]);
    }
}

/* What was not burnt before is not burnt now. */
static inline uint8_t add_level(uint8_t level, int16_t add)
{
    const int32_t highest = level > HIGHEST ? level : HIGHEST;
    return (uint8_t)clamp(level + add, 0, highest);
}

FC_WIDE static void add_row(const uint8_t *restrict from, const int16_t *restrict add,
                            int32_t width, uint8_t *restrict to)
{
    for (int32_t x = 0; x < width; x++, from += 3, to += 3) {
        to[0] = add_level(from[0], add[x]);
        to[1] = add_level(from[1], add[x]);
        to[2] = add_level(from[2], add[x]);
    }
}

/* Rows that are worth being sharpened by another thread. */
#define BAND 96

/* A sharpened picture in the making. */
typedef struct sharpening {
    const fc_image *image;
    const fc_plane *matte;
    float amount;
    int32_t noise;
    fc_image *result;
} sharpening;

static fc_status sharpen_band(void *context, int32_t first, int32_t end, fc_error *err)
{
    const sharpening *the = context;
    const fc_image *image = the->image;
    const int32_t width = image->size.width;
    const int32_t height = image->size.height;
    luma_window window = { .width = width };
    FC_AUTO(row_values) rows = NULL;
    FC_TRY(fc_memory_new(WINDOW + 4, (size_t)padded(&window) * sizeof *rows, (void **)&rows, err));
    window.ring = rows;
    window.column = rows + (ptrdiff_t)WINDOW * padded(&window);
    int16_t *add = window.column + 3 * (ptrdiff_t)padded(&window);

    const int32_t above = first > REACH ? first - REACH : 0;
    for (int32_t y = above; y < first + REACH && y < height; y++) {
        load_row(fc_image_row(image, y), width, ring_row(&window, y));
    }
    for (int32_t y = first; y < end; y++) {
        if (y + REACH < height) {
            load_row(fc_image_row(image, y + REACH), width, ring_row(&window, y + REACH));
        }
        gather_columns(&window, y, height);
        weigh_row(fc_plane_row(the->matte, y), width, the->amount, add);
        sharpen_luma(&window, ring_row(&window, y) + REACH, the->noise, add);
        add_row(fc_image_row(image, y), add, width, fc_image_row(the->result, y));
    }
    return FC_OK;
}

fc_status fc_sharpen(const fc_image *image, const fc_plane *matte, double amount, double noise,
                     fc_image **out, fc_error *err)
{
    FC_ASSERT(image != NULL && image->channels == 3);
    FC_ASSERT(matte != NULL);
    FC_ASSERT(matte->size.width == image->size.width);
    FC_ASSERT(matte->size.height == image->size.height);
    FC_ASSERT(amount >= 0.0 && amount <= FC_SHARPEN_AMOUNT_MAX);
    FC_ASSERT(noise >= 0.0 && noise <= 255.0);
    FC_ASSERT(out != NULL);

    FC_AUTO(fc_image) result = NULL;
    FC_TRY(fc_image_new(image->size, 3, &result, err));
    sharpening the = { image, matte, (float)amount, (int32_t)(256.0 * noise), result };
    FC_TRY(fc_crew_rows(image->size.height, BAND, sharpen_band, &the, err));
    *out = FC_STEAL(result);
    return FC_OK;
}
