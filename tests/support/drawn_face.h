/** A face drawn by rule, on a crop as the check looks at it: for tests of single measures, whose
 *  answers can be reckoned. No network is needed. */
#pragma once

#include "check/measure_functions.h"

/** Where things are, px of the crop. */
#define DRAWN_MIDDLE_X 128
#define DRAWN_EYES_Y 136
#define DRAWN_CHIN_Y 246
#define DRAWN_CHIN_DOWN (DRAWN_CHIN_Y - DRAWN_EYES_Y)

/** Everything that a crop is made of; a test changes what it is about, then makes the crop. */
typedef struct drawn_face {
    fc_faces faces; /* one, as large as the crop */
    fc_raster preview;
    fc_plane *matte; /* all person; the input has none until a test sets it */
    fc_plane *coverage;
    fc_image *pixels;
    fc_check_input input;
    fc_mesh_point mesh[FC_FACE_MESH_POINTS];
    fc_face_crop *crop;
} drawn_face;

/** The colour of skin in good light, sRGB. */
extern const uint8_t drawn_skin[3];

/** A level face that looks ahead, eyes open and mouth closed, all pixels of the colour of skin; the
 *  photo is the crop. */
void drawn_face_open(drawn_face *self);
void drawn_face_close(drawn_face *self);

/** One colour for columns left..right - 1 of all rows. */
void drawn_face_paint(drawn_face *self, int32_t left, int32_t right, const uint8_t colour[3]);

/** A disc of one colour. */
void drawn_face_dot(drawn_face *self, fc_point centre, double radius, const uint8_t colour[3]);

/** The crop of what there is now; made once. */
const fc_face_crop *drawn_face_crop(drawn_face *self);
