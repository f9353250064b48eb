#include "pipeline/document.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/assert.h"

/* ICAO's head where a rule has none: mm of a picture of 35 x 45. */
static const fc_range ICAO_HEAD = { 31.5, 36 };
#define ICAO_WIDTH 35
#define ICAO_HEIGHT 45

/* Where only one end is said, the other is so far away: ICAO's span for heads, shares of the
 * picture's height for the others. */
#define HEAD_SPAN (36 / 31.5)
#define EYES_SPAN 0.15
#define TOP_SPAN 0.1

/* Free space above the head where nothing is said, as shares of all that the head leaves free. */
static const fc_range FREE_ABOVE = { 0.03, 0.77 };

#define TRIES 25

/* What a try costs, where reaching the end of a range costs 1: for each 5 % of the height beyond
 * the photo, for hair beyond the picture, and where the space above is only our own idea. */
#define BEYOND_COST (3 / 0.05)
#define HAIR_COST (20 / 0.05)
#define OWN_COST 0.25

/* The face may be so far off the middle, of the picture's width, where the photo would end. */
#define SIDEWAYS_MAX 0.04

/* Less than a hair's breadth is not missed. */
#define TOLERANCE 0.05

typedef struct limits {
    double height; /* of the picture in the preset's unit */
    fc_range head;
    fc_range eyes;
    fc_range top;
    bool has_eyes;
    bool has_top;
} limits;

typedef struct placement {
    double head; /* in the preset's unit */
    double eye_line;
} placement;

static bool is_said(fc_range range)
{
    return range.min > 0 || range.max > 0;
}

static double above_eyes(const fc_preset *preset, const fc_head *head)
{
    switch (preset->crown) {
    case FC_CROWN_HAIR:
        return head->hair;
    case FC_CROWN_SKULL:
        return FC_SKULL_ABOVE * head->chin;
    case FC_CROWN_FOREHEAD:
        return FC_HAIRLINE_ABOVE * head->chin;
    }
    FC_ASSERT(!"unknown crown");
    return 0;
}

static fc_range open_range(fc_range range, double span)
{
    return (fc_range){ range.min > 0 ? range.min : fmax(range.max - span, 0),
                       range.max > 0 ? range.max : range.min + span };
}

static fc_range head_range(const fc_preset *preset, double width, double height)
{
    const fc_range said = preset->head;
    if (!is_said(said)) {
        const double scale = fmin(width / ICAO_WIDTH, height / ICAO_HEIGHT);
        return (fc_range){ ICAO_HEAD.min * scale, ICAO_HEAD.max * scale };
    }
    return (fc_range){ said.min > 0 ? said.min : said.max / HEAD_SPAN,
                       said.max > 0 ? said.max : said.min * HEAD_SPAN };
}

static limits limits_of(const fc_preset *preset)
{
    const double height = preset->height_mm > 0 ? preset->height_mm : 100;
    limits all = { .height = height,
                   .has_eyes = is_said(preset->eye_line),
                   .has_top = is_said(preset->top) };
    all.head = head_range(preset, height * preset->width / preset->height, height);
    all.eyes = open_range(preset->eye_line, EYES_SPAN * height);
    all.top = open_range(preset->top, TOP_SPAN * height);
    return all;
}

/* How far a value is from the middle of its range: 1 at an end. */
static double off_middle(fc_range range, double value)
{
    const double half = fmax((range.max - range.min) / 2, 1e-9);
    return fabs(value - (range.min + range.max) / 2) / half;
}

static double in_range(fc_range range, int i)
{
    return range.min + (range.max - range.min) * i / (TRIES - 1);
}

/* Photo from canvas, for a head of so many units whose eyes are so far above the lower edge. */
static fc_similarity map_of(const fc_preset *preset, const fc_head *head, fc_size canvas,
                            double height, placement at)
{
    const double unit = canvas.height / height; /* px */
    const double scale = (head->chin + above_eyes(preset, head)) / (at.head * unit);
    fc_similarity map = { scale * cos(head->roll), scale * sin(head->roll), 0, 0 };
    const fc_point eyes = { canvas.width / 2.0 - head->centre / scale,
                            canvas.height - at.eye_line * unit };
    const fc_point moved = fc_similarity_apply(map, eyes);
    map.tx = head->eyes.x - moved.x;
    map.ty = head->eyes.y - moved.y;
    return map;
}

/* The least move to the side, px of the photo, that brings the picture into the photo; of one that
 * is wider the middle of both. */
static double sideways(fc_similarity map, fc_size canvas, fc_size photo)
{
    const fc_box lies = fc_similarity_apply_box(map, (fc_box){ 0, 0, canvas.width, canvas.height });
    const double left = -lies.x;
    const double right = photo.width - lies.x - lies.width;
    const double most = SIDEWAYS_MAX * canvas.width * fc_similarity_scale(map);
    const double move = left <= right ? fmin(fmax(0, left), right) : (left + right) / 2;
    return fmin(fmax(move, -most), most);
}

/* Of what lies beyond the photo, in its px. Less than half a px of the picture cannot be seen. */
static double seen(double beyond, fc_similarity map)
{
    return beyond > fc_similarity_scale(map) / 2 ? beyond : 0;
}

/* A side of the picture against the edges of the photo: the larger end of the side counts. The face
 * is upright in the photo, so that a side has an edge of its own. */
static fc_beyond beyond_of(fc_similarity map, fc_size canvas, fc_size photo, double unit)
{
    const double right = canvas.width;
    const double bottom = canvas.height;
    const fc_point a = fc_similarity_apply(map, (fc_point){ 0, 0 });
    const fc_point b = fc_similarity_apply(map, (fc_point){ right, 0 });
    const fc_point c = fc_similarity_apply(map, (fc_point){ right, bottom });
    const fc_point d = fc_similarity_apply(map, (fc_point){ 0, bottom });
    const double px = unit * fc_similarity_scale(map); /* of the photo, a unit */
    return (fc_beyond){ .top = seen(-fmin(a.y, b.y), map) / px,
                        .right = seen(fmax(b.x, c.x) - photo.width, map) / px,
                        .bottom = seen(fmax(c.y, d.y) - photo.height, map) / px,
                        .left = seen(-fmin(a.x, d.x), map) / px };
}

static double cost_of(const limits *all, const fc_document *look)
{
    const double free = all->height - look->head_hair;
    const fc_range own = { FREE_ABOVE.min * free, FREE_ABOVE.max * free };
    const fc_beyond *beyond = &look->beyond;
    const double reaches = beyond->bottom + beyond->left + beyond->right +
                           (look->keeps_ground || look->hair_cut ? beyond->top : 0);
    double cost = pow(off_middle(all->head, look->head), 2);
    if (all->has_eyes) {
        cost += pow(off_middle(all->eyes, look->eye_line), 2);
    }
    const double off = off_middle(all->has_top ? all->top : own, look->top);
    cost += (all->has_top ? 1 : all->has_eyes ? OWN_COST : 1) * off * off;
    cost += (all->has_top && off > 1 ? BEYOND_COST * (off - 1) : 0);
    return cost + BEYOND_COST * reaches / all->height +
           HAIR_COST * fmax(0, -look->top) / all->height;
}

static fc_document look_at(const fc_preset *preset, const fc_head *head, fc_size canvas,
                           fc_size photo, double height, placement at, fc_similarity *map)
{
    *map = map_of(preset, head, canvas, height, at);
    map->tx += sideways(*map, canvas, photo);
    const double unit = canvas.height / height;
    const double px = unit * fc_similarity_scale(*map);
    fc_document look = { .head = at.head, .eye_line = at.eye_line };
    look.head_hair = (head->chin + head->hair) / px;
    look.head_skull = (1 + FC_SKULL_ABOVE) * head->chin / px;
    look.top = height - at.eye_line - head->hair / px;
    look.chin_room = at.eye_line - head->chin / px;
    look.beyond = beyond_of(*map, canvas, photo, unit);
    look.hair_seen = head->hair_seen;
    look.hair_cut = head->hair_cut;
    return look;
}

/* Eye lines to try for a head: of its own range, or of the space above. */
static double eye_line_of(const limits *all, const fc_preset *preset, const fc_head *head,
                          double height, int i)
{
    if (all->has_eyes) {
        return in_range(all->eyes, i);
    }
    const double px = (head->chin + above_eyes(preset, head)) / height;
    const double hair = head->hair / px;
    const double free = all->height - (head->chin + head->hair) / px;
    const fc_range top =
        all->has_top ? all->top : (fc_range){ FREE_ABOVE.min * free, FREE_ABOVE.max * free };
    return all->height - hair - in_range(top, i);
}

fc_similarity fc_document_place(const fc_preset *preset, const fc_head *head, fc_size canvas,
                                fc_size photo, bool keeps_ground, fc_document *out)
{
    FC_ASSERT(preset != NULL && head != NULL && out != NULL);
    FC_ASSERT(head->chin > 0);
    const limits all = limits_of(preset);
    fc_similarity best = FC_SIMILARITY_IDENTITY;
    double least = INFINITY;
    for (int i = 0; i < TRIES * TRIES; i++) {
        placement at = { .head = in_range(all.head, i / TRIES) };
        at.eye_line = eye_line_of(&all, preset, head, at.head, i % TRIES);
        fc_similarity map;
        fc_document look = look_at(preset, head, canvas, photo, all.height, at, &map);
        look.keeps_ground = keeps_ground;
        const double cost = cost_of(&all, &look);
        if (cost < least) {
            least = cost;
            best = map;
            *out = look;
        }
    }
    return best;
}

/* Of a point on the head's axis so far below the eyes: its height above the lower edge. */
static double height_of(const fc_head *head, double below, fc_similarity to_canvas, fc_size canvas)
{
    const fc_point at = { head->eyes.x - sin(head->roll) * below,
                          head->eyes.y + cos(head->roll) * below };
    return canvas.height - fc_similarity_apply(to_canvas, at).y;
}

fc_document fc_document_measure(const fc_preset *preset, const fc_head *head, fc_similarity map,
                                fc_size canvas, fc_size photo, bool keeps_ground)
{
    FC_ASSERT(preset != NULL && head != NULL);
    const double height = limits_of(preset).height;
    const double unit = canvas.height / height;
    const double px = unit * fc_similarity_scale(map);
    const fc_similarity to_canvas = fc_similarity_invert(map);
    return (fc_document){
        .head = (head->chin + above_eyes(preset, head)) / px,
        .head_hair = (head->chin + head->hair) / px,
        .head_skull = (1 + FC_SKULL_ABOVE) * head->chin / px,
        .eye_line = height_of(head, 0, to_canvas, canvas) / unit,
        .top = height - height_of(head, -head->hair, to_canvas, canvas) / unit,
        .chin_room = height_of(head, head->chin, to_canvas, canvas) / unit,
        .beyond = beyond_of(map, canvas, photo, unit),
        .hair_seen = head->hair_seen,
        .hair_cut = head->hair_cut,
        .keeps_ground = keeps_ground,
    };
}

/* ---- judging --------------------------------------------------------------------------------- */

FC_PRINTF(2, 3) static void add(fc_document_reasons *reasons, const char *format, ...)
{
    if (reasons->count < FC_DOCUMENT_REASONS_MAX) {
        va_list arguments;
        va_start(arguments, format);
        (void)vsnprintf(reasons->items[reasons->count++], FC_DOCUMENT_REASON_SIZE, format,
                        arguments);
        va_end(arguments);
    }
}

static void check_range(fc_document_reasons *reasons, const char *what, double value,
                        fc_range range, const char *unit)
{
    char allowed[48];
    if (range.min > 0 && range.max > 0) {
        (void)snprintf(allowed, sizeof allowed, "%g to %g", range.min, range.max);
    } else {
        (void)snprintf(allowed, sizeof allowed, "at %s %g", range.min > 0 ? "least" : "most",
                       range.min > 0 ? range.min : range.max);
    }
    if (range.min > 0 && value < range.min - TOLERANCE) {
        add(reasons, "%s is %.1f %s, %.1f too little; allowed: %s", what, value, unit,
            range.min - value, allowed);
    } else if (range.max > 0 && value > range.max + TOLERANCE) {
        add(reasons, "%s is %.1f %s, %.1f too much; allowed: %s", what, value, unit,
            value - range.max, allowed);
    }
}

static void check_photo(fc_document_reasons *reasons, const fc_document *document, const char *unit,
                        double tolerance)
{
    const fc_beyond *beyond = &document->beyond;
    if (document->hair_cut || document->top < beyond->top) {
        add(reasons, "the photo ends before the top of the head");
    } else if (document->keeps_ground && beyond->top > tolerance) {
        add(reasons, "the photo ends %.1f %s above the head, the picture has %.1f there",
            document->top - beyond->top, unit, document->top);
    }
    if (beyond->bottom > tolerance && beyond->bottom > document->chin_room) {
        add(reasons, "the photo ends before the chin");
    } else if (beyond->bottom > tolerance) {
        add(reasons, "the photo ends %.1f %s below the chin, the picture has %.1f there",
            document->chin_room - beyond->bottom, unit, document->chin_room);
    }
    if (beyond->left > tolerance || beyond->right > tolerance) {
        add(reasons, "the photo ends %.1f %s before the %s edge of the picture",
            fmax(beyond->left, beyond->right), unit,
            beyond->left > beyond->right ? "left" : "right");
    }
    if (document->top < -tolerance) {
        add(reasons, "the hair goes %.1f %s beyond the upper edge", -document->top, unit);
    }
}

/* Only where somebody has changed what the preset sets. */
static void check_edits(fc_document_reasons *reasons, const fc_document *document)
{
    if (document->ground_laid) {
        add(reasons,
            "the background is not the photo's own, and the office refuses altered photos");
    }
    if (document->retouched) {
        add(reasons, "the photo is enhanced, and the office refuses altered photos");
    }
}

/* Part of the height that may be missing at an edge before it is told. */
#define EDGE_TOLERANCE 0.004

bool fc_document_fits_photo(const fc_preset *preset, const fc_document *document)
{
    FC_ASSERT(preset != NULL && document != NULL);
    fc_document_reasons reasons = { .count = 0 };
    check_photo(&reasons, document, "", EDGE_TOLERANCE * limits_of(preset).height);
    return reasons.count == 0;
}

fc_document_reasons fc_document_judge(const fc_preset *preset, const fc_document *document,
                                      fc_size canvas, size_t bytes)
{
    FC_ASSERT(preset != NULL && document != NULL);
    const char *unit = fc_preset_unit(preset);
    fc_document_reasons reasons = { .count = 0 };
    check_range(&reasons, "the head", document->head, preset->head, unit);
    check_range(&reasons, "the eye line", document->eye_line, preset->eye_line, unit);
    check_range(&reasons, "the space above the head", document->top, preset->top, unit);
    check_photo(&reasons, document, unit, EDGE_TOLERANCE * limits_of(preset).height);
    check_edits(&reasons, document);
    if (canvas.width != preset->width || canvas.height != preset->height) {
        add(&reasons, "the picture has %d x %d px; the preset: %d x %d", canvas.width,
            canvas.height, preset->width, preset->height);
    }
    if (bytes > 0) {
        check_range(&reasons, "the JPEG", (double)bytes / 1024,
                    (fc_range){ preset->kb_min, preset->kb_max }, "KB");
    }
    return reasons;
}
