/** Frame: the place of a portrait in its photo. Geometry only. */
#pragma once

#include <stdint.h>

#include "image/geometry.h"
#include "pipeline/document.h"

/** Sides, as bits, clockwise. */
enum {
    FC_SIDE_TOP = 1 << 0,
    FC_SIDE_RIGHT = 1 << 1,
    FC_SIDE_BOTTOM = 1 << 2,
    FC_SIDE_LEFT = 1 << 3,
};

typedef struct fc_frame {
    fc_size canvas;         /* width x height of the portrait, px */
    fc_box inner;           /* face box plus margins, fitted into the canvas: the oval's box */
    fc_similarity to_photo; /* canvas px -> px of the upright full-scale photo */
    fc_box face_in_canvas;  /* dlib's face box, canvas px */
    fc_box face_in_photo;   /* the same as the old service reported it: upright in the photo */
    double roll_deg;        /* eye line, clockwise */
    uint32_t ends;          /* FC_SIDE_ of the photo, where it ends inside the portrait */
    fc_document document;   /* how far the rule of the preset is met */
} fc_frame;
