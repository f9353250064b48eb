/* File: how much was thrown away to make it small. */
#include "check/measure_functions.h"
#include "image/jpeg_quantisation.h"

/* A picture that was a JPEG before has steps where its blocks of 8 px meet. */
#define BLOCK 8

/* Steps at the edges of blocks by steps inside of them, and the quality that it looks like: two
 * photos saved at 75 have 1.17 to 1.28, at 50 1.29 to 1.42. By the steps alone a photo is never
 * worse than QUALITY_BAD, for which it is warned of. */
#define STEPS_GOOD 1.28
#define STEPS_BAD 1.42
#define QUALITY_GOOD 75.0
#define QUALITY_BAD 50.0

/* Steps from one px to the next along an axis, by place in a block: the largest by the mean of the
 * others. Where the blocks begin is not known: the photo may be cut. */
static double steps_along(const fc_image *pixels, bool across)
{
    double sums[BLOCK] = { 0 };
    const size_t next = across ? 3 : pixels->stride;
    const int32_t width = pixels->size.width / BLOCK * BLOCK - BLOCK;
    const int32_t height = pixels->size.height / BLOCK * BLOCK - BLOCK;
    for (int32_t y = 0; y < height; y += across ? 3 : 1) {
        const uint8_t *green = fc_image_row(pixels, y) + 1;
        for (int32_t x = 0; x < width; x += across ? 1 : 3) {
            const int step = green[3 * (size_t)x + next] - green[3 * (size_t)x];
            sums[(across ? x : y) % BLOCK] += step < 0 ? -step : step;
        }
    }
    double most = 0;
    double all = 0;
    for (int i = 0; i < BLOCK; i++) {
        most = fmax(most, sums[i]);
        all += sums[i];
    }
    return all > most ? most * (BLOCK - 1) / (all - most) : 1;
}

/* Blocks show along both axes; edges of what is on the photo along one at most. */
static double steps_of(const fc_image *pixels)
{
    return fmin(steps_along(pixels, true), steps_along(pixels, false));
}

static double quality_of_steps(double steps)
{
    const double slope = (QUALITY_GOOD - QUALITY_BAD) / (STEPS_BAD - STEPS_GOOD);
    return fmin(fmax(QUALITY_GOOD - slope * (steps - STEPS_GOOD), QUALITY_BAD), 100);
}

void fc_measure_file(const fc_face_crop *crop, fc_check_values *out)
{
    const fc_check_input *input = crop->input;
    const fc_photo_facts *facts = &input->facts;
    const double raw = 3.0 * facts->size.width * facts->size.height;
    const bool jpeg = facts->format == FC_FORMAT_JPEG;
    out->kb = (double)input->file.size / 1024;
    if (jpeg && input->file.size > 0) {
        fc_measured(out, FC_MEASURE_file, raw / (double)input->file.size);
    } else {
        fc_measured(out, FC_MEASURE_file, 1); /* other formats keep more in less */
    }
    const double by_tables = jpeg ? fc_jpeg_quality(input->file) : 0;
    const bool as_stored = fc_similarity_scale(input->preview->to_photo) == 1;
    const double by_steps = as_stored ? quality_of_steps(steps_of(input->preview->pixels)) : 100;
    if (by_tables > 0 || as_stored) {
        fc_measured(out, FC_MEASURE_compression, fmin(by_tables > 0 ? by_tables : 100, by_steps));
    }
}
