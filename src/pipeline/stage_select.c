/*
 * One person of several: the network knows "person", not "this person". Each face is a seed, with
 * the hair above it and the body below; a pixel belongs to whose seed is nearer along a path that
 * avoids edges (ops/geodesic.h).
 */
#include "pipeline/stage_functions.h"

#include <math.h>
#include <stdio.h>

#include "models/face_look.h"
#include "ops/geodesic.h"
#include "ops/resample.h"
#include "ops/work_size.h"
#include "pipeline/face_outline.h"

/* Longest side of the raster that this is decided on, px. At 256 the texture of hair weighs too
 * much; at 128 borders become coarse. */
#define SIDE_MAX 160

/* From here on lengths are sides of dlib's face box. A head with its hair: half axes, and how far
 * its middle lies above that of the box. Up to HEAD_SURE, a share of the squared axes, it costs
 * nothing. */
#define HEAD_HALF_WIDTH 0.36
#define HEAD_HALF_HEIGHT 0.55
#define HEAD_ABOVE 0.1
#define HEAD_SURE 0.5

/* The body below the chin, upright unless the person lies: half widths of neck and trunk. */
#define CHIN_DOWN 0.5
#define BODY_FIRST (-0.1)
#define NECK_LENGTH 0.35
#define BODY_LENGTH 3.0
#define NECK_HALF_WIDTH 0.18
#define TRUNK_HALF_WIDTH 0.45
#define LYING_RAD 0.8

/* Costs: of the rim of a head, and of a body, which may stand behind somebody: at the chin, for
 * each side below it, for each side aside. */
#define RIM_COST 0.4
#define BODY_COST 0.3
#define BODY_COST_DOWN 0.2
#define BODY_COST_ASIDE 0.4

/* Costs of a path: for each side of length, as much more where nobody is, and for a step from black
 * to white. */
#define LENGTH_COST 0.4
#define GROUND_COST 4.0
#define STEP_COST 2.55

/* Where both are as near as that, a pixel is shared. */
#define SOFT_COST 0.1

/* A face of which the mask holds less is no person. */
#define HELD_MIN 0.5

/* A face smaller than this share of ours, on our own body, is printed on it. */
#define PRINT_SIDE_MAX 0.4
#define PRINT_ASIDE_MAX 1.0

/* Reach of a person about the face, for a quick look whether one is near. */
#define REACH_ASIDE 1.5
#define REACH_DOWN 4.0

/* What is decided on. */
typedef struct field {
    fc_image *picture;
    fc_plane *person; /* the rough mask */
    fc_plane *toll;
    fc_similarity to_photo; /* px of the field -> px of the photo */
} field;

static void field_clear(field *the)
{
    fc_image_free(the->picture);
    fc_plane_free(the->person);
    fc_plane_free(the->toll);
}

static size_t count_of(const fc_plane *plane)
{
    return (size_t)plane->size.width * (size_t)plane->size.height;
}

/* The map to a face: upright, its middle at 0, in sides of its box. */
static fc_similarity to_face(const fc_face *face)
{
    const double roll = fc_face_roll(face);
    const double side = face->dlib_box.width;
    const fc_point middle = fc_box_centre(face->dlib_box);
    return fc_similarity_invert(
        (fc_similarity){ side * cos(roll), side * sin(roll), middle.x, middle.y });
}

/* Squared distance from the middle of a head; 1 on its rim. */
static double in_head(fc_point at)
{
    const double aside = at.x / HEAD_HALF_WIDTH;
    const double down = (at.y + HEAD_ABOVE) / HEAD_HALF_HEIGHT;
    return aside * aside + down * down;
}

/* What a pixel begins with. `lean` turns what is seen from the chin as the body stands. */
static float seed_cost(fc_point at, fc_similarity lean)
{
    const double head = in_head(at);
    if (head < 1) {
        return (float)(RIM_COST * fmax(head - HEAD_SURE, 0));
    }
    const fc_point body = fc_similarity_apply(lean, (fc_point){ at.x, at.y - CHIN_DOWN });
    const double half_width = body.y < NECK_LENGTH ? NECK_HALF_WIDTH : TRUNK_HALF_WIDTH;
    if (body.y > BODY_FIRST && body.y < BODY_LENGTH && fabs(body.x) < half_width) {
        return (float)(BODY_COST + BODY_COST_DOWN * fmax(body.y, 0) +
                       BODY_COST_ASIDE * fabs(body.x));
    }
    return INFINITY;
}

static void sow(const field *the, const fc_face *face, fc_plane *distance)
{
    const fc_similarity from_field = fc_similarity_compose(to_face(face), the->to_photo);
    const double roll = fc_face_roll(face);
    const double turn = fabs(roll) < LYING_RAD ? roll : 0;
    const fc_similarity lean = { cos(turn), sin(turn), 0, 0 };
    for (int32_t y = 0; y < distance->size.height; y++) {
        float *row = fc_plane_row(distance, y);
        for (int32_t x = 0; x < distance->size.width; x++) {
            const float cost =
                seed_cost(fc_similarity_apply(from_field, (fc_point){ x + 0.5, y + 0.5 }), lean);
            row[x] = cost < row[x] ? cost : row[x];
        }
    }
}

/* ---- others ---------------------------------------------------------------------------------- */

static bool is_near(const fc_photo *photo, const fc_face *face, fc_box covered)
{
    const fc_box box = face->dlib_box;
    const fc_box reach = { box.x - REACH_ASIDE * box.width, box.y - REACH_ASIDE * box.height,
                           (1 + 2 * REACH_ASIDE) * box.width,
                           (1 + REACH_ASIDE + REACH_DOWN) * box.height };
    const fc_box in_preview =
        fc_similarity_apply_box(fc_similarity_invert(photo->preview->to_photo), reach);
    return fc_box_intersect(in_preview, covered).width > 0;
}

/* Not somebody else: our own face found twice, or one printed on what we wear. */
static bool is_our_own(const fc_face *ours, const fc_face *other)
{
    const fc_point at = fc_similarity_apply(to_face(ours), fc_box_centre(other->dlib_box));
    const bool small = other->dlib_box.width < PRINT_SIDE_MAX * ours->dlib_box.width;
    const bool on_body = at.y > CHIN_DOWN && at.y < BODY_LENGTH && fabs(at.x) < PRINT_ASIDE_MAX;
    return in_head(at) < HEAD_SURE || (small && on_body);
}

/* The faces of others that are near: returns how many, and their places in `near`. */
static int32_t find_others(const fc_portrait *portrait, fc_box covered, int32_t *near)
{
    const fc_photo *photo = portrait->photo;
    const fc_face *ours = &photo->faces.items[portrait->face_index];
    int32_t count = 0;
    for (int32_t i = 0; i < photo->faces.count; i++) {
        const fc_face *face = &photo->faces.items[i];
        if (i != portrait->face_index && is_near(photo, face, covered) && !is_our_own(ours, face)) {
            near[count++] = i;
        }
    }
    return count;
}

static bool is_held(const field *the, const fc_face *face)
{
    const fc_outline in_photo = fc_face_outline(face, NULL);
    const fc_outline outline = fc_outline_apply(fc_similarity_invert(the->to_photo), &in_photo);
    return fc_outline_mean(the->person, &outline, 1) >= HELD_MIN;
}

/* ---- stage ----------------------------------------------------------------------------------- */

/* `side_px`: of our face's box in the field. */
static void set_toll(field *the, double side_px)
{
    for (size_t i = 0; i < count_of(the->toll); i++) {
        const double ground = 1 - (double)the->person->data[i];
        the->toll->data[i] = (float)((LENGTH_COST + GROUND_COST * ground) / side_px);
    }
}

static fc_status lay_field(const fc_portrait *portrait, const fc_rough_mask *rough, field *the,
                           fc_error *err)
{
    const fc_raster *preview = portrait->photo->preview;
    const fc_face *face = &portrait->photo->faces.items[portrait->face_index];
    const fc_box covered = rough->covered;
    const double scale =
        fmin(SIDE_MAX / fmax(covered.width, covered.height), 1); /* px per px of the preview */
    const fc_size size = { (int32_t)fmax(round(covered.width * scale), 1),
                           (int32_t)fmax(round(covered.height * scale), 1) };
    FC_TRY(fc_resample_for_network(preview->pixels, covered, size, &the->picture, err));
    FC_TRY(fc_plane_resample(rough->mask, size, &the->person, err));
    FC_TRY(fc_plane_new(size, &the->toll, err));
    the->to_photo = fc_similarity_compose(preview->to_photo,
                                          (fc_similarity){ 1 / scale, 0, covered.x, covered.y });
    set_toll(the, face->dlib_box.width / fc_similarity_scale(the->to_photo));
    return FC_OK;
}

static fc_status new_distance(fc_size size, fc_plane **out, fc_error *err)
{
    FC_TRY(fc_plane_new(size, out, err));
    for (size_t i = 0; i < count_of(*out); i++) {
        (*out)->data[i] = INFINITY;
    }
    return FC_OK;
}

/* From distances to shares: `ours` becomes our mask, `theirs` the share of the others. */
static void share_out(const field *the, fc_plane *ours, fc_plane *theirs)
{
    for (size_t i = 0; i < count_of(ours); i++) {
        const float nearer = (theirs->data[i] - ours->data[i]) / (float)SOFT_COST;
        const float share = fminf(fmaxf(0.5F + nearer, 0), 1);
        ours->data[i] = share * the->person->data[i];
        theirs->data[i] = 1 - share;
    }
}

static fc_status divide(fc_portrait *portrait, const field *the, const int32_t *near, int32_t count,
                        fc_error *err)
{
    const fc_faces *faces = &portrait->photo->faces;
    FC_AUTO(fc_plane) ours = NULL;
    FC_AUTO(fc_plane) theirs = NULL;
    FC_TRY(new_distance(the->person->size, &ours, err));
    FC_TRY(new_distance(the->person->size, &theirs, err));
    sow(the, &faces->items[portrait->face_index], ours);
    for (int32_t i = 0; i < count; i++) {
        sow(the, &faces->items[near[i]], theirs);
    }
    const double colour = STEP_COST / (3 * 255);
    FC_TRY(fc_geodesic_distance_in_place(the->picture, the->toll, colour, ours, err));
    FC_TRY(fc_geodesic_distance_in_place(the->picture, the->toll, colour, theirs, err));
    share_out(the, ours, theirs);
    portrait->own.mask = FC_STEAL(ours);
    portrait->others = FC_STEAL(theirs);
    return FC_OK;
}

static fc_status select_among(fc_portrait *portrait, const fc_rough_mask *rough, int32_t *near,
                              int32_t *count, field *the, fc_error *err)
{
    FC_TRY(lay_field(portrait, rough, the, err));
    int32_t held = 0;
    for (int32_t i = 0; i < *count; i++) {
        if (is_held(the, &portrait->photo->faces.items[near[i]])) {
            near[held++] = near[i];
        }
    }
    *count = held;
    if (held > 0) {
        FC_TRY(divide(portrait, the, near, held, err));
        portrait->own.covered = rough->covered;
    }
    return FC_OK;
}

fc_status fc_stage_select(fc_portrait *portrait, fc_stage_report *report, fc_error *err)
{
    if (portrait->uncut) {
        (void)snprintf(report->note, sizeof report->note, "none");
        return FC_OK;
    }
    const fc_rough_mask *rough = &portrait->found.coarse[portrait->coarse];
    int32_t near[FC_FACES_MAX];
    int32_t count = find_others(portrait, rough->covered, near);
    if (count > 0) {
        field the = { 0 };
        const fc_status status = select_among(portrait, rough, near, &count, &the, err);
        field_clear(&the);
        FC_TRY(status);
    }
    (void)snprintf(report->note, sizeof report->note,
                   count == 0 ? "nobody else is near" : "%d near, left out", count);
    return FC_OK;
}
