/**
 * Cut-out: the people of a whole photo without the background, wherever and however many they are.
 * The alternative to portraits, asked for by FC_OUTPUT_CUTOUT.
 *
 * Positions and lengths are in px of the photo or shares of it, as each says. Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "image/decode.h"
#include "image/geometry.h"
#include "image/image.h"

/** Bytes of one encoded cut-out: 100 MP of RGBA, stored without compression, with room. */
#define FC_CUTOUT_BYTES_MAX ((size_t)512 << 20)

/** px, or percent of what the owner says. */
typedef struct fc_length {
    double value;
    bool percent;
} fc_length;

typedef enum fc_cutout_format {
    FC_CUTOUT_AUTO, /* PNG where anything is see-through, else JPEG */
    FC_CUTOUT_PNG,
    FC_CUTOUT_JPEG, /* transparent parts become white */
    FC_CUTOUT_WEBP,
    FC_CUTOUT_PAIR, /* the colours as JPEG and the alpha as grey PNG */
} fc_cutout_format;

/** Sides of a box in the order of CSS. */
enum { FC_TOP, FC_RIGHT, FC_BOTTOM, FC_LEFT, FC_SIDES };

/** Options of a cut-out. All zero: the whole photo at its own size. */
typedef struct fc_cutout_plan {
    int64_t pixels_max; /* the photo is reduced to so many px; 0: it is not */
    fc_cutout_format format;
    bool alpha_only;            /* the alpha alone, grey; no background then */
    bool keep_alpha;            /* four channels even where nothing is see-through */
    bool has_roi;               /* only what lies in `roi` can be a person: */
    fc_length roi[4];           /* left, top, right, bottom; percent of the photo's sides */
    bool crop;                  /* cut off the margins, but for: */
    fc_length margin[FC_SIDES]; /* percent of the person's sides */
    double scale;               /* the person fills this share of the canvas; 0: as it is */
    bool placed;                /* the person is moved to: */
    fc_point position;          /* shares of the room that is left, 0..1: left to right, ... */
    uint8_t colour[4];          /* behind the person, RGBA; alpha 0: nothing */
    fc_bytes backdrop;          /* a picture behind the person, borrowed; empty: none */
} fc_cutout_plan;

/** Why there is none, where the status does not tell. */
typedef enum fc_cutout_fault {
    FC_CUTOUT_SOUND,
    FC_CUTOUT_ROI_OUTSIDE, /* FC_INVALID_ARGUMENT: `roi` goes beyond the photo */
    FC_CUTOUT_ROI_EMPTY,   /* FC_INVALID_ARGUMENT: nothing is in it */
    FC_CUTOUT_BACKDROP,    /* any status: about the backdrop, not the photo */
} fc_cutout_fault;

/** The finished cut-out. */
typedef struct fc_cutout {
    fc_buffer file;          /* the picture; of a pair the colours */
    fc_buffer alpha_file;    /* of a pair */
    fc_cutout_format format; /* never FC_CUTOUT_AUTO */
    fc_size size;
    int32_t left; /* the person's box in the picture, px */
    int32_t top;
    int32_t width;
    int32_t height;
    int32_t faces; /* that were found; a cut-out needs none */
    fc_cutout_fault fault;
} fc_cutout;

/** Release the files. */
void fc_cutout_clear(fc_cutout *cutout);

/** The size of a photo reduced to at most this many px: never larger, never empty, same shape. */
fc_size fc_cutout_size(fc_size photo, int64_t pixels_max);

/** Whole px of a canvas. */
typedef struct fc_region {
    int32_t left;
    int32_t top;
    fc_size size; /* 0 x 0: nothing */
} fc_region;

/** Box of all that is not quite see-through. Cost: the alpha is read once. */
fc_region fc_cutout_person(const fc_image *cutout);

/**
 * Make everything outside of the plan's `roi` see-through.
 *
 * photo    size of the upright photo at full scale, which px of the roi are counted in
 * cutout   RGBA
 * fault    set on failure
 *
 * Errors: FC_INVALID_ARGUMENT (it goes beyond the photo, or is empty).
 */
FC_MUST_CHECK fc_status fc_cutout_limit(const fc_cutout_plan *plan, fc_size photo, fc_image *cutout,
                                        fc_cutout_fault *fault, fc_error *err);

/** The largest canvas that fc_cutout_arrange can make of a cut-out of this size. */
fc_size fc_cutout_canvas_max(const fc_cutout_plan *plan, fc_size size);

/**
 * Crop, scale and place as the plan says.
 *
 * person   its box in the cut-out, not empty; on success its box on the new canvas
 * cutout   replaced on success; untouched where the plan asks for nothing
 *
 * Errors: FC_LIMIT_EXCEEDED, FC_OUT_OF_MEMORY. Cost: O(canvas).
 */
FC_MUST_CHECK fc_status fc_cutout_arrange(const fc_cutout_plan *plan, fc_region *person,
                                          fc_image **cutout, fc_error *err);

/**
 * Lay the plan's colour or picture behind the person. A picture covers the canvas, from its middle.
 *
 * limits   of the picture
 * cutout   RGBA; on success nothing is see-through where the plan's background is not
 * fault    set on failure
 *
 * Errors: those of decoding the picture. Cost: O(canvas), and the picture's decoding.
 */
FC_MUST_CHECK fc_status fc_cutout_lay_behind(const fc_cutout_plan *plan,
                                             const fc_decode_limits *limits, fc_image *cutout,
                                             fc_cutout_fault *fault, fc_error *err);

/**
 * Encode as the plan says.
 *
 * pixels   RGBA; colours under alpha 0 are lost
 * out      file, alpha_file, format and size are filled in. Untouched on failure
 *
 * Errors: FC_LIMIT_EXCEEDED (past FC_CUTOUT_BYTES_MAX), FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_cutout_encode(const fc_cutout_plan *plan, fc_image *pixels,
                                         fc_cutout *out, fc_error *err);
