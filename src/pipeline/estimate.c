#include "pipeline/estimate.h"

#include "base/assert.h"
#include "pipeline/cutout.h"
#include "pipeline/stage_functions.h"
#include "pipeline/wants.h"

/* What the light networks, tables and the C library take once, whatever the sizes. */
#define BASE_BYTES ((int64_t)24 << 20)

/* Bytes for each px of the portrait: canvas, planes of the matte and of the person's colours, the
 * encoders. WebP's keeps the whole picture as planes of its own. */
#define CANVAS_BYTES 32
#define CANVAS_WEBP_BYTES 50

/* What a ground that is no colour adds to them, a px: one picture; of a blur also what it is
 * made of, and the person laid on it. */
#define GROUND_BYTES 3
#define BLURRED_BYTES 16

/* Bytes for each px of a cut-out, which is RGBA; arranged it is there twice. */
#define CUTOUT_BYTES 9
#define CUTOUT_WEBP_BYTES 23

/* The mask of the whole photo, floats and their PNG: bytes for each px of the photo. */
#define MASK_BYTES 7

#define RGB_BYTES 3

static int64_t area(fc_size size)
{
    return (int64_t)size.width * size.height;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t cutout_bytes(const fc_photo *photo)
{
    const fc_cutout_plan *plan = &photo->plan;
    const fc_size size = fc_cutout_size(photo->facts.size, plan->pixels_max);
    const bool webp = plan->format == FC_CUTOUT_WEBP;
    return area(fc_cutout_canvas_max(plan, size)) * (webp ? CUTOUT_WEBP_BYTES : CUTOUT_BYTES);
}

static int64_t ground_bytes(const fc_background *background)
{
    switch (background->kind) {
    case FC_BACKGROUND_BLUR:
        return BLURRED_BYTES;
    case FC_BACKGROUND_GRADIENT:
    case FC_BACKGROUND_RADIAL:
    case FC_BACKGROUND_PICTURE:
        return GROUND_BYTES;
    case FC_BACKGROUND_COLOUR:
    case FC_BACKGROUND_TRANSPARENT:
    case FC_BACKGROUND_KEEP:
        break;
    }
    return 0;
}

static int64_t portrait_bytes(const fc_photo *photo)
{
    const fc_size canvas = { photo->params.width, photo->params.height };
    const bool webp = (photo->outputs & FC_OUTPUT_WEBP) != 0;
    const bool mask = fc_wants_photo_matte(photo);
    const int64_t ground = ground_bytes(&photo->params.background);
    return area(canvas) * ((webp ? CANVAS_WEBP_BYTES : CANVAS_BYTES) + ground) +
           (mask ? area(photo->facts.size) * MASK_BYTES : 0);
}

static int64_t made_bytes(const fc_photo *photo)
{
    if (photo->outputs == 0) {
        return 0;
    }
    return fc_wants_cutout(photo) ? cutout_bytes(photo) : portrait_bytes(photo);
}

/* Two times that do not coincide, with the preview there in each: up to the last decoding, which
 * keeps what it needs and its result, with the turning of somebody who lies on his side, which
 * takes the preview twice; then the making of what is wanted. */
int64_t fc_photo_estimate(const fc_photo *photo)
{
    FC_ASSERT(photo != NULL);

    const fc_size size = photo->facts.size;
    const int64_t shrink = fc_preview_shrink(photo);
    const int64_t preview =
        RGB_BYTES * ((size.width + shrink - 1) / shrink) * ((size.height + shrink - 1) / shrink);
    const int64_t kept = photo->facts.decoded_bytes - RGB_BYTES * area(size);
    return BASE_BYTES + preview + larger(kept + preview, made_bytes(photo));
}
