#include <string.h>

#include "base/assert.h"
#include "image/heif_file.h"

/* Construction methods: the bytes lie in the file, or in the 'idat' box. */
enum { IN_FILE, IN_DATA_BOX };

/* Head of 'iloc', and what follows it. */
typedef struct locations {
    fc_heif_reader from;
    uint8_t version;
    size_t offset_size;
    size_t length_size;
    size_t base_size;
    size_t index_size;
    uint64_t count;
} locations;

/* What 'iloc' says of one item. */
typedef struct location {
    uint64_t method;
    uint64_t other_file; /* not 0: the bytes are not here */
    uint64_t base;
    uint32_t count;
    fc_heif_reader extents;
} location;

static locations read_locations(const fc_heif_file *file)
{
    locations all = { .from = { .rest = file->locations } };
    all.version = (uint8_t)fc_heif_read(&all.from, 1);
    (void)fc_heif_read(&all.from, 3); /* flags */
    const uint64_t sizes = fc_heif_read(&all.from, 2);
    all.offset_size = sizes >> 12;
    all.length_size = sizes >> 8 & 15;
    all.base_size = sizes >> 4 & 15;
    all.index_size = all.version == 0 ? 0 : sizes & 15;
    all.count = fc_heif_read(&all.from, all.version < 2 ? 2 : 4);
    if (all.offset_size > 8 || all.length_size > 8 || all.base_size > 8 || all.index_size > 8) {
        all.from.failed = true;
    }
    return all;
}

uint64_t fc_heif_location_count(const fc_heif_file *file)
{
    FC_ASSERT(file != NULL);
    return read_locations(file).count;
}

static bool find_location(locations *all, uint32_t item, location *out)
{
    const size_t extent_size = all->index_size + all->offset_size + all->length_size;
    for (uint64_t i = 0; i < all->count && !all->from.failed; i++) {
        const uint64_t id = fc_heif_read(&all->from, all->version < 2 ? 2 : 4);
        out->method = all->version == 0 ? IN_FILE : fc_heif_read(&all->from, 2) & 15;
        out->other_file = fc_heif_read(&all->from, 2);
        out->base = fc_heif_read(&all->from, all->base_size);
        out->count = (uint32_t)fc_heif_read(&all->from, 2);
        out->extents = all->from;
        (void)fc_heif_take(&all->from, out->count * extent_size);
        if (id == item) {
            return !all->from.failed;
        }
    }
    return false;
}

/* One extent within the bytes that offsets count from; a length of 0 means all the rest. There is
 * always something in it. */
static bool cut_extent(fc_bytes whole, uint64_t base, uint64_t offset, uint64_t length,
                       fc_bytes *out)
{
    if (base >= whole.size || offset >= whole.size - base) {
        return false;
    }
    const size_t start = (size_t)(base + offset);
    const size_t left = whole.size - start;
    if (length > left) {
        return false;
    }
    *out = (fc_bytes){ whole.data + start, length > 0 ? (size_t)length : left };
    return true;
}

fc_status fc_heif_item_extents(const fc_heif_file *file, uint32_t item, uint8_t *copy,
                               fc_heif_extents *out, fc_error *err)
{
    FC_ASSERT(file != NULL);
    FC_ASSERT(out != NULL);

    locations all = read_locations(file);
    location place = { 0 };
    if (!find_location(&all, item, &place) || place.count == 0) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a damaged HEIF file: a picture without its bytes");
    }
    if (place.method > IN_DATA_BOX || place.other_file != 0) {
        return fc_fail(err, FC_UNSUPPORTED_FORMAT,
                       "a HEIF picture whose bytes lie in another %s; those in the file itself are "
                       "accepted",
                       place.method > IN_DATA_BOX ? "item" : "file");
    }
    const fc_bytes whole = place.method == IN_DATA_BOX ? file->data : file->bytes;
    fc_heif_extents found = { .count = place.count };
    for (uint32_t i = 0; i < place.count; i++) {
        (void)fc_heif_read(&place.extents, all.index_size);
        const uint64_t offset = fc_heif_read(&place.extents, all.offset_size);
        const uint64_t length = fc_heif_read(&place.extents, all.length_size);
        fc_bytes extent = { 0 };
        /* Together no more than the file: overlapping ones would multiply it. */
        if (!cut_extent(whole, place.base, offset, length, &extent) ||
            extent.size > whole.size - found.size) {
            return fc_fail(err, FC_CORRUPT_IMAGE,
                           "the picture is cut short: part of it lies after the end of the file");
        }
        if (i == 0) {
            found.first = extent;
        }
        if (copy != NULL) {
            memcpy(copy + found.size, extent.data, extent.size);
        }
        found.size += extent.size;
    }
    *out = found;
    return FC_OK;
}
