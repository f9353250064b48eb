#include "image/decode.h"

#include <stdbool.h>

#include "base/assert.h"
#include "base/limits.h"
#include "base/memory.h"
#include "image/area.h"
#include "image/local.h"
#include "image/raster.h"
#include "image/remote.h"
#include "sandbox/sandbox.h"

struct fc_decoder {
    fc_bytes file;
    fc_photo_facts facts;
    bool shrinks;      /* fc_source.shrinks */
    fc_remote *remote; /* the process that decodes; or NULL: this one does */
    fc_source *source; /* of this one; NULL before the first pixels */
};

void fc_raster_free(fc_raster *raster)
{
    if (raster != NULL) {
        fc_image_free(raster->pixels);
        fc_memory_free(raster);
    }
}

void fc_decoder_free(fc_decoder *decoder)
{
    if (decoder != NULL) {
        fc_source_free(decoder->source);
        fc_remote_free(decoder->remote);
        fc_memory_free(decoder);
    }
}

const fc_photo_facts *fc_decoder_facts(const fc_decoder *decoder)
{
    FC_ASSERT(decoder != NULL);
    return &decoder->facts;
}

int64_t fc_decoder_overhead(fc_bytes file)
{
    return fc_sandbox_is_on() ? (int64_t)file.size + FC_DECODE_PROCESS_BYTES : 0;
}

static fc_status open_decoder(fc_decoder *decoder, const fc_decode_limits *limits, fc_error *err)
{
    if (!fc_sandbox_is_on()) {
        return fc_local_probe(decoder->file, limits, &decoder->facts, &decoder->shrinks, err);
    }
    FC_TRY(fc_local_check_format(fc_format_sniff(decoder->file), limits->formats, err));
    FC_TRY(fc_remote_open(decoder->file, limits, &decoder->remote, err));
    decoder->facts = *fc_remote_facts(decoder->remote, &decoder->shrinks);
    return FC_OK;
}

fc_status fc_decoder_open(fc_bytes file, const fc_decode_limits *limits, fc_decoder **out,
                          fc_error *err)
{
    FC_ASSERT(limits != NULL);
    FC_ASSERT(out != NULL);

    FC_AUTO(fc_decoder) decoder = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *decoder, (void **)&decoder, err));
    decoder->file = file;
    FC_TRY(open_decoder(decoder, limits, err));
    *out = FC_STEAL(decoder);
    return FC_OK;
}

/* Pixels of an area; without a background alpha is ignored. */
static fc_status fill_once(fc_decoder *decoder, const fc_area *area,
                           const fc_decode_request *request, const uint8_t *background,
                           bool *invisible, fc_image **out, fc_error *err)
{
    if (decoder->remote != NULL) {
        return fc_remote_fill(decoder->remote, area, request, background, invisible, out, err);
    }
    FC_AUTO(fc_rows) rows = NULL;
    FC_TRY(fc_local_rows(decoder->source, area, &rows, err));
    return fc_raster_fill(rows, area->box, area->orientation, background, invisible, out, err);
}

/* Whether the whole photo, of which no pixel of a part can be seen, shows none either. */
static fc_status hides_all(fc_decoder *decoder, fc_decode_request request, bool *out, fc_error *err)
{
    FC_AUTO(fc_image) small = NULL;
    request.shrink = 8;
    request.region = (fc_box){ 0 };
    const fc_area all = fc_area_of(&decoder->facts, decoder->shrinks, &request);
    return fill_once(decoder, &all, &request, request.background, out, &small, err);
}

/* An alpha channel that hides everything was never meant as one. Where it hides a part, the rest of
 * the photo tells. */
static fc_status fill(fc_decoder *decoder, const fc_area *area, const fc_decode_request *request,
                      fc_image **out, fc_error *err)
{
    FC_AUTO(fc_image) pixels = NULL;
    bool invisible = false;
    FC_TRY(fill_once(decoder, area, request, request->background, &invisible, &pixels, err));
    if (invisible && request->region.width > 0) {
        FC_TRY(hides_all(decoder, *request, &invisible, err));
    }
    if (invisible) {
        fc_image_free(FC_STEAL(pixels));
        FC_TRY(fill_once(decoder, area, request, NULL, &invisible, &pixels, err));
    }
    *out = FC_STEAL(pixels);
    return FC_OK;
}

fc_status fc_decoder_decode(fc_decoder *decoder, const fc_decode_request *request, fc_raster **out,
                            fc_error *err)
{
    FC_ASSERT(decoder != NULL);
    FC_ASSERT(request != NULL);
    FC_ASSERT(out != NULL);

    if (decoder->remote == NULL && decoder->source == NULL) {
        FC_TRY(fc_local_open(decoder->file, &decoder->facts, &decoder->source, err));
        decoder->shrinks = decoder->source->shrinks;
    }
    const fc_area area = fc_area_of(&decoder->facts, decoder->shrinks, request);
    FC_AUTO(fc_raster) raster = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(fc_raster), (void **)&raster, err));
    raster->to_photo = area.to_photo;
    FC_TRY(fill(decoder, &area, request, &raster->pixels, err));
    *out = FC_STEAL(raster);
    return FC_OK;
}

fc_status fc_decode_probe(fc_bytes file, const fc_decode_limits *limits, fc_photo_facts *out,
                          fc_error *err)
{
    FC_ASSERT(limits != NULL);
    FC_ASSERT(out != NULL);

    fc_decoder decoder = { .file = file };
    const fc_status status = open_decoder(&decoder, limits, err);
    if (status == FC_OK) {
        *out = decoder.facts;
    }
    fc_remote_free(decoder.remote);
    return status;
}

/* The header of a file that was probed is not read again, but by a fresh process. */
static fc_status reopen(fc_decoder *decoder, fc_error *err)
{
    const fc_photo_facts *facts = &decoder->facts;
    const fc_decode_limits limits = {
        .formats = FC_FORMAT_BIT(facts->format),
        .pixels_max = facts->stored,
        .decoded_max = facts->decoded_bytes,
    };
    return fc_sandbox_is_on() ? open_decoder(decoder, &limits, err) : FC_OK;
}

fc_status fc_decode(fc_bytes file, const fc_photo_facts *facts, const fc_decode_request *request,
                    fc_raster **out, fc_error *err)
{
    FC_ASSERT(facts != NULL);

    FC_AUTO(fc_decoder) decoder = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *decoder, (void **)&decoder, err));
    decoder->file = file;
    decoder->facts = *facts;
    FC_TRY(reopen(decoder, err));
    return fc_decoder_decode(decoder, request, out, err);
}
