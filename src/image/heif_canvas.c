#include "image/heif_canvas.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "base/limits.h"
#include "base/memory.h"

enum {
    BOX_IROT = FC_HEIF_TYPE('i', 'r', 'o', 't'),
    BOX_IMIR = FC_HEIF_TYPE('i', 'm', 'i', 'r'),
    BOX_CLAP = FC_HEIF_TYPE('c', 'l', 'a', 'p'),
    BOX_COLR = FC_HEIF_TYPE('c', 'o', 'l', 'r'),
    COLOUR_NCLX = FC_HEIF_TYPE('n', 'c', 'l', 'x'),
    COLOUR_PROFILE = FC_HEIF_TYPE('p', 'r', 'o', 'f'),
    COLOUR_SMALL_PROFILE = FC_HEIF_TYPE('r', 'I', 'C', 'C'),
};

enum {
    ITEM_GRID = FC_HEIF_TYPE('g', 'r', 'i', 'd'),
    ITEM_IDENTITY = FC_HEIF_TYPE('i', 'd', 'e', 'n'),
    ITEM_OVERLAY = FC_HEIF_TYPE('i', 'o', 'v', 'l'),
    REFERENCE_DERIVED = FC_HEIF_TYPE('d', 'i', 'm', 'g'),
};

/* Pictures that are derived from each other. */
#define DEPTH_MAX 8

/* Bit of the flags of 'grid' and 'iovl': numbers take 4 bytes, not 2. */
#define WIDE_NUMBERS 1

enum {
    REFERENCE_AUXILIARY = FC_HEIF_TYPE('a', 'u', 'x', 'l'),
    REFERENCE_PREMULTIPLIED = FC_HEIF_TYPE('p', 'r', 'e', 'm'),
    PROPERTY_AUXILIARY = FC_HEIF_TYPE('a', 'u', 'x', 'C'),
};

/* The view of a picture of which nothing is said. */
static fc_heif_view view_whole(fc_size size)
{
    return (fc_heif_view){ .part = { 0, 0, size.width, size.height } };
}

/* Whether the picture is shown as it was decoded. */
static bool view_is_whole(const fc_heif_view *view, fc_size size)
{
    FC_ASSERT(view != NULL);

    return view->part.x == 0 && view->part.y == 0 && view->part.width == size.width &&
           view->part.height == size.height && !view->orientation.transpose &&
           !view->orientation.flip_x && !view->orientation.flip_y;
}

/* A quarter turn against the clock is an exchange of rows and columns, then of top and bottom. */
static void turn_left(fc_orientation *orientation)
{
    *orientation = (fc_orientation){ .transpose = !orientation->transpose,
                                     .flip_x = orientation->flip_y,
                                     .flip_y = !orientation->flip_x };
}

static void rotate(fc_heif_view *view, fc_heif_reader *from)
{
    const uint64_t quarters = fc_heif_read(from, 1) & 3;
    for (uint64_t i = 0; i < quarters; i++) {
        turn_left(&view->orientation);
    }
}

static void mirror(fc_heif_view *view, fc_heif_reader *from)
{
    if ((fc_heif_read(from, 1) & 1) != 0) {
        view->orientation.flip_x = !view->orientation.flip_x;
    } else {
        view->orientation.flip_y = !view->orientation.flip_y;
    }
}

/* A fraction of 32-bit numbers; no number at all where the denominator is 0. */
static double read_fraction(fc_heif_reader *from, bool is_signed)
{
    const uint32_t numerator = (uint32_t)fc_heif_read(from, 4);
    const uint32_t denominator = (uint32_t)fc_heif_read(from, 4);
    const double above = is_signed ? (double)(int32_t)numerator : (double)numerator;
    return denominator == 0 ? NAN : above / denominator;
}

/* Start and length along one side, cut at the border; false where nothing is left. */
static bool crop_side(double length, double start, int32_t side, double *first, double *count)
{
    if (!(length >= 1 && length <= FC_IMAGE_SIDE_MAX) || !isfinite(start)) {
        return false;
    }
    const double end = fmin(start + length, side);
    *first = fmax(start, 0);
    *count = end - *first;
    return *count >= 1;
}

/* The clean aperture: its size, and how far its centre is from that of the picture. Its corner is
 * rounded as libheif does it: left downwards, top to the nearest. */
static bool crop(fc_heif_view *view, fc_heif_reader *from)
{
    const fc_size stored = { view->part.width, view->part.height };
    const fc_size shown = fc_orientation_turn_size(view->orientation, stored);
    const double width = round(read_fraction(from, false));
    const double height = round(read_fraction(from, false));
    const double left = floor(read_fraction(from, true) + (shown.width - width) / 2);
    const double top = floor(read_fraction(from, true) + (shown.height - height) / 2 + 0.5);
    fc_box box = { 0 };
    if (from->failed || !crop_side(width, left, shown.width, &box.x, &box.width) ||
        !crop_side(height, top, shown.height, &box.y, &box.height)) {
        return false;
    }
    box = fc_orientation_box_to_stored(view->orientation, shown, box);
    view->part = (fc_rect){ view->part.x + (int32_t)box.x, view->part.y + (int32_t)box.y,
                            (int32_t)box.width, (int32_t)box.height };
    return true;
}

static void read_colour(fc_heif_view *view, fc_heif_reader *from)
{
    const uint64_t kind = fc_heif_read(from, 4);
    if ((kind == COLOUR_PROFILE || kind == COLOUR_SMALL_PROFILE) && view->profile.size == 0) {
        view->profile = from->rest;
    }
    if (kind == COLOUR_NCLX && !view->has_points) {
        view->points.primaries = (int32_t)fc_heif_read(from, 2);
        view->points.transfer = (int32_t)fc_heif_read(from, 2);
        view->points.matrix = (int32_t)fc_heif_read(from, 2);
        view->points.is_full_range = (fc_heif_read(from, 1) & 0x80) != 0;
        view->has_points = !from->failed;
    }
}

/* Add what the properties of an item say. Transformations apply in their order, after those that
 * the view has already; colours are taken where the view has none.
 *
 * Errors: FC_CORRUPT_IMAGE (also a crop that leaves nothing). */
static fc_status add_to_view(const fc_heif_file *file, uint32_t item, fc_heif_view *view,
                             fc_error *err)
{
    FC_ASSERT(file != NULL);
    FC_ASSERT(view != NULL);

    fc_heif_properties properties = fc_heif_item_properties(file, item);
    fc_heif_box box = { 0 };
    while (fc_heif_next_property(&properties, &box)) {
        fc_heif_reader from = { .rest = box.body };
        bool is_sound = true;
        if (box.type == BOX_IROT) {
            rotate(view, &from);
        } else if (box.type == BOX_IMIR) {
            mirror(view, &from);
        } else if (box.type == BOX_CLAP) {
            is_sound = crop(view, &from);
        } else if (box.type == BOX_COLR) {
            read_colour(view, &from);
        }
        if (!is_sound || from.failed) {
            return fc_fail(err, FC_CORRUPT_IMAGE,
                           "a damaged HEIF file: a crop, a turn or a colour that makes no sense");
        }
    }
    if (properties.links.failed) {
        return fc_fail(err, FC_CORRUPT_IMAGE,
                       "a damaged HEIF file: a picture with a property that is not there");
    }
    return FC_OK;
}

static fc_status corrupt(fc_error *err, const char *what)
{
    return fc_fail(err, FC_CORRUPT_IMAGE, "a damaged HEIF file: %s", what);
}

/* Room for so many tiles, on an empty canvas. Errors: FC_LIMIT_EXCEEDED (none, or more than
 *  limits.h allows), FC_OUT_OF_MEMORY. */
static fc_status new_tiles(fc_heif_canvas *canvas, size_t count, fc_error *err)
{
    FC_ASSERT(canvas != NULL);

    if (count == 0 || count > FC_HEIF_TILES_MAX) {
        return fc_fail(err, FC_LIMIT_EXCEEDED, "a HEIF picture of %zu parts; 1 to %d are accepted",
                       count, FC_HEIF_TILES_MAX);
    }
    FC_TRY(fc_memory_new_zeroed(count, sizeof(fc_heif_tile), (void **)&canvas->tiles, err));
    canvas->count = count;
    return FC_OK;
}

static fc_status check_coded(uint32_t type, fc_error *err)
{
    if (fc_heif_is_coded(type)) {
        return FC_OK;
    }
    if (type == 0) {
        return corrupt(err, "its picture is not in its list");
    }
    char text[FC_HEIF_TYPE_TEXT_SIZE];
    fc_heif_print_type(type, text);
    return fc_fail(err, FC_UNSUPPORTED_FORMAT,
                   "a HEIF picture coded as %s; 'hvc1' (HEIC) and 'av01' (AVIF) are accepted",
                   text);
}

static fc_status read_single(const fc_heif_file *file, uint32_t item, fc_size otherwise,
                             fc_heif_canvas *canvas, fc_error *err)
{
    FC_TRY(new_tiles(canvas, 1, err));
    FC_TRY(fc_heif_coded_read(file, item, otherwise, &canvas->tiles[0].coded, err));
    canvas->tiles[0].item = item;
    canvas->size = canvas->tiles[0].coded.size;
    canvas->tiles[0].place = (fc_rect){ 0, 0, canvas->size.width, canvas->size.height };
    return FC_OK;
}

/* One of many: a coded picture that lies on the canvas as it is. */
static fc_status read_tile(const fc_heif_file *file, uint32_t item, fc_heif_tile *tile,
                           fc_error *err)
{
    FC_TRY(check_coded(fc_heif_item_type(file, item), err));
    FC_TRY(fc_heif_coded_read(file, item, (fc_size){ 0, 0 }, &tile->coded, err));
    fc_heif_view view = view_whole(tile->coded.size);
    FC_TRY(add_to_view(file, item, &view, err));
    if (!view_is_whole(&view, tile->coded.size)) {
        return fc_fail(err, FC_UNSUPPORTED_FORMAT,
                       "a HEIF picture with parts that are cropped, turned or mirrored");
    }
    tile->item = item;
    tile->has_points = view.has_points;
    tile->points = view.points;
    tile->profile = view.profile;
    tile->place = (fc_rect){ 0, 0, tile->coded.size.width, tile->coded.size.height };
    return FC_OK;
}

static fc_status read_tiles(const fc_heif_file *file, fc_heif_reference parts,
                            fc_heif_canvas *canvas, fc_error *err)
{
    FC_TRY(new_tiles(canvas, parts.count, err));
    for (size_t i = 0; i < canvas->count; i++) {
        const uint32_t item = (uint32_t)fc_heif_read(&parts.to, parts.id_size);
        FC_TRY(read_tile(file, item, &canvas->tiles[i], err));
    }
    return FC_OK;
}

static fc_status check_canvas(uint64_t width, uint64_t height, fc_size *out, fc_error *err)
{
    if (width > FC_IMAGE_SIDE_MAX || height > FC_IMAGE_SIDE_MAX) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "a picture of %" PRIu64 " x %" PRIu64 " px, at most %d a side are accepted",
                       width, height, FC_IMAGE_SIDE_MAX);
    }
    *out = (fc_size){ (int32_t)width, (int32_t)height };
    return width > 0 && height > 0 ? FC_OK : corrupt(err, "a picture of no px");
}

/* Head of 'grid' and 'iovl': version 0, flags. Returns bytes of the numbers that follow. */
static size_t read_head(fc_heif_reader *from)
{
    const uint64_t version = fc_heif_read(from, 1);
    from->failed = from->failed || version != 0;
    return (fc_heif_read(from, 1) & WIDE_NUMBERS) != 0 ? 4 : 2;
}

/* Tiles of one size, from left to right and from top to bottom; they cover the canvas. */
static fc_status place_grid(fc_heif_canvas *canvas, int32_t columns, int32_t lines, fc_error *err)
{
    const fc_size tile = canvas->tiles[0].coded.size;
    const int64_t width = (int64_t)tile.width * columns;
    const int64_t height = (int64_t)tile.height * lines;
    if (width < canvas->size.width || height < canvas->size.height ||
        width - tile.width >= canvas->size.width || height - tile.height >= canvas->size.height) {
        return corrupt(err, "a grid whose tiles do not cover the picture, or lie outside of it");
    }
    for (int32_t i = 0; i < columns * lines; i++) {
        fc_heif_tile *at = &canvas->tiles[i];
        if (at->coded.size.width != tile.width || at->coded.size.height != tile.height) {
            return corrupt(err, "a grid of tiles of different sizes");
        }
        at->place.x = i % columns * tile.width;
        at->place.y = i / columns * tile.height;
    }
    return FC_OK;
}

static fc_status read_grid(const fc_heif_file *file, uint32_t item, fc_heif_canvas *canvas,
                           fc_error *err)
{
    fc_heif_extents extents = { 0 };
    FC_TRY(fc_heif_item_extents(file, item, NULL, &extents, err));
    fc_heif_reader from = { .rest = extents.first };
    const size_t number = read_head(&from);
    const int32_t lines = 1 + (int32_t)fc_heif_read(&from, 1);
    const int32_t columns = 1 + (int32_t)fc_heif_read(&from, 1);
    const uint64_t width = fc_heif_read(&from, number);
    const uint64_t height = fc_heif_read(&from, number);
    const fc_heif_reference parts = fc_heif_item_reference(file, item, REFERENCE_DERIVED);
    if (from.failed || parts.count != (uint32_t)(lines * columns)) {
        return corrupt(err, "a grid with another number of tiles than it says");
    }
    FC_TRY(check_canvas(width, height, &canvas->size, err));
    FC_TRY(read_tiles(file, parts, canvas, err));
    return place_grid(canvas, columns, lines, err);
}

/* A place far outside is as good as any other outside, and cannot overflow. */
static int32_t read_place(fc_heif_reader *from, size_t number)
{
    const uint64_t value = fc_heif_read(from, number);
    const int32_t place = number == 4 ? (int32_t)(uint32_t)value : (int16_t)(uint16_t)value;
    const int32_t far = 2 * FC_IMAGE_SIDE_MAX;
    return place < -far ? -far : place > far ? far : place;
}

static fc_status read_overlay(const fc_heif_file *file, uint32_t item, fc_heif_canvas *canvas,
                              fc_error *err)
{
    fc_heif_extents extents = { 0 };
    FC_TRY(fc_heif_item_extents(file, item, NULL, &extents, err));
    fc_heif_reader from = { .rest = extents.first };
    const size_t number = read_head(&from);
    for (int i = 0; i < 3; i++) {
        canvas->background[i] = (uint16_t)fc_heif_read(&from, 2);
    }
    (void)fc_heif_read(&from, 2); /* how opaque the background is */
    const uint64_t width = fc_heif_read(&from, number);
    const uint64_t height = fc_heif_read(&from, number);
    FC_TRY(check_canvas(width, height, &canvas->size, err));
    FC_TRY(read_tiles(file, fc_heif_item_reference(file, item, REFERENCE_DERIVED), canvas, err));
    for (size_t i = 0; i < canvas->count; i++) {
        canvas->tiles[i].place.x = read_place(&from, number);
        canvas->tiles[i].place.y = read_place(&from, number);
    }
    canvas->is_overlay = true;
    return from.failed ? corrupt(err, "an overlay without a place for each of its parts") : FC_OK;
}

/* The item that an identity is made of, through as many as there are. `chain` takes the items on
 * the way, the last is the one found. */
static fc_status follow(const fc_heif_file *file, uint32_t item, uint32_t *chain, size_t *length,
                        fc_error *err)
{
    for (*length = 0; *length < DEPTH_MAX; (*length)++) {
        chain[*length] = item;
        if (fc_heif_item_type(file, item) != ITEM_IDENTITY) {
            (*length)++;
            return FC_OK;
        }
        fc_heif_reference base = fc_heif_item_reference(file, item, REFERENCE_DERIVED);
        if (base.count != 1) {
            return corrupt(err, "a picture derived from none or from many");
        }
        item = (uint32_t)fc_heif_read(&base.to, base.id_size);
    }
    return corrupt(err, "pictures derived from each other without end");
}

fc_status fc_heif_canvas_read(const fc_heif_file *file, uint32_t item, fc_size otherwise,
                              fc_heif_canvas *canvas, fc_heif_view *view, fc_error *err)
{
    FC_ASSERT(file != NULL);
    FC_ASSERT(canvas != NULL);
    FC_ASSERT(view != NULL);

    uint32_t chain[DEPTH_MAX] = { 0 };
    size_t length = 0;
    FC_TRY(follow(file, item, chain, &length, err));
    const uint32_t base = chain[length - 1];
    const uint32_t type = fc_heif_item_type(file, base);
    if (type == ITEM_GRID) {
        FC_TRY(read_grid(file, base, canvas, err));
    } else if (type == ITEM_OVERLAY) {
        FC_TRY(read_overlay(file, base, canvas, err));
    } else {
        FC_TRY(check_coded(type, err));
        FC_TRY(read_single(file, base, otherwise, canvas, err));
    }
    *view = view_whole(canvas->size);
    for (size_t i = length; i > 0; i--) {
        FC_TRY(add_to_view(file, chain[i - 1], view, err));
    }
    return FC_OK;
}

int64_t fc_heif_canvas_bytes(const fc_heif_canvas *canvas)
{
    FC_ASSERT(canvas != NULL);

    int64_t bytes = 0;
    for (size_t i = 0; i < canvas->count; i++) {
        const fc_heif_coded *coded = &canvas->tiles[i].coded;
        if (coded->codec != NULL) {
            bytes += fc_heif_frame_bytes(coded->size, coded->facts.sampling);
        }
    }
    return bytes;
}

int64_t fc_heif_canvas_work_bytes(const fc_heif_canvas *canvas)
{
    FC_ASSERT(canvas != NULL);

    int64_t most = 0;
    for (size_t i = 0; i < canvas->count; i++) {
        const fc_heif_coded *coded = &canvas->tiles[i].coded;
        if (coded->codec == NULL) {
            continue;
        }
        const int64_t work = fc_heif_coded_peak_bytes(coded) -
                             fc_heif_frame_bytes(coded->size, coded->facts.sampling);
        most = work > most ? work : most;
    }
    return most;
}

fc_status fc_heif_canvas_decode(const fc_heif_file *file, fc_heif_canvas *canvas, fc_rect part,
                                fc_error *err)
{
    FC_ASSERT(file != NULL);
    FC_ASSERT(canvas != NULL);

    for (size_t i = 0; i < canvas->count; i++) {
        fc_heif_tile *tile = &canvas->tiles[i];
        const fc_rect common = fc_heif_meet(tile->place, part);
        const bool is_wanted = tile->coded.codec != NULL && tile->picture == NULL;
        if (is_wanted && common.width > 0 && common.height > 0) {
            FC_TRY(fc_heif_coded_decode(file, &tile->coded, &tile->picture, err));
        }
    }
    return FC_OK;
}

void fc_heif_canvas_clear(fc_heif_canvas *canvas)
{
    FC_ASSERT(canvas != NULL);

    for (size_t i = 0; i < canvas->count; i++) {
        fc_heif_picture_free(canvas->tiles[i].picture);
    }
    fc_memory_free(canvas->tiles);
    *canvas = (fc_heif_canvas){ 0 };
}

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
            FC_TRY(new_tiles(alpha, colour->count, err));
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
