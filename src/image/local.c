#include "image/local.h"

#include "base/assert.h"
#include "image/codecs.h"
#include "image/to_srgb.h"

/* For strips, tables and the like, which fc_photo_facts.decoded_bytes leaves out. */
#define TABLES_BYTES_MAX (INT64_C(16) << 20)

fc_status fc_local_open(fc_bytes file, const fc_photo_facts *facts, fc_source **out, fc_error *err)
{
    FC_ASSERT(facts != NULL && out != NULL);

    const fc_codec *codec = fc_codec_lookup(facts->format);
    FC_ASSERT(codec != NULL);
    const fc_source_limits limits = { .pixels_max = facts->stored,
                                      .bytes_max = facts->decoded_bytes + TABLES_BYTES_MAX };
    return codec->open(file, &limits, out, err);
}

fc_status fc_local_rows(fc_source *source, const fc_area *area, fc_rows **out, fc_error *err)
{
    FC_ASSERT(source != NULL && area != NULL && out != NULL);

    const fc_size size = source->size;
    if (size.width != area->stored.width || size.height != area->stored.height) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a picture of %d x %d px, which was %d x %d before",
                       size.width, size.height, area->stored.width, area->stored.height);
    }
    FC_AUTO(fc_rows) stored = NULL;
    FC_TRY(source->rows(source, area->shrink, area->part, &stored, err));
    return fc_to_srgb(&stored, &source->space, out, err);
}
