/**
 * Person statistics: how bright the person is and what colour the skin has.
 *
 * Only what the matte calls person is counted, so neither a dark nor a white background weighs
 * in. Large pictures are sampled on a grid. Pure measurement, any thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "image/geometry.h"
#include "image/image.h"
#include "ops/srgb.h"

typedef struct fc_person_stats {
    int32_t person_samples; /* pixels looked at; 0 where there is no person */
    int32_t face_samples;   /* of them, in the inner face */
    int32_t skin_samples;   /* of these, evenly lit and not clipped */
    double dark;            /* luminance 0..1 that 2 % of the person stay below */
    double bright;          /* luminance that 0.5 % exceed: eye whites, teeth, cloth, glints */
    double face_median;     /* luminance in the middle of the inner face's range */
    double face_burnt;      /* share of the inner face with a channel at 250 or above, 0..1 */
    fc_lab skin;            /* medians over the evenly lit part of the inner face */
    double skin_spread;     /* middle half of b*, from its lower to its upper end */
    bool monochrome;        /* hardly any colour on the person: a black-and-white photo */
} fc_person_stats;

/**
 * Measure the person on a canvas.
 *
 * canvas  RGB
 * matte   share of person 0..1, of the same size
 * face    box as dlib draws it, brows to chin; may reach over the border or be empty
 *
 * Where nothing can be counted the numbers are 0. Never fails.
 * Cost: about 40 000 samples, whatever the size.
 */
fc_person_stats fc_person_measure(const fc_image *canvas, const fc_plane *matte, fc_box face);

/** A part of a canvas in whole pixels. */
typedef struct fc_pixel_box {
    int32_t left;
    int32_t top;
    int32_t right; /* first column outside */
    int32_t bottom;
} fc_pixel_box;
