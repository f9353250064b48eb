#include "pipeline/backdrop.h"

#include <math.h>

#include "base/assert.h"
#include "ops/resample.h"

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

fc_status fc_backdrop_load(fc_bytes file, const fc_decode_limits *limits, fc_size canvas,
                           fc_image **out, fc_error *err)
{
    FC_ASSERT(limits != NULL && out != NULL);
    if (file.size == 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a picture is missing, or an empty file");
    }
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

int64_t fc_backdrop_estimate(fc_bytes file, const fc_decode_limits *limits)
{
    FC_ASSERT(limits != NULL);
    fc_photo_facts facts = { 0 };
    const bool sound = file.size > 0 && fc_decode_probe(file, limits, &facts, NULL) == FC_OK;
    return (int64_t)file.size + (sound ? facts.decoded_bytes + fc_decoder_overhead(file) : 0);
}
