/* File: how much was thrown away to make it small. */
#include "check/measure_functions.h"
#include "image/jpeg_quality.h"

/* A picture that was a JPEG before has steps where its blocks of 8 px meet. */
#define BLOCK 8

/* Steps at the edges of blocks by steps inside of them, and the quality that it looks like. */
#define STEPS_GOOD 1.2
#define STEPS_BAD 1.5
#define QUALITY_GOOD 75.0
#define QUALITY_BAD 50.0

/* Mean step from column to column, by column of a block, and the largest by the mean of the rest.
 * Where the blocks begin is not known: the photo may be cut. */
static double steps_across(const fc_image *pixels)
{
    double sums[BLOCK] = { 0 };
    for (int32_t y = 0; y < pixels->size.height; y += 2) {
        const uint8_t *row = fc_image_row(pixels, y) + 1;
        for (int32_t x = 0; x + 1 < pixels->size.width / BLOCK * BLOCK; x++) {
            const int step = row[3 * (x + 1)] - row[3 * x];
            sums[x % BLOCK] += step < 0 ? -step : step;
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

static double quality_of_steps(double steps)
{
    const double slope = (QUALITY_GOOD - QUALITY_BAD) / (STEPS_BAD - STEPS_GOOD);
    return fmin(fmax(QUALITY_GOOD - slope * (steps - STEPS_GOOD), 1), 100);
}

void fc_measure_file(const fc_scene *scene, fc_check_values *out)
{
    const fc_check_input *input = scene->input;
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
    const double by_steps =
        as_stored ? quality_of_steps(steps_across(input->preview->pixels)) : 100;
    if (by_tables > 0 || as_stored) {
        fc_measured(out, FC_MEASURE_compression, fmin(by_tables > 0 ? by_tables : 100, by_steps));
    }
}
