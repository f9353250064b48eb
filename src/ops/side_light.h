/**
 * Side light: how differently the two halves of a face are lit, in brightness and in colour, and
 * evening that out.
 *
 * Faces are nearly alike on both sides. So log colours of the inner face are fitted by a smooth
 * function (robustly: brows, lips, glints and locks of hair do not count), and what of it turns its
 * sign from one half to the other is taken for light. Photographers light faces by half a stop from
 * one side, and that stays: only beyond FC_SIDE_LIGHT_USUAL something is done. The evened face
 * keeps some of its light and so its shape. Any thread.
 */
#pragma once

#include <stdbool.h>

#include "image/geometry.h"
#include "image/image.h"

/** Stops between the middles of both halves up to which nothing is done. */
#define FC_SIDE_LIGHT_USUAL 0.8

/** No channel of a pixel changes by more stops. */
#define FC_SIDE_LIGHT_STOPS_MAX 1.0

/** Measurements, and the correction that follows from them. */
typedef struct fc_side_light {
    double stops;      /* right half against left, brightness */
    double tint;       /* stops between the channels that differ most */
    double share;      /* of the brightness' difference that is taken away, 0..1 */
    double tint_share; /* of the colours' */
    double across[3];  /* R, G, B: stops for each half width of the face to the right */
    double twist[3];   /* the same for each half height further down */
} fc_side_light;

/**
 * Measure a face. Where it cannot be measured, or is lit as usual, the shares are 0.
 *
 * canvas  RGB
 * matte   share of person 0..1, of the same size
 * face    box as dlib draws it, upright; may be empty or reach over the border
 *
 * Never fails. Cost: 450 cells of the face, whatever its size.
 */
fc_side_light fc_side_light_measure(const fc_image *canvas, const fc_plane *matte, fc_box face);

/** Whether fc_side_light_even_in_place would change anything. */
static inline bool fc_side_light_acts(const fc_side_light *light)
{
    return light->share > 0 || light->tint_share > 0;
}

/**
 * Even out what was measured, on the person alone: all of it within the face, less around it,
 * nothing from a face's half width outside.
 *
 * Cost: about 15 ns a px of the face's surroundings.
 */
void fc_side_light_even_in_place(const fc_side_light *light, const fc_plane *matte, fc_box face,
                                 fc_image *canvas);
