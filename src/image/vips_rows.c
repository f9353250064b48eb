#include "image/vips_rows.h"

#include "base/assert.h"
#include "base/memory.h"
#include "image/vips_colour.h"
#include "image/vips_file.h"

/* Rows computed at once: two lines of the largest JPEG blocks. */
#define STRIP_ROWS 16

typedef struct vips_rows {
    fc_rows rows;
    VipsRegion *region;
} vips_rows;

static fc_status read_row(fc_rows *rows, int32_t y, const void **pixels, fc_error *err)
{
    VipsRegion *region = ((vips_rows *)rows)->region;
    const VipsRect *held = &region->valid;
    if (y < held->top || y >= held->top + held->height) {
        const int32_t left = rows->size.height - y;
        const VipsRect strip = { 0, y, rows->size.width, left < STRIP_ROWS ? left : STRIP_ROWS };
        if (vips_region_prepare(region, &strip) != 0) {
            return fc_vips_fail(err, FC_CORRUPT_IMAGE, "the picture is damaged or cut short");
        }
    }
    *pixels = region->data + (size_t)(y - held->top) * (size_t)region->bpl;
    return FC_OK;
}

static void free_rows(fc_rows *rows)
{
    VipsRegion *region = ((vips_rows *)rows)->region;
    g_clear_object(&region);
    fc_memory_free(rows);
}

fc_status fc_vips_rows_new(VipsImage *image, fc_rect part, fc_rows **out, fc_error *err)
{
    FC_ASSERT(image != NULL);
    FC_ASSERT(part.x >= 0 && part.y >= 0 && part.width > 0 && part.height > 0);
    FC_ASSERT(out != NULL);

    FC_AUTO(VipsImage) cropped = NULL;
    if (vips_crop(image, &cropped, part.x, part.y, part.width, part.height, NULL) != 0) {
        return fc_vips_fail(err, FC_CORRUPT_IMAGE, "a picture smaller than its header says");
    }
    FC_AUTO(VipsImage) coloured = NULL;
    FC_TRY(fc_vips_to_srgb(cropped, &coloured, err));

    void *block = NULL;
    FC_TRY(fc_memory_new(1, sizeof(vips_rows), &block, err));
    VipsRegion *region = vips_region_new(coloured);
    if (region == NULL) {
        fc_memory_free(block);
        return fc_vips_fail(err, FC_OUT_OF_MEMORY, "no memory for a strip of the picture");
    }
    const bool is_wide = vips_image_get_format(coloured) == VIPS_FORMAT_USHORT;
    vips_rows *self = block;
    *self = (vips_rows){
        .rows = { .size = { part.width, part.height },
                  .channels = vips_image_get_bands(coloured),
                  .bits = is_wide ? 16 : 8,
                  .read = read_row,
                  .free = free_rows },
        .region = region,
    };
    *out = &self->rows;
    return FC_OK;
}
