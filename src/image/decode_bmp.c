#include "base/assert.h"
#include "base/memory.h"
#include "image/bmp.h"
#include "image/codecs.h"

typedef struct bmp_source {
    fc_source source;
    fc_bytes file;
    fc_bmp bmp;
} bmp_source;

static fc_status open_rows(fc_source *source, int32_t shrink, fc_rect part, fc_rows **out,
                           fc_error *err)
{
    FC_ASSERT(shrink == 1);
    const bmp_source *self = (const bmp_source *)source;
    return fc_bmp_rows_new(self->file, &self->bmp, part, out, err);
}

static void free_source(fc_source *source)
{
    fc_memory_free(source);
}

fc_status fc_bmp_open(fc_bytes file, const fc_source_limits *limits, fc_source **out, fc_error *err)
{
    FC_ASSERT(limits != NULL);
    FC_ASSERT(out != NULL);

    (void)limits; /* rows are read where they lie: nothing is held */
    fc_bmp bmp = { 0 };
    FC_TRY(fc_bmp_read_header(file, &bmp, err));
    void *block = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(bmp_source), &block, err));
    bmp_source *self = block;
    self->file = file;
    self->bmp = bmp;
    self->source = (fc_source){
        .size = bmp.size,
        .orientation = 1,
        .space = { .model = FC_COLOUR_RGB, .has_alpha = bmp.channels[3].max > 0 },
        .bits = 8,
        .rows = open_rows,
        .free = free_source,
    };
    *out = &self->source;
    return FC_OK;
}
