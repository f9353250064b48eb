#include "ops/person_stats.h"

#include <math.h>

#include "base/assert.h"

/* Matte above which a pixel is surely person, without background shining through. */
#define SURE 0.95F

/* Samples aimed at: percentiles are then good to a fraction of a level. */
#define SAMPLES_AIM 40000.0

/* Luminance is counted by its square root, which spaces the bins about as the eye does. */
#define LUMINANCE_BINS 1024

/* a* and b* are counted in steps of a quarter from -64 to 64. */
#define LAB_BINS 512
#define LAB_BINS_PER_UNIT 4

/* A level difference between channels that noise and chroma rounding do not reach. */
#define COLOURED 8
#define BURNT 250

typedef struct sampler {
    const fc_image *canvas;
    const fc_plane *matte;
    fc_srgb_table table;
    int32_t step;
} sampler;

typedef struct tone_counts {
    int32_t person[LUMINANCE_BINS];
    int32_t face[LUMINANCE_BINS];
    int32_t person_total;
    int32_t face_total;
    int32_t burnt;
    int32_t coloured;
} tone_counts;

typedef struct skin_counts {
    int32_t a[LAB_BINS];
    int32_t b[LAB_BINS];
    int32_t total;
    double lightness;
} skin_counts;

static int32_t clamp_px(double value, int32_t last)
{
    /* The comparisons are written so that NaN becomes 0. */
    if (!(value > 0.0)) {
        return 0;
    }
    return value < (double)last ? (int32_t)value : last;
}

/* The inner face in whole pixels, inside the canvas: cheeks, nose and mouth without the rim. */
static fc_pixel_box inner_face(fc_box face, fc_size canvas)
{
    return (fc_pixel_box){
        .left = clamp_px(face.x + 0.2 * face.width, canvas.width),
        .top = clamp_px(face.y + 0.25 * face.height, canvas.height),
        .right = clamp_px(face.x + 0.8 * face.width, canvas.width),
        .bottom = clamp_px(face.y + 0.9 * face.height, canvas.height),
    };
}

static fc_linear_rgb linear_at(const sampler *from, const uint8_t *pixel)
{
    const float *linear = from->table.linear;
    return (fc_linear_rgb){ linear[pixel[0]], linear[pixel[1]], linear[pixel[2]] };
}

static int32_t luminance_bin(double luminance)
{
    const int32_t bin = (int32_t)(sqrt(luminance) * LUMINANCE_BINS);
    return bin < LUMINANCE_BINS ? bin : LUMINANCE_BINS - 1;
}

/* Position of the bin, counted with its own middle, below which the share of the samples lies. */
static double quantile(const int32_t *counts, int32_t bins, int32_t total, double share)
{
    int64_t below = 0;
    int32_t bin = 0;
    const double wanted = share * total;
    while (bin < bins - 1 && (double)(below + counts[bin]) < wanted) {
        below += counts[bin];
        bin++;
    }
    return bin + 0.5;
}

static double luminance_quantile(const int32_t *counts, int32_t total, double share)
{
    const double root = quantile(counts, LUMINANCE_BINS, total, share) / LUMINANCE_BINS;
    return root * root;
}

static uint8_t largest(const uint8_t *pixel)
{
    const uint8_t rg = pixel[0] > pixel[1] ? pixel[0] : pixel[1];
    return rg > pixel[2] ? rg : pixel[2];
}

static uint8_t smallest(const uint8_t *pixel)
{
    const uint8_t rg = pixel[0] < pixel[1] ? pixel[0] : pixel[1];
    return rg < pixel[2] ? rg : pixel[2];
}

static void count_tones(const sampler *from, fc_pixel_box inner, tone_counts *counts)
{
    for (int32_t y = from->step / 2; y < from->canvas->size.height; y += from->step) {
        const uint8_t *row = fc_image_row(from->canvas, y);
        const float *matte = fc_plane_row(from->matte, y);
        for (int32_t x = from->step / 2; x < from->canvas->size.width; x += from->step) {
            if (!(matte[x] > SURE)) {
                continue;
            }
            const uint8_t *pixel = row + 3 * (ptrdiff_t)x;
            const int32_t bin = luminance_bin(fc_luminance(linear_at(from, pixel)));
            counts->person[bin]++;
            counts->person_total++;
            counts->coloured += largest(pixel) - smallest(pixel) >= COLOURED;
            if (x >= inner.left && x < inner.right && y >= inner.top && y < inner.bottom) {
                counts->face[bin]++;
                counts->face_total++;
                counts->burnt += largest(pixel) >= BURNT;
            }
        }
    }
}

static int32_t lab_bin(double value)
{
    const double bin = (value + 0.5 * LAB_BINS / LAB_BINS_PER_UNIT) * LAB_BINS_PER_UNIT;
    return clamp_px(bin, LAB_BINS - 1);
}

static double lab_quantile(const int32_t *counts, int32_t total, double share)
{
    return quantile(counts, LAB_BINS, total, share) / LAB_BINS_PER_UNIT -
           0.5 * LAB_BINS / LAB_BINS_PER_UNIT;
}

static void count_skin(const sampler *from, fc_pixel_box inner, double low, double high,
                       skin_counts *counts)
{
    for (int32_t y = inner.top; y < inner.bottom; y += from->step) {
        const uint8_t *row = fc_image_row(from->canvas, y);
        const float *matte = fc_plane_row(from->matte, y);
        for (int32_t x = inner.left; x < inner.right; x += from->step) {
            const uint8_t *pixel = row + 3 * (ptrdiff_t)x;
            const fc_linear_rgb colour = linear_at(from, pixel);
            const double luminance = fc_luminance(colour);
            if (!(matte[x] > SURE) || luminance < low || luminance > high ||
                largest(pixel) >= BURNT) {
                continue; /* a clipped channel says nothing about colour */
            }
            const fc_lab lab = fc_lab_from_linear(colour);
            counts->a[lab_bin(lab.a)]++;
            counts->b[lab_bin(lab.b)]++;
            counts->total++;
            counts->lightness += lab.lightness;
        }
    }
}

/* Brows, nostrils and beard are the dark part of a face, glints the bright part: skin is between.
 */
static void measure_skin(const sampler *from, fc_pixel_box inner, const tone_counts *tones,
                         fc_person_stats *stats)
{
    skin_counts counts = { 0 };
    count_skin(from, inner, luminance_quantile(tones->face, tones->face_total, 0.30),
               luminance_quantile(tones->face, tones->face_total, 0.85), &counts);
    stats->skin_samples = counts.total;
    if (counts.total > 0) {
        stats->skin = (fc_lab){
            .lightness = counts.lightness / counts.total,
            .a = lab_quantile(counts.a, counts.total, 0.5),
            .b = lab_quantile(counts.b, counts.total, 0.5),
        };
        stats->skin_spread =
            lab_quantile(counts.b, counts.total, 0.75) - lab_quantile(counts.b, counts.total, 0.25);
    }
}

fc_person_stats fc_person_measure(const fc_image *canvas, const fc_plane *matte, fc_box face)
{
    FC_ASSERT(canvas != NULL && canvas->channels == 3);
    FC_ASSERT(matte != NULL);
    FC_ASSERT(matte->size.width == canvas->size.width);
    FC_ASSERT(matte->size.height == canvas->size.height);

    const double pixels = (double)canvas->size.width * canvas->size.height;
    sampler from = { .canvas = canvas, .matte = matte };
    from.step = (int32_t)fmax(1.0, floor(sqrt(pixels / SAMPLES_AIM)));
    fc_srgb_table_init(&from.table);

    const fc_pixel_box inner = inner_face(face, canvas->size);
    tone_counts tones = { 0 };
    count_tones(&from, inner, &tones);
    fc_person_stats stats = { .person_samples = tones.person_total,
                              .face_samples = tones.face_total };
    if (tones.person_total > 0) {
        stats.dark = luminance_quantile(tones.person, tones.person_total, 0.02);
        stats.bright = luminance_quantile(tones.person, tones.person_total, 0.995);
        stats.monochrome = tones.coloured < tones.person_total / 50;
    }
    if (tones.face_total > 0) {
        stats.face_median = luminance_quantile(tones.face, tones.face_total, 0.5);
        stats.face_burnt = (double)tones.burnt / tones.face_total;
        measure_skin(&from, inner, &tones, &stats);
    }
    return stats;
}
