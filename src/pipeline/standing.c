#include "pipeline/standing.h"

#include <math.h>

#include "base/assert.h"

#define HEAD_ROOM_FACTOR_MAX 1.6

/* Of the view's width; more where all of the view has to lie in the photo. */
#define SIDEWAYS_MAX 0.08
#define SIDEWAYS_INSIDE_MAX 0.3

/* Head room that is too much even for somebody who stands, as a share of the view's height: the
 * side below is given up instead. */
#define HEAD_ROOM_SHARE_MAX 0.4

/* Of the head room that is wanted, what is kept in zooming. */
#define ROOM_SHARE_MIN 0.35

/* Stay below the chin and outside of the hair, levelled units. */
#define CHIN_ROOM 0.12
#define SIDE_ROOM 0.02

/* Between points of a border that are looked at, and how far inside of it, levelled units: the mask
 * is unsure in its last px. */
#define STEP 0.01
#define INSET 0.02

/* Lies outside of the view, levelled units: what the resampling reaches over the border. */
#define OUTSIDE 0.004

/* Each pass settles what the last one has laid bare. */
#define PASSES 8

/* How far the photo reaches where it cuts the person inside a view: the view has to lie within. */
typedef struct limits {
    double top;
    double right;
    double bottom;
    double left;
} limits;

/* Part of a line from 0 to 1 that lies in a view (Liang and Barsky, 1984); false: nothing does. */
static bool clip(fc_point from, fc_point along, fc_box view, double *begin, double *end)
{
    const double start[4] = { from.x - view.x, view.x + view.width - from.x, from.y - view.y,
                              view.y + view.height - from.y };
    const double gain[4] = { along.x, -along.x, along.y, -along.y };
    *begin = 0;
    *end = 1;
    for (int i = 0; i < 4; i++) {
        if (gain[i] == 0 && start[i] <= 0) {
            return false;
        }
        if (gain[i] > 0) {
            *begin = fmax(*begin, -start[i] / gain[i]);
        } else if (gain[i] < 0) {
            *end = fmin(*end, start[i] / -gain[i]);
        }
    }
    return *begin < *end;
}

/* The side of a view that a border with this inward normal belongs to. */
static uint32_t side_of(fc_point inward)
{
    if (fabs(inward.y) >= fabs(inward.x)) {
        return inward.y > 0 ? FC_SIDE_TOP : FC_SIDE_BOTTOM;
    }
    return inward.x > 0 ? FC_SIDE_LEFT : FC_SIDE_RIGHT;
}

static void tighten(limits *to, uint32_t side, fc_point at)
{
    switch (side) {
    case FC_SIDE_TOP:
        to->top = fmax(to->top, at.y + OUTSIDE);
        break;
    case FC_SIDE_RIGHT:
        to->right = fmin(to->right, at.x - OUTSIDE);
        break;
    case FC_SIDE_BOTTOM:
        to->bottom = fmin(to->bottom, at.y - OUTSIDE);
        break;
    default:
        to->left = fmax(to->left, at.x + OUTSIDE);
        break;
    }
}

/* One border of the photo, from corner to corner, clockwise. */
static uint32_t look_along(const fc_levelled_person *person, fc_point from, fc_point to,
                           fc_box view, bool inside, limits *found)
{
    const fc_point along = { to.x - from.x, to.y - from.y };
    const double length = hypot(along.x, along.y);
    const fc_point inward = { -along.y / length, along.x / length };
    const uint32_t side = side_of(inward);
    uint32_t cut = 0;
    double begin = 0;
    double end = 0;
    if (!clip(from, along, view, &begin, &end)) {
        return 0;
    }
    const int32_t steps = (int32_t)ceil((end - begin) * length / STEP);
    for (int32_t i = 0; i <= steps; i++) {
        const double t = begin + (end - begin) * i / steps;
        const fc_point at = { from.x + t * along.x, from.y + t * along.y };
        const fc_point near = { at.x + INSET * inward.x, at.y + INSET * inward.y };
        if (inside || fc_levelled_person_share(person, near) >= 0.5) {
            tighten(found, side, at);
            cut = side;
        }
    }
    return cut;
}

/* Where the photo's borders cut the person inside a view; FC_SIDE_ of those that do. */
static uint32_t find_cuts(const fc_levelled_person *person, fc_box view, bool inside, limits *found)
{
    const fc_similarity levelled = fc_similarity_invert(person->to_photo);
    const double right = person->photo.width;
    const double bottom = person->photo.height;
    const fc_point corners[5] = {
        { 0, 0 }, { right, 0 }, { right, bottom }, { 0, bottom }, { 0, 0 }
    };
    *found = (limits){ -INFINITY, INFINITY, INFINITY, -INFINITY };
    uint32_t cut = 0;
    for (int i = 0; i < 4; i++) {
        cut |= look_along(person, fc_similarity_apply(levelled, corners[i]),
                          fc_similarity_apply(levelled, corners[i + 1]), view, inside, found);
    }
    return cut;
}

/* What is asked for, and how far it has come. */
typedef struct search {
    const fc_head_extent *head;
    fc_box wanted; /* view */
    double room;   /* head room that is allowed */
    double least;  /* head room that is kept in zooming */
    double sideways;
    limits within;
    uint32_t given_up;
} search;

/* The least and the greatest of what a view may have as width or height. */
typedef struct range {
    double least;
    double most;
} range;

static range widths(const search *self)
{
    const limits *in = &self->within;
    const double left = fmax(fmax(self->head->left - SIDE_ROOM, in->left), self->wanted.x);
    const double right = fmin(fmin(self->head->right + SIDE_ROOM, in->right), -self->wanted.x);
    const double near = 0.5 - self->sideways;
    const double far = 0.5 + self->sideways;
    return (range){ fmax(right - left, fmax(right, -left) / far),
                    fmin(in->right - in->left, fmin(in->right, -in->left) / near) };
}

static range heights(const search *self)
{
    const limits *in = &self->within;
    const double top = fmax(self->head->crown - self->least, in->top);
    const double bottom = fmin(self->head->chin + CHIN_ROOM, in->bottom);
    return (range){ bottom - top, in->bottom - in->top };
}

static void give_up(search *self, uint32_t sides)
{
    self->given_up |= sides;
    if (sides & FC_SIDE_TOP) {
        self->within.top = -INFINITY;
    }
    if (sides & FC_SIDE_BOTTOM) {
        self->within.bottom = INFINITY;
    }
    if (sides & FC_SIDE_LEFT) {
        self->within.left = -INFINITY;
    }
    if (sides & FC_SIDE_RIGHT) {
        self->within.right = INFINITY;
    }
}

/* Sides whose limits no view that shows the head can keep to. */
static void drop_impossible(search *self)
{
    const double near = 0.5 - self->sideways;
    const double aspect = self->wanted.width / self->wanted.height;
    const double wide = fmax(widths(self).least, heights(self).least * aspect);
    if (widths(self).most < wide) {
        const bool left = -self->within.left / near < wide;
        const bool right = self->within.right / near < wide;
        const uint32_t both = FC_SIDE_LEFT | FC_SIDE_RIGHT;
        give_up(self, left == right ? both : left ? FC_SIDE_LEFT : FC_SIDE_RIGHT);
    }
    const double tall = fmax(heights(self).least, widths(self).least / aspect);
    if (heights(self).most < tall) {
        give_up(self, FC_SIDE_TOP);
    }
}

/* The view of the wanted shape that is nearest to the wanted one and keeps to the limits. */
static fc_box solve(const search *self)
{
    const fc_box wanted = self->wanted;
    const limits *in = &self->within;
    const double aspect = wanted.width / wanted.height;
    const range width = widths(self);
    const range height = heights(self);
    const double roomy = in->bottom - (self->head->crown - self->room);
    double tall = fmin(wanted.height, roomy);
    tall = fmax(tall, fmin(fmax(height.least, width.least / aspect), wanted.height));
    tall = fmin(tall, fmin(height.most, width.most / aspect));
    const double wide = tall * aspect;
    const double lowest = fmin(self->head->chin + CHIN_ROOM, in->bottom);
    const double top = fmin(fmax(fmax(wanted.y, in->top), lowest - tall), in->bottom - tall);
    double centre = fmax(wanted.x + wanted.width / 2, in->left + wide / 2);
    centre = fmin(centre, in->right - wide / 2);
    return (fc_box){ centre - wide / 2, top, wide, tall };
}

/* Keep to limits that were found, those above and below first: what they change may do for the
 * sides as well. */
static void take_limits(search *self, const limits *found, uint32_t cut)
{
    const uint32_t upright = cut & (FC_SIDE_TOP | FC_SIDE_BOTTOM);
    limits *in = &self->within;
    if (upright & FC_SIDE_TOP) {
        in->top = fmax(in->top, found->top);
    }
    if (upright & FC_SIDE_BOTTOM) {
        in->bottom = fmin(in->bottom, found->bottom);
    }
    if (upright == 0 && (cut & FC_SIDE_LEFT)) {
        in->left = fmax(in->left, found->left);
    }
    if (upright == 0 && (cut & FC_SIDE_RIGHT)) {
        in->right = fmin(in->right, found->right);
    }
    drop_impossible(self);
}

/* Sides of the photo that lie on these sides of a view: not the same where it is turned. */
static uint32_t photo_sides(const fc_levelled_person *person, uint32_t sides)
{
    static const fc_point INWARD[] = { { 0, 1 }, { -1, 0 }, { 0, -1 }, { 1, 0 } };
    const fc_similarity turn = { person->to_photo.a, -person->to_photo.b, 0, 0 };
    uint32_t all = 0;
    for (uint32_t i = 0; i < 4; i++) {
        all |= sides & side_of(fc_similarity_apply(turn, INWARD[i])) ? 1U << i : 0;
    }
    return all;
}

static double excess_of(const search *self, fc_box view)
{
    return fmax((self->head->crown - view.y) / self->room - 1, 0);
}

fc_standing fc_standing_find(const fc_levelled_person *person, const fc_head_extent *head,
                             fc_box view, double room, bool inside)
{
    FC_ASSERT(person != NULL && head != NULL);
    FC_ASSERT(inside || person->mask != NULL);

    const double has = head->crown - view.y;
    search self = {
        .head = head,
        .wanted = view,
        .room = HEAD_ROOM_FACTOR_MAX * fmax(has, room),
        .least = ROOM_SHARE_MIN * fmin(has, room),
        .sideways = inside ? SIDEWAYS_INSIDE_MAX : SIDEWAYS_MAX,
        .within = { -INFINITY, INFINITY, INFINITY, -INFINITY },
    };
    fc_box found = view;
    uint32_t cut = 0;
    for (int pass = 0; pass < PASSES; pass++) {
        limits limits_now;
        cut = find_cuts(person, found, inside, &limits_now) & ~self.given_up;
        if (cut == 0) {
            break;
        }
        take_limits(&self, &limits_now, cut);
        found = solve(&self);
        if (head->crown - found.y > HEAD_ROOM_SHARE_MAX * found.height) {
            give_up(&self, FC_SIDE_BOTTOM);
            found = solve(&self);
        }
    }
    return (fc_standing){
        .view = found,
        .excess = excess_of(&self, found),
        .ends = photo_sides(person, self.given_up | cut),
        .moved = found.x + found.width / 2 != 0 || found.y != view.y,
        .zoomed = found.width < view.width,
    };
}

uint32_t fc_standing_ends(const fc_levelled_person *person, fc_box view, bool inside)
{
    FC_ASSERT(person != NULL);
    FC_ASSERT(inside || person->mask != NULL);
    limits found;
    return photo_sides(person, find_cuts(person, view, inside, &found));
}
