#include "pipeline/stage_functions.h"

#include <stdbool.h>
#include <stdio.h>

#include "base/crew.h"
#include "image/encode.h"

/* The PNG is the cut-out: see-through around the oval, and everywhere when that is asked for.
 * A rectangular portrait on a colour has nothing to see through. */
static const fc_image *picture_for_png(const fc_portrait *portrait)
{
    const fc_params *params = &portrait->photo->params;
    return params->use_oval_mask || params->background.kind == FC_BACKGROUND_TRANSPARENT
               ? portrait->cutout
               : portrait->flat;
}

typedef struct png_task {
    const fc_image *picture;
    fc_buffer *out;
} png_task;

static fc_status encode_png(void *context, fc_error *err)
{
    const png_task *task = context;
    return fc_encode_png(task->picture, task->out, err);
}

/* Where nobody asks for a limit: what Exchange and many forms take, as long as it looks well. */
#define USUAL_BYTES ((size_t)99 << 10)

/* The quality that is looked for then: 50 are the tables of the standard as they are. */
#define QUALITY_MIN 50

/* Above so many px the usual size has never been enough for that (2048 x 2048: quality 31 to 51).
 */
#define USUAL_PX_MAX ((size_t)2048 * 2048)

/* For so many px one byte, quality is 70 to 90; measured on the photos of tests/data. */
#define PX_PER_BYTE 16

/* The first size that is tried, and the ones after it: doubled. */
static size_t next_limit(size_t pixels, size_t limit)
{
    if (limit == 0 && pixels <= USUAL_PX_MAX) {
        return USUAL_BYTES;
    }
    const size_t enough = pixels / PX_PER_BYTE;
    return enough > 2 * limit ? enough : 2 * limit;
}

static bool is_too_small(fc_status status, int32_t quality)
{
    return status == FC_LIMIT_EXCEEDED || (status == FC_OK && quality < QUALITY_MIN);
}

/* The usual size, or more for a portrait that would look bad in it, which is told. */
static fc_status encode_unlimited(const fc_portrait *portrait, size_t bytes_min, fc_buffer *out,
                                  int32_t *quality, fc_error *err)
{
    const fc_size size = portrait->flat->size;
    const size_t pixels = (size_t)size.width * (size_t)size.height;
    fc_status status = FC_LIMIT_EXCEEDED;
    for (size_t limit = next_limit(pixels, 0);
         limit <= FC_PORTRAIT_BYTES_MAX && is_too_small(status, *quality);
         limit = next_limit(pixels, limit)) {
        fc_buffer_clear(out);
        status = fc_encode_jpeg_between(portrait->flat, bytes_min,
                                        limit > bytes_min ? limit : bytes_min, out, quality, err);
    }
    return status;
}

static void tell_size(fc_portrait *portrait, size_t bytes_min)
{
    const fc_size size = portrait->flat->size;
    if (portrait->jpeg.size > USUAL_BYTES && portrait->jpeg.size > bytes_min) {
        fc_warn(&portrait->warnings,
                "the JPEG has %zu KB, more than the usual %zu, for %d x %d px at quality %d; "
                "max_jpeg_kb sets a limit",
                portrait->jpeg.size >> 10, USUAL_BYTES >> 10, size.width, size.height,
                portrait->jpeg_quality);
    }
}

static fc_status encode_jpeg(fc_portrait *portrait, fc_error *err)
{
    const fc_params *params = &portrait->photo->params;
    const size_t least = (size_t)params->min_jpeg_kb << 10;
    const size_t most = (size_t)params->max_jpeg_kb << 10;
    portrait->jpeg = FC_BUFFER(FC_PORTRAIT_BYTES_MAX);
    FC_TRY(fc_params_check(params, err)); /* callers of the library may not have */
    if (most > 0) {
        return fc_encode_jpeg_between(portrait->flat, least, most, &portrait->jpeg,
                                      &portrait->jpeg_quality, err);
    }
    FC_TRY(encode_unlimited(portrait, least, &portrait->jpeg, &portrait->jpeg_quality, err));
    tell_size(portrait, least);
    return FC_OK;
}

static fc_status encode_with_loss(fc_portrait *portrait, fc_error *err)
{
    const fc_photo *photo = portrait->photo;
    if (photo->outputs & FC_OUTPUT_JPEG) {
        FC_TRY(encode_jpeg(portrait, err));
    }
    if (photo->outputs & FC_OUTPUT_WEBP) {
        portrait->webp = FC_BUFFER(FC_PORTRAIT_BYTES_MAX);
        FC_TRY(fc_encode_webp(picture_for_png(portrait), &portrait->webp, err));
    }
    return FC_OK;
}

/* The PNG takes about as long as the JPEG: a helper makes it meanwhile. */
fc_status fc_stage_encode(fc_portrait *portrait, fc_stage_report *report, fc_error *err)
{
    const fc_photo *photo = portrait->photo;
    FC_AUTO_BUFFER(png, FC_PORTRAIT_BYTES_MAX);
    png_task task = { picture_for_png(portrait), &png };
    fc_crew_task beside = { 0 };
    if (photo->outputs & FC_OUTPUT_PNG) {
        fc_crew_start(&beside, encode_png, &task);
    }
    const fc_status status = encode_with_loss(portrait, err);
    FC_TRY(fc_crew_wait(&beside, err));
    FC_TRY(status);
    portrait->png = png;
    png = FC_BUFFER(0);
    (void)snprintf(report->note, sizeof report->note, "PNG %.0f KB, JPEG %.0f KB at quality %d",
                   (double)portrait->png.size / 1024, (double)portrait->jpeg.size / 1024,
                   portrait->jpeg_quality);
    return FC_OK;
}
