#include "image/heif_view.h"

#include <math.h>

#include "base/assert.h"
#include "base/limits.h"

enum {
    BOX_IROT = FC_HEIF_TYPE('i', 'r', 'o', 't'),
    BOX_IMIR = FC_HEIF_TYPE('i', 'm', 'i', 'r'),
    BOX_CLAP = FC_HEIF_TYPE('c', 'l', 'a', 'p'),
    BOX_COLR = FC_HEIF_TYPE('c', 'o', 'l', 'r'),
    COLOUR_NCLX = FC_HEIF_TYPE('n', 'c', 'l', 'x'),
    COLOUR_PROFILE = FC_HEIF_TYPE('p', 'r', 'o', 'f'),
    COLOUR_SMALL_PROFILE = FC_HEIF_TYPE('r', 'I', 'C', 'C'),
};

fc_heif_view fc_heif_view_whole(fc_size size)
{
    return (fc_heif_view){ .part = { 0, 0, size.width, size.height } };
}

bool fc_heif_view_is_whole(const fc_heif_view *view, fc_size size)
{
    FC_ASSERT(view != NULL);

    return view->part.x == 0 && view->part.y == 0 && view->part.width == size.width &&
           view->part.height == size.height && !view->orientation.transpose &&
           !view->orientation.flip_x && !view->orientation.flip_y;
}

int32_t fc_heif_view_exif(const fc_heif_view *view)
{
    FC_ASSERT(view != NULL);

    for (int32_t exif = 1; exif <= 8; exif++) {
        const fc_orientation turn = fc_orientation_lookup(exif);
        if (turn.transpose == view->orientation.transpose &&
            turn.flip_x == view->orientation.flip_x && turn.flip_y == view->orientation.flip_y) {
            return exif;
        }
    }
    return 1;
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

fc_status fc_heif_view_add(const fc_heif_file *file, uint32_t item, fc_heif_view *view,
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
