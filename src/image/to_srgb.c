#include "image/to_srgb.h"

#include "base/assert.h"
#include "base/memory.h"
#include "image/cicp.h"
#include "image/cmyk.h"
#include "image/profile.h"
#include "image/tone_map.h"

/* One of the three ways is set. */
typedef struct srgb_rows {
    fc_rows rows;
    fc_rows *from;
    fc_profile_transform *transform;
    fc_tone_map *map;
    bool is_ink; /* CMYK without a profile of its own */
    void *pixels;
} srgb_rows;

static fc_status read_row(fc_rows *rows, int32_t y, const void **pixels, fc_error *err)
{
    srgb_rows *self = (srgb_rows *)rows;
    const void *stored = NULL;
    FC_TRY(self->from->read(self->from, y, &stored, err));
    const int32_t width = rows->size.width;
    if (self->transform != NULL) {
        fc_profile_transform_apply(self->transform, stored, self->pixels, width);
    } else if (self->map != NULL) {
        fc_tone_map_row(self->map, stored, self->pixels, width);
    } else {
        fc_cmyk_row(stored, self->from->bits, rows->channels == 4, self->pixels, width);
    }
    *pixels = self->pixels;
    return FC_OK;
}

static void free_rows(fc_rows *rows)
{
    srgb_rows *self = (srgb_rows *)rows;
    fc_rows_free(self->from);
    fc_profile_transform_free(self->transform);
    fc_tone_map_free(self->map);
    fc_memory_free(self->pixels);
    fc_memory_free(self);
}

/* Chooses the way; none is set where the numbers stay as they are. */
static fc_status choose(srgb_rows *self, const fc_colour_space *space, int32_t bits, fc_error *err)
{
    if (bits == 32 || (space->profile.size == 0 && space->model != FC_COLOUR_CMYK &&
                       fc_cicp_is_hdr(space->transfer))) {
        return fc_tone_map_new(space, bits, &self->map, err);
    }
    FC_TRY(fc_profile_transform_new(space, bits, &self->transform, err));
    self->is_ink = self->transform == NULL && space->model == FC_COLOUR_CMYK;
    return FC_OK;
}

fc_status fc_to_srgb(fc_rows **rows, const fc_colour_space *space, fc_rows **out, fc_error *err)
{
    FC_ASSERT(rows != NULL && *rows != NULL);
    FC_ASSERT(space != NULL);
    FC_ASSERT((*rows)->channels == fc_colour_space_channels(space));
    FC_ASSERT(out != NULL);

    void *block = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(srgb_rows), &block, err));
    srgb_rows *self = block;
    self->rows = (fc_rows){ .size = (*rows)->size,
                            .channels = space->has_alpha ? 4 : 3,
                            .bits = 8,
                            .read = read_row,
                            .free = free_rows };
    FC_AUTO(fc_rows) converted = &self->rows;
    FC_TRY(choose(self, space, (*rows)->bits, err));
    if (self->transform == NULL && self->map == NULL && !self->is_ink) {
        *out = FC_STEAL(*rows);
        return FC_OK;
    }
    if (self->transform != NULL) {
        self->rows.bits = (*rows)->bits;
    }
    FC_TRY(fc_memory_new((size_t)self->rows.size.width,
                         (size_t)self->rows.channels * (size_t)self->rows.bits / 8, &self->pixels,
                         err));
    self->from = FC_STEAL(*rows);
    *out = FC_STEAL(converted);
    return FC_OK;
}
