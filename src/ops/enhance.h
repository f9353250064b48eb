/**
 * Enhance: measure a portrait, then correct only what needs it, as little as it needs.
 *
 * Side light, denoise, exposure, white balance, contrast, vibrance, sharpening, in this order: a
 * face that is lit from one side is evened before its brightness and colour are told; noise is
 * removed before it is lifted, and nothing is smoothed after sharpening. Each rule stands in the
 * header of its operation. A good photo comes out nearly unchanged. Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "image/geometry.h"
#include "image/image.h"
#include "ops/srgb.h"

typedef enum fc_enhance_strength {
    FC_ENHANCE_STRENGTH_NATURAL,
    FC_ENHANCE_STRENGTH_STRONG, /* about twice the effect */
} fc_enhance_strength;

/** Measurements and corrections. */
typedef struct fc_enhance_report {
    double side_stops;   /* side light, measured: right half of the face against left */
    double side_tint;    /* stops between its channels that differ most */
    bool evened;         /* and something was done about it */
    double stops;        /* exposure; 0 where none was needed */
    fc_linear_rgb gains; /* of white balance; 1 where none was needed */
    double luma_noise;   /* measured, levels */
    double chroma_noise;
    double denoise;   /* share of the luma noise filter that was applied, 0..1 */
    double contrast;  /* 0 .. FC_CONTRAST_MAX */
    double vibrance;  /* 0 .. FC_VIBRANCE_MAX */
    double sharpness; /* measured, 0..1 */
    double sharpen;   /* amount, 0 .. FC_SHARPEN_AMOUNT_MAX */
} fc_enhance_report;

/**
 * Enhance the person on a canvas; the background goes through the same curves.
 *
 * canvas                  RGB, any size
 * matte                   share of person 0..1, same size
 * face                    box as dlib draws it, px of the canvas; may be empty or outside
 * photo_px_per_canvas_px  above 0; below 1 the photo was enlarged
 * out                     owner: caller. RGB, same size. Untouched on failure
 * report                  filled on success
 *
 * Errors: FC_INVALID_ARGUMENT (the scale), FC_OUT_OF_MEMORY.
 * Memory: two pictures of the canvas' size at a time. Cost: about 24 ns a px of a clean photo, 67
 * of a noisy one.
 */
FC_MUST_CHECK fc_status fc_enhance(const fc_image *canvas, const fc_plane *matte, fc_box face,
                                   double photo_px_per_canvas_px, fc_enhance_strength strength,
                                   fc_image **out, fc_enhance_report *report, fc_error *err);

/** The report as one line for a person, cut to `size` bytes with its final zero; size above 0. */
void fc_enhance_describe(const fc_enhance_report *report, char *text, size_t size);
