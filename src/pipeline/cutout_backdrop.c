#include "pipeline/cutout_backdrop.h"

#include <math.h>

#include "base/assert.h"
#include "ops/resample.h"

/* Straight alpha over straight alpha (Porter and Duff, 1984), in whole numbers, rounded. */
static void lay_px(uint8_t *px, const uint8_t behind[4])
{
    const uint32_t front = px[3] * 255U;
    const uint32_t back = behind[3] * (255U - px[3]);
    const uint32_t both = front + back;
    for (int c = 0; c < 3 && both > 0; c++) {
        px[c] = (uint8_t)((px[c] * front + behind[c] * back + both / 2) / both);
    }
    px[3] = (uint8_t)((both + 127) / 255);
}

static void lay_colour(fc_image *cutout, const uint8_t colour[4])
{
    for (int32_t y = 0; y < cutout->size.height; y++) {
        uint8_t *row = fc_image_row(cutout, y);
        for (int32_t x = 0; x < cutout->size.width; x++) {
            lay_px(row + (ptrdiff_t)4 * x, colour);
        }
    }
}

static void lay_picture(fc_image *cutout, const fc_image *picture)
{
    for (int32_t y = 0; y < cutout->size.height; y++) {
        uint8_t *row = fc_image_row(cutout, y);
        const uint8_t *behind = fc_image_row(picture, y);
        for (int32_t x = 0; x < cutout->size.width; x++) {
            const uint8_t colour[4] = { behind[3 * x], behind[3 * x + 1], behind[3 * x + 2], 255 };
            lay_px(row + (ptrdiff_t)4 * x, colour);
        }
    }
}

/* The middle of a picture that has the shape of the canvas. */
static fc_box covering_part(fc_size picture, fc_size canvas)
{
    const double scale =
        fmin((double)picture.width / canvas.width, (double)picture.height / canvas.height);
    const double width = fmin(canvas.width * scale, picture.width);
    const double height = fmin(canvas.height * scale, picture.height);
    return (fc_box){ (picture.width - width) / 2, (picture.height - height) / 2, width, height };
}

static int32_t choose_shrink(fc_size picture, fc_size canvas)
{
    int32_t shrink = 1;
    while (shrink < 8 && picture.width / (2 * shrink) >= canvas.width &&
           picture.height / (2 * shrink) >= canvas.height) {
        shrink *= 2;
    }
    return shrink;
}

static fc_status load_picture(fc_bytes file, const fc_decode_limits *limits, fc_size canvas,
                              fc_image **out, fc_error *err)
{
    FC_AUTO(fc_decoder) decoder = NULL;
    FC_AUTO(fc_raster) raster = NULL;
    FC_TRY(fc_decoder_open(file, limits, &decoder, err));
    const fc_size size = fc_decoder_facts(decoder)->size;
    const fc_decode_request request = { .shrink = choose_shrink(size, canvas),
                                        .background = { 255, 255, 255 } };
    FC_TRY(fc_decoder_decode(decoder, &request, &raster, err));
    return fc_resample(raster->pixels, covering_part(raster->pixels->size, canvas), canvas, out,
                       err);
}

fc_status fc_cutout_lay_behind(const fc_cutout_plan *plan, const fc_decode_limits *limits,
                               fc_image *cutout, fc_cutout_fault *fault, fc_error *err)
{
    FC_ASSERT(plan != NULL && limits != NULL && fault != NULL);
    FC_ASSERT(cutout != NULL && cutout->channels == 4);
    if (plan->backdrop.size == 0) {
        if (plan->colour[3] > 0) {
            lay_colour(cutout, plan->colour);
        }
        return FC_OK;
    }
    FC_AUTO(fc_image) picture = NULL;
    const fc_status status = load_picture(plan->backdrop, limits, cutout->size, &picture, err);
    if (status != FC_OK) {
        *fault = FC_CUTOUT_BACKDROP;
        return status;
    }
    lay_picture(cutout, picture);
    return FC_OK;
}
