/** Pictures made by rule for the tests of pixel operations. All fail the test when memory ends. */
#pragma once

#include <stdint.h>

#include "image/image.h"

/** One colour everywhere. */
fc_image *fc_test_flat(fc_size size, uint8_t red, uint8_t green, uint8_t blue);

/** Pixels without any order, the same for the same seed. */
fc_image *fc_test_random(fc_size size, uint32_t seed);

/** Grey of each pixel of an RGB or RGBA picture, as one channel (ops/grey.h). */
fc_image *fc_test_grey(const fc_image *colour);

/** A linear function of the colours of an RGB picture, taken as 0..1. */
fc_plane *fc_test_linear_plane(const fc_image *colour, const float shares[3], float constant);

/** A matte of one value. */
fc_plane *fc_test_matte(fc_size size, float value);

/** Add noise of this standard deviation, near enough Gaussian, to each channel on its own. */
void fc_test_add_noise(fc_image *image, double sigma, uint32_t seed);

/** Standard deviation of one channel about its mean, over the rows from..to-1. */
double fc_test_deviation(const fc_image *image, int32_t channel, int32_t from, int32_t to);

/** Largest difference between two pictures of the same shape, levels. */
int32_t fc_test_largest_difference(const fc_image *a, const fc_image *b);

/** Share of values that are 255. */
double fc_test_burnt(const fc_image *image);

/**
 * A face that measures like one: 160 x 160 px, skin of this colour with soft shading,
 * dark hair and brows, bright eyes and teeth, a light collar.
 */
fc_image *fc_test_face(uint8_t red, uint8_t green, uint8_t blue);

/** Where the face of fc_test_face lies. */
#define FC_TEST_FACE_BOX ((fc_box){ 30.0, 30.0, 100.0, 100.0 })
