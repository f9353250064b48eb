#include <string.h>

#include "base/assert.h"
#include "image/heif_canvas.h"

enum {
    REFERENCE_AUXILIARY = FC_HEIF_TYPE('a', 'u', 'x', 'l'),
    REFERENCE_PREMULTIPLIED = FC_HEIF_TYPE('p', 'r', 'e', 'm'),
    PROPERTY_AUXILIARY = FC_HEIF_TYPE('a', 'u', 'x', 'C'),
};

/* Whether an item says of itself that it is alpha. */
static bool is_alpha(const fc_heif_file *file, uint32_t item)
{
    static const char *const NAMES[] = { "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha",
                                         "urn:mpeg:hevc:2015:auxid:1",
                                         "urn:mpeg:avc:2015:auxid:1" };
    const fc_bytes kind = fc_heif_find_property(file, item, PROPERTY_AUXILIARY);
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        const size_t size = strlen(NAMES[i]) + 1; /* with the final zero, after the version */
        if (kind.size >= 4 + size && memcmp(kind.data + 4, NAMES[i], size) == 0) {
            return true;
        }
    }
    return false;
}

static bool refers_to(fc_heif_reference reference, uint32_t item)
{
    for (uint32_t i = 0; i < reference.count; i++) {
        if (fc_heif_read(&reference.to, reference.id_size) == item) {
            return true;
        }
    }
    return false;
}

/* The alpha of an item; other auxiliary pictures (depth, gain of highlights) are none. */
static bool find_alpha(const fc_heif_file *file, uint32_t item, uint32_t *out)
{
    fc_heif_reader references = fc_heif_file_references(file);
    fc_heif_reference reference = { 0 };
    while (fc_heif_next_reference(file, &references, &reference)) {
        if (reference.type == REFERENCE_AUXILIARY && reference.from != item &&
            refers_to(reference, item) && is_alpha(file, reference.from)) {
            *out = reference.from;
            return true;
        }
    }
    return false;
}

/* A coded alpha for each tile that has one. */
static fc_status read_parts(const fc_heif_file *file, const fc_heif_canvas *colour,
                            fc_heif_canvas *alpha, fc_error *err)
{
    for (size_t i = 0; i < colour->count; i++) {
        const fc_heif_tile *tile = &colour->tiles[i];
        uint32_t item = 0;
        if (!find_alpha(file, tile->item, &item) ||
            !fc_heif_is_coded(fc_heif_item_type(file, item))) {
            continue;
        }
        if (alpha->count == 0) {
            FC_TRY(fc_heif_canvas_new_tiles(alpha, colour->count, err));
            alpha->size = colour->size;
        }
        fc_heif_tile *part = &alpha->tiles[i];
        const fc_size size = tile->coded.size;
        FC_TRY(fc_heif_coded_read(file, item, size, &part->coded, err));
        if (part->coded.size.width != size.width || part->coded.size.height != size.height) {
            return fc_fail(err, FC_UNSUPPORTED_FORMAT,
                           "a HEIF picture with a part whose alpha has another size");
        }
        part->item = item;
        part->place = tile->place;
    }
    return FC_OK;
}

fc_status fc_heif_canvas_read_alpha(const fc_heif_file *file, uint32_t item,
                                    const fc_heif_canvas *colour, fc_heif_canvas *alpha,
                                    bool *by_parts, bool *is_premultiplied, fc_error *err)
{
    FC_ASSERT(file != NULL && colour != NULL && alpha != NULL);
    FC_ASSERT(by_parts != NULL && is_premultiplied != NULL);

    uint32_t found = 0;
    *by_parts = false;
    *is_premultiplied = false;
    if (find_alpha(file, item, &found)) {
        fc_heif_view view = { 0 };
        *is_premultiplied =
            refers_to(fc_heif_item_reference(file, item, REFERENCE_PREMULTIPLIED), found);
        return fc_heif_canvas_read(file, found, colour->size, alpha, &view, err);
    }
    *by_parts = true;
    return colour->count == 1 && colour->tiles[0].item == item
               ? FC_OK
               : read_parts(file, colour, alpha, err);
}
