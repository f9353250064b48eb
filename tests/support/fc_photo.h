/** For tests of the image room: open and decode the pictures of tests/data/image. */
#pragma once

#include "base/file.h"
#include "image/decode.h"
#include "support/fc_test.h"

/** What the tests accept: every type, 100 megapixels, 1 GB. */
extern const fc_decode_limits fc_photo_limits;

/** The four colours of the test pictures: red and green above, blue and yellow below. */
extern const uint8_t fc_photo_quadrants[4][3];

/** Map tests/data/image/NAME; fails the test when it is not there. Release with fc_mapping_free. */
fc_mapping *fc_photo_open(const char *name);

/** Probe and decode the whole at full scale onto white; fails the test when that is refused. */
fc_raster *fc_photo_decode(fc_bytes file);

/** Every channel of a pixel is within the tolerance. */
void fc_photo_assert_colour(const fc_image *image, int32_t x, int32_t y, const uint8_t colour[3],
                            int tolerance);

/** The centres of the four quadrants have their colours. */
void fc_photo_assert_quadrants(const fc_image *image, int tolerance);
