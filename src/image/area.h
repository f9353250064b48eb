/**
 * Area: the pixels of a stored picture that a request asks for, and their place in the photo. Pure
 * functions.
 */
#pragma once

#include <stdbool.h>

#include "image/orientation.h"
#include "image/photo_facts.h"
#include "image/rows.h"

typedef struct fc_area {
    fc_size stored; /* the whole picture as it is stored, px at full scale */
    int32_t shrink; /* what the source is asked for: fc_source.rows */
    fc_rect part;   /* the same, in px of the picture that the source shrinks by it */
    int32_t box;    /* px of the part along a side that become one: fc_raster_fill */
    fc_size size;   /* px that come out, in stored order */
    fc_orientation orientation;
    fc_similarity to_photo; /* px that come out, upright -> px of the upright full-scale photo */
} fc_area;

/**
 * What a request means for a photo.
 *
 * shrinks   whether the source shrinks by itself: fc_source.shrinks
 */
fc_area fc_area_of(const fc_photo_facts *facts, bool shrinks, const fc_decode_request *request);
