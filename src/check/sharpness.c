/*
 * Sharpness: how much of the face's detail a small blur takes away. A face that was blurred before
 * has little to lose. (Crete et al., "The Blur Effect", 2007, by another blur.)
 */
#include <string.h>

#include "check/measure_functions.h"
#include "ops/box_blur.h"
#include "ops/luma.h"

/* Radius of the blur, px of the crop. */
#define RADIUS 1

static double detail(const fc_plane *luma, const fc_plane *face)
{
    double sum = 0;
    for (int32_t y = 0; y + 1 < luma->size.height; y++) {
        const float *here = fc_plane_row(luma, y);
        const float *below = fc_plane_row(luma, y + 1);
        const float *inside = fc_plane_row(face, y);
        for (int32_t x = 0; x + 1 < luma->size.width; x++) {
            if (inside[x] > 0.5F) {
                sum += (double)(fabsf(here[x + 1] - here[x]) + fabsf(below[x] - here[x]));
            }
        }
    }
    return sum;
}

fc_status fc_measure_sharpness(const fc_face_crop *crop, fc_check_values *out, fc_error *err)
{
    FC_AUTO(fc_plane) luma = NULL;
    const fc_image *pixels = crop->input->pixels;
    FC_TRY(fc_plane_new(pixels->size, &luma, err));
    for (int32_t y = 0; y < pixels->size.height; y++) {
        const uint8_t *pixel = fc_image_row(pixels, y);
        float *value = fc_plane_row(luma, y);
        for (int32_t x = 0; x < pixels->size.width; x++, pixel += 3) {
            value[x] = (float)fc_luma(pixel);
        }
    }
    const double before = detail(luma, crop->face);
    FC_TRY(fc_box_blur_in_place(luma->data, 1, luma->size, RADIUS, err));
    if (before > 0) {
        fc_measured(out, FC_MEASURE_sharpness, 1 - detail(luma, crop->face) / before);
    }
    return FC_OK;
}
