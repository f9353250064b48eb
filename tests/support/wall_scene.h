/** A head with strands of hair before a wall, of which everything is known. */
#pragma once

#include "image/image.h"

/** Side of the picture, and height of the face, px. */
#define FC_WALL_SIDE 400
#define FC_WALL_FACE_PX 160.0

/** What is person of a px: a disc, and straight strands that leave it. */
double fc_wall_alpha(int32_t x, int32_t y);

/** The wall at a px: a slope of light, and a soft shadow next to the head that takes `shade` of it.
 */
void fc_wall_colour(int32_t x, int32_t y, double shade, double colour[3]);

/** The picture, with noise; `pattern` levels of stripes on the wall. */
fc_image *fc_wall_picture(double shade, double pattern);

/** What a network makes of it: the disc alone, soft. */
fc_plane *fc_wall_mask(void);
