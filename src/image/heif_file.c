#include "image/heif_file.h"

#include <inttypes.h>
#include <string.h>

#include "base/assert.h"
#include "base/limits.h"

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

/* Number of items that have a place. */
static uint64_t count_locations(const fc_heif_file *file)
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
                       "a HEIF picture whose bytes are in another %s; those in the file itself are "
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

enum {
    BOX_META = FC_HEIF_TYPE('m', 'e', 't', 'a'),
    BOX_MOOV = FC_HEIF_TYPE('m', 'o', 'o', 'v'),
    BOX_PITM = FC_HEIF_TYPE('p', 'i', 't', 'm'),
    BOX_IINF = FC_HEIF_TYPE('i', 'i', 'n', 'f'),
    BOX_INFE = FC_HEIF_TYPE('i', 'n', 'f', 'e'),
    BOX_ILOC = FC_HEIF_TYPE('i', 'l', 'o', 'c'),
    BOX_IREF = FC_HEIF_TYPE('i', 'r', 'e', 'f'),
    BOX_IDAT = FC_HEIF_TYPE('i', 'd', 'a', 't'),
    BOX_IPRP = FC_HEIF_TYPE('i', 'p', 'r', 'p'),
    BOX_IPCO = FC_HEIF_TYPE('i', 'p', 'c', 'o'),
    BOX_IPMA = FC_HEIF_TYPE('i', 'p', 'm', 'a'),
};

/* Version (1) and flags (3) begin a full box. */
static uint8_t read_version(fc_heif_reader *from, uint32_t *flags)
{
    const uint32_t both = (uint32_t)fc_heif_read(from, 4);
    if (flags != NULL) {
        *flags = both & 0xffffff;
    }
    return (uint8_t)(both >> 24);
}

static fc_status corrupt(fc_error *err, const char *what)
{
    return fc_fail(err, FC_CORRUPT_IMAGE, "a damaged HEIF file: %s", what);
}

/* The body of the 'meta' box without its version. */
static fc_status find_meta(fc_bytes bytes, fc_bytes *meta, fc_error *err)
{
    fc_heif_reader boxes = { .rest = bytes };
    fc_heif_box box = { 0 };
    bool is_film = false;
    while (fc_heif_next_box(&boxes, &box)) {
        if (box.type == BOX_META) {
            fc_heif_reader body = { .rest = box.body };
            (void)read_version(&body, NULL);
            *meta = body.rest;
            return FC_OK;
        }
        is_film = is_film || box.type == BOX_MOOV;
    }
    if (boxes.failed) {
        return corrupt(err, "a box ends after the file, which is cut short");
    }
    if (is_film) {
        return fc_fail(err, FC_UNSUPPORTED_FORMAT,
                       "a film without a still picture; HEIC and AVIF pictures are accepted");
    }
    return corrupt(err, "it has no 'meta' box");
}

/* Number of entries that a list announces, refused where it is too long to be searched. */
static fc_status check_count(uint64_t count, const char *what, fc_error *err)
{
    if (count > FC_HEIF_ITEMS_MAX) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "a HEIF file of %" PRIu64 " %s, at most %d are accepted", count, what,
                       FC_HEIF_ITEMS_MAX);
    }
    return FC_OK;
}

static fc_status count_boxes(fc_bytes body, const char *what, fc_error *err)
{
    fc_heif_reader boxes = { .rest = body };
    fc_heif_box box = { 0 };
    uint64_t count = 0;
    while (fc_heif_next_box(&boxes, &box)) {
        FC_TRY(check_count(++count, what, err));
    }
    return boxes.failed ? corrupt(err, "a box leaves the one around it") : FC_OK;
}

static fc_heif_reader info_boxes(const fc_heif_file *file)
{
    fc_heif_reader from = { .rest = file->infos };
    (void)fc_heif_read(&from, read_version(&from, NULL) == 0 ? 2 : 4); /* their number */
    return from;
}

fc_heif_reader fc_heif_file_references(const fc_heif_file *file)
{
    fc_heif_reader from = { .rest = file->references };
    if (file->references.size > 0) {
        (void)read_version(&from, NULL);
    }
    return from;
}

static fc_status check_lists(const fc_heif_file *file, fc_error *err)
{
    FC_TRY(count_boxes(info_boxes(file).rest, "items", err));
    FC_TRY(count_boxes(fc_heif_file_references(file).rest, "references", err));
    FC_TRY(check_count(count_locations(file), "places of items", err));
    fc_heif_reader boxes = { .rest = file->properties };
    fc_heif_box box = { 0 };
    uint64_t count = 0;
    while (fc_heif_next_box(&boxes, &box)) {
        fc_heif_reader from = { .rest = box.body };
        (void)read_version(&from, NULL);
        count += box.type == BOX_IPMA ? fc_heif_read(&from, 4) : 1;
        FC_TRY(check_count(count, "items with properties", err));
    }
    return FC_OK;
}

/* The first box of a type among those that lie in a body; empty where there is none. */
static fc_bytes find_box(fc_bytes body, uint32_t type)
{
    fc_heif_reader boxes = { .rest = body };
    fc_heif_box box = { 0 };
    while (fc_heif_next_box(&boxes, &box)) {
        if (box.type == type) {
            return box.body;
        }
    }
    return (fc_bytes){ NULL, 0 };
}

/* The boxes of 'ipco' by their number. */
static fc_status read_catalogue(fc_heif_file *file, fc_error *err)
{
    fc_heif_reader boxes = { .rest = find_box(file->properties, BOX_IPCO) };
    fc_heif_box box = { 0 };
    while (fc_heif_next_box(&boxes, &box)) {
        if (file->catalogue_count == FC_HEIF_PROPERTIES_MAX) {
            return fc_fail(err, FC_LIMIT_EXCEEDED,
                           "a HEIF file of more than %d properties, at most %d are accepted",
                           FC_HEIF_PROPERTIES_MAX, FC_HEIF_PROPERTIES_MAX);
        }
        file->catalogue[file->catalogue_count++] = box;
    }
    return boxes.failed ? corrupt(err, "a property leaves the box around it") : FC_OK;
}

fc_status fc_heif_file_read(fc_bytes bytes, fc_heif_file *out, fc_error *err)
{
    FC_ASSERT(out != NULL);

    fc_bytes meta = { 0 };
    FC_TRY(find_meta(bytes, &meta, err));
    *out = (fc_heif_file){ .bytes = bytes,
                           .infos = find_box(meta, BOX_IINF),
                           .locations = find_box(meta, BOX_ILOC),
                           .references = find_box(meta, BOX_IREF),
                           .data = find_box(meta, BOX_IDAT),
                           .properties = find_box(meta, BOX_IPRP) };
    fc_heif_reader primary = { .rest = find_box(meta, BOX_PITM) };
    out->primary = (uint32_t)fc_heif_read(&primary, read_version(&primary, NULL) == 0 ? 2 : 4);
    if (primary.failed || out->infos.size == 0 || out->locations.size == 0) {
        return corrupt(err, "it names no picture, or not where that lies");
    }
    FC_TRY(read_catalogue(out, err));
    return check_lists(out, err);
}

uint32_t fc_heif_item_type(const fc_heif_file *file, uint32_t item)
{
    FC_ASSERT(file != NULL);

    fc_heif_reader boxes = info_boxes(file);
    fc_heif_box box = { 0 };
    while (fc_heif_next_box(&boxes, &box)) {
        fc_heif_reader from = { .rest = box.body };
        const uint8_t version = read_version(&from, NULL);
        if (box.type != BOX_INFE || version < 2) {
            continue;
        }
        const uint64_t id = fc_heif_read(&from, version == 2 ? 2 : 4);
        (void)fc_heif_read(&from, 2); /* protection */
        const uint32_t type = (uint32_t)fc_heif_read(&from, 4);
        if (id == item) {
            return type;
        }
    }
    return 0;
}

/* The links of an item in one 'ipma' box; false where it has none there. */
static bool find_links(fc_bytes body, uint32_t item, fc_heif_properties *out)
{
    fc_heif_reader from = { .rest = body };
    uint32_t flags = 0;
    const uint8_t version = read_version(&from, &flags);
    const size_t link_size = (flags & 1) != 0 ? 2 : 1;
    const uint64_t count = fc_heif_read(&from, 4);
    for (uint64_t i = 0; i < count && !from.failed; i++) {
        const uint64_t id = fc_heif_read(&from, version == 0 ? 2 : 4);
        const uint32_t links = (uint32_t)fc_heif_read(&from, 1);
        if (id == item && !from.failed) {
            out->links = from;
            out->link_size = link_size;
            out->left = links;
            return true;
        }
        (void)fc_heif_take(&from, links * link_size);
    }
    return false;
}

fc_heif_properties fc_heif_item_properties(const fc_heif_file *file, uint32_t item)
{
    FC_ASSERT(file != NULL);

    fc_heif_properties found = { .file = file };
    fc_heif_reader boxes = { .rest = file->properties };
    fc_heif_box box = { 0 };
    while (fc_heif_next_box(&boxes, &box)) {
        if (box.type == BOX_IPMA && find_links(box.body, item, &found)) {
            break;
        }
    }
    return found;
}

bool fc_heif_next_property(fc_heif_properties *properties, fc_heif_box *out)
{
    FC_ASSERT(properties != NULL);
    FC_ASSERT(out != NULL);

    while (properties->left > 0 && !properties->links.failed) {
        properties->left--;
        /* The highest bit says that the property is essential. */
        const uint32_t link = (uint32_t)fc_heif_read(&properties->links, properties->link_size);
        const uint32_t index = link & (properties->link_size == 2 ? 0x7fff : 0x7f);
        if (index == 0) { /* no property */
            continue;
        }
        if (index <= (uint32_t)properties->file->catalogue_count) {
            *out = properties->file->catalogue[index - 1];
            return true;
        }
        properties->links.failed = true;
    }
    return false;
}

fc_bytes fc_heif_find_property(const fc_heif_file *file, uint32_t item, uint32_t type)
{
    fc_heif_properties properties = fc_heif_item_properties(file, item);
    fc_heif_box box = { 0 };
    while (fc_heif_next_property(&properties, &box)) {
        if (box.type == type) {
            return box.body;
        }
    }
    return (fc_bytes){ NULL, 0 };
}

bool fc_heif_next_reference(const fc_heif_file *file, fc_heif_reader *from, fc_heif_reference *out)
{
    FC_ASSERT(file != NULL);
    FC_ASSERT(out != NULL);

    fc_heif_box box = { 0 };
    if (!fc_heif_next_box(from, &box)) {
        return false;
    }
    fc_heif_reader version = { .rest = file->references };
    const size_t id_size = read_version(&version, NULL) == 0 ? 2 : 4;
    fc_heif_reader body = { .rest = box.body };
    *out = (fc_heif_reference){ .type = box.type,
                                .from = (uint32_t)fc_heif_read(&body, id_size),
                                .count = (uint32_t)fc_heif_read(&body, 2),
                                .id_size = id_size };
    out->to = body;
    if (body.failed || out->count > body.rest.size / id_size) {
        from->failed = true;
        return false;
    }
    return true;
}

fc_heif_reference fc_heif_item_reference(const fc_heif_file *file, uint32_t item, uint32_t type)
{
    fc_heif_reader from = fc_heif_file_references(file);
    fc_heif_reference reference = { 0 };
    while (fc_heif_next_reference(file, &from, &reference)) {
        if (reference.type == type && reference.from == item) {
            return reference;
        }
    }
    return (fc_heif_reference){ 0 };
}
