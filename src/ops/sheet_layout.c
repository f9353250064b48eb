#include "ops/sheet_layout.h"

#include <math.h>

#include "base/assert.h"

#define MARK_LENGTH_MM 4.0

/* Sums of decimal fractions miss by less. */
#define TOLERANCE_MM 1e-6

/* A grid of one orientation, and one of the other beside it or below. */
typedef struct plan {
    int columns;
    int rows;
    int other_columns;
    int other_rows;
    bool turned; /* the first grid */
    bool below;  /* the second grid */
} plan;

static int fit(double room, double side, double gap)
{
    const double count = floor((room + gap + TOLERANCE_MM) / (side + gap));
    return count < 0 ? 0 : (int)fmin(count, FC_SHEET_PICTURES_MAX);
}

static int count_of(const plan *grid)
{
    return grid->columns * grid->rows + grid->other_columns * grid->other_rows;
}

static void keep_better(const plan *found, plan *best)
{
    if (count_of(found) > count_of(best)) {
        *best = *found;
    }
}

/* All ways to give some columns, or some rows, to the first orientation. */
static void try_orientation(const fc_sheet_wish *wish, double room_x, double room_y, bool turned,
                            plan *best)
{
    const double width = turned ? wish->height : wish->width;
    const double height = turned ? wish->width : wish->height;
    const double gap = wish->gap;
    const int columns = fit(room_x, width, gap);
    const int rows = fit(room_y, height, gap);
    for (int c = columns; c > 0; c--) {
        plan found = { .columns = c, .rows = rows, .turned = turned };
        found.other_columns = fit(room_x - c * (width + gap), height, gap);
        found.other_rows = fit(room_y, width, gap);
        keep_better(&found, best);
    }
    for (int r = rows; r > 0; r--) {
        plan found = { .columns = columns, .rows = r, .turned = turned, .below = true };
        found.other_columns = fit(room_x, height, gap);
        found.other_rows = fit(room_y - r * (height + gap), width, gap);
        keep_better(&found, best);
    }
}

static void add_grid(fc_sheet *out, fc_point at, int columns, int rows, fc_point side, double gap,
                     bool turned)
{
    for (int i = 0; i < columns * rows && out->place_count < FC_SHEET_PICTURES_MAX; i++) {
        const fc_box box = { at.x + i % columns * (side.x + gap),
                             at.y + i / columns * (side.y + gap), side.x, side.y };
        out->places[out->place_count++] = (fc_pdf_place){ box, turned };
    }
}

static void centre(const fc_sheet_wish *wish, double room_x, double room_y, fc_sheet *out)
{
    double right = 0;
    double below = 0;
    for (size_t i = 0; i < out->place_count; i++) {
        const fc_box box = out->places[i].box;
        right = fmax(right, box.x + box.width);
        below = fmax(below, box.y + box.height);
    }
    for (size_t i = 0; i < out->place_count; i++) {
        out->places[i].box.x += wish->margin + (room_x - right) / 2;
        out->places[i].box.y += wish->margin + (room_y - below) / 2;
    }
}

static void place_all(const fc_sheet_wish *wish, const plan *grid, fc_sheet *out)
{
    const fc_point upright = { wish->width, wish->height };
    const fc_point lying = { wish->height, wish->width };
    const fc_point first = grid->turned ? lying : upright;
    const fc_point other = grid->turned ? upright : lying;
    const fc_point next = { grid->below ? 0 : grid->columns * (first.x + wish->gap),
                            grid->below ? grid->rows * (first.y + wish->gap) : 0 };
    add_grid(out, (fc_point){ 0, 0 }, grid->columns, grid->rows, first, wish->gap, grid->turned);
    add_grid(out, next, grid->other_columns, grid->other_rows, other, wish->gap, !grid->turned);
}

/* ---- marks ----------------------------------------------------------------------------------- */

/* How far a mark from `at` may go along one axis before it meets a picture or the paper's edge. */
static double free_length(const fc_sheet *sheet, const fc_sheet_wish *wish, fc_point at,
                          fc_point step)
{
    double length = MARK_LENGTH_MM;
    const bool along_x = step.x != 0;
    const double way = along_x ? step.x : step.y;
    const double from = along_x ? at.x : at.y;
    const double across = along_x ? at.y : at.x;
    const double end = along_x ? wish->paper_width : wish->paper_height - wish->foot;
    length = fmin(length, way > 0 ? end - from : from);
    for (size_t i = 0; i < sheet->place_count; i++) {
        const fc_box box = sheet->places[i].box;
        const double low = along_x ? box.y : box.x;
        const double high = low + (along_x ? box.height : box.width);
        const double near = along_x ? box.x : box.y;
        const double far = near + (along_x ? box.width : box.height);
        const double reach = FC_SHEET_MARK_MM / 2 - TOLERANCE_MM;
        if (across > low - reach && across < high + reach) {
            const double distance = way > 0 ? near - from : from - far;
            length = distance > -TOLERANCE_MM ? fmin(length, fmax(distance, 0)) : length;
        }
    }
    return length;
}

/* Whether a point lies within a picture, or on a side that goes on beyond it. */
static bool is_covered(const fc_sheet *sheet, fc_point at, fc_point step)
{
    const fc_point probe = { at.x + step.x * FC_SHEET_MARK_MM, at.y + step.y * FC_SHEET_MARK_MM };
    for (size_t i = 0; i < sheet->place_count; i++) {
        const fc_box box = sheet->places[i].box;
        const double reach = FC_SHEET_MARK_MM / 2 - TOLERANCE_MM;
        if (probe.x > box.x - reach && probe.x < box.x + box.width + reach &&
            probe.y > box.y - reach && probe.y < box.y + box.height + reach) {
            return true;
        }
    }
    return false;
}

static void add_mark(const fc_sheet_wish *wish, fc_point at, fc_point step, fc_sheet *out)
{
    const double length = is_covered(out, at, step) ? 0 : free_length(out, wish, at, step);
    if (length > FC_SHEET_MARK_MM) {
        const fc_point to = { at.x + step.x * length, at.y + step.y * length };
        out->marks[out->mark_count++] = (fc_pdf_line){ at, to };
    }
}

static void add_marks(const fc_sheet_wish *wish, fc_sheet *out)
{
    for (size_t i = 0; i < out->place_count; i++) {
        const fc_box box = out->places[i].box;
        for (int corner = 0; corner < 4; corner++) {
            const bool right = (corner & 1) != 0;
            const bool below = (corner & 2) != 0;
            const fc_point at = { box.x + (right ? box.width : 0),
                                  box.y + (below ? box.height : 0) };
            add_mark(wish, at, (fc_point){ right ? 1 : -1, 0 }, out);
            add_mark(wish, at, (fc_point){ 0, below ? 1 : -1 }, out);
        }
    }
}

fc_status fc_sheet_lay_out(const fc_sheet_wish *wish, fc_sheet *out, fc_error *err)
{
    FC_ASSERT(wish != NULL && out != NULL);
    FC_ASSERT(wish->width > 0 && wish->height > 0 && wish->gap >= 0);
    const double room_x = wish->paper_width - 2 * wish->margin;
    const double room_y = wish->paper_height - 2 * wish->margin - wish->foot;
    plan best = { 0 };
    try_orientation(wish, room_x, room_y, false, &best);
    try_orientation(wish, room_x, room_y, true, &best);
    if (count_of(&best) == 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "a picture of %g x %g mm does not fit: the paper has room for %g x %g mm",
                       wish->width, wish->height, fmax(room_x, 0), fmax(room_y, 0));
    }
    out->place_count = 0;
    out->mark_count = 0;
    place_all(wish, &best, out);
    centre(wish, room_x, room_y, out);
    if (wish->marks) {
        add_marks(wish, out);
    }
    return FC_OK;
}
