#include "pipeline/people.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/attributes.h"
#include "base/memory.h"
#include "ops/mask_confidence.h"
#include "ops/matte_refine.h"
#include "ops/remap_range.h"
#include "ops/resample.h"
#include "ops/work_size.h"
#include "pipeline/face_outline.h"
#include "pipeline/matte_region.h"
#include "pipeline/portrait.h"
#include "pipeline/segmenter.h"

/* Faces that are looked at closely: the strongest ones. The whole photo is looked at anyway. */
#define SEGMENT_FACES_MAX 24

/*
 * Three looks, each of which counts where it sees best: at the whole photo, at the body below each
 * face, and at each face with its shoulders (pipeline/matte_region.h). They are averaged by weight;
 * a look counts less towards the border of what it saw, where it guesses.
 *
 * Only the look that counts most is a fine one: the network's second look, in its larger square,
 * takes three times the first one's time and shows hair and ears.
 */
#define WIDE_WEIGHT 0.05F
#define BODY_WEIGHT 0.4F
#define FACE_WEIGHT 1.0F

/* A standing body, in heights of the detector's box: half its width, above and below the centre. */
#define BODY_HALF_WIDTH 2.6
#define BODY_ABOVE 1.2
#define BODY_BELOW 8.0

/* What a portrait shows around a face at least, in sides of its box. */
#define PORTRAIT_MARGIN 0.5

/* Smaller faces than this share of the largest one are somebody in the background. */
#define MATTERING_SHARE 0.5

/* Width of the border in which a look gets its weight, as a share of what it saw. */
#define BORDER 0.12

/* The looks so far, at the small scale. */
typedef struct looking {
    const fc_photo *photo;
    const fc_image *small;
    double scale;      /* small px per px of the preview */
    fc_selfie_way way; /* of the closest looks */
    fc_plane *sum;
    fc_plane *weight;
    fc_mask_confidence *doubt; /* of the close looks so far: the worst */
    fc_mask_confidence *held;  /* the best of those at faces that matter */
} looking;

/* px of the small picture that a look covers. */
typedef struct window {
    int32_t left;
    int32_t top;
    fc_size size;
} window;

static fc_box scaled(fc_box box, double scale)
{
    return (fc_box){ box.x * scale, box.y * scale, box.width * scale, box.height * scale };
}

static window window_of(fc_box box, fc_size picture)
{
    const int32_t left = (int32_t)fmax(floor(box.x), 0);
    const int32_t top = (int32_t)fmax(floor(box.y), 0);
    const int32_t right = (int32_t)fmin(ceil(box.x + box.width), picture.width);
    const int32_t bottom = (int32_t)fmin(ceil(box.y + box.height), picture.height);
    return (window){ left, top, { right - left, bottom - top } };
}

/* How much each px of a line counts: nothing at a side of what was seen, all of it beyond the
 * border. A side of the photo has no border. */
static void weigh_line(int32_t from, int32_t length, int32_t whole, float *weights)
{
    const float border = (float)(BORDER * length);
    for (int32_t i = 0; i < length; i++) {
        const float before = from == 0 ? border : (float)i + 0.5F;
        const float behind = from + length == whole ? border : (float)(length - i) - 0.5F;
        const float nearest = before < behind ? before : behind;
        weights[i] = nearest < border ? nearest / border : 1.0F;
    }
}

static fc_status add_look(const looking *looks, const fc_plane *mask, window seen, float strength,
                          fc_error *err)
{
    const fc_size whole = looks->small->size;
    FC_AUTO(fc_floats) across = NULL;
    FC_AUTO(fc_floats) down = NULL;
    FC_TRY(fc_memory_new((size_t)seen.size.width, sizeof(float), (void **)&across, err));
    FC_TRY(fc_memory_new((size_t)seen.size.height, sizeof(float), (void **)&down, err));
    weigh_line(seen.left, seen.size.width, whole.width, across);
    weigh_line(seen.top, seen.size.height, whole.height, down);
    for (int32_t y = 0; y < seen.size.height; y++) {
        const float *from = fc_plane_row(mask, y);
        float *sum = fc_plane_row(looks->sum, seen.top + y) + seen.left;
        float *weight = fc_plane_row(looks->weight, seen.top + y) + seen.left;
        for (int32_t x = 0; x < seen.size.width; x++) {
            const float counts = strength * down[y] * across[x];
            sum[x] += counts * from[x];
            weight[x] += counts;
        }
    }
    return FC_OK;
}

/* Whether a face matters: it is at least half as large as the largest one. */
static bool face_matters(const fc_photo *photo, const fc_face *face)
{
    FC_ASSERT(photo != NULL && face != NULL);
    double largest = 0;
    for (int32_t i = 0; i < photo->faces.count; i++) {
        largest = fmax(largest, photo->faces.items[i].box.width);
    }
    return face->box.width >= MATTERING_SHARE * largest;
}

/* How far a close look is to be doubted, by the rule of portraits: what it sees of the face and
 * around it, as far as a portrait shows that. */
static void doubt_face(const looking *looks, const fc_face *face, const fc_plane *mask,
                       fc_box covered)
{
    const fc_similarity to_preview = fc_similarity_invert(looks->photo->preview->to_photo);
    const fc_box box =
        fc_segmenter_box_on_mask(mask, covered, fc_similarity_apply_box(to_preview, face->box));
    const fc_box around = { box.x - PORTRAIT_MARGIN * box.width,
                            box.y - PORTRAIT_MARGIN * box.height,
                            (1 + 2 * PORTRAIT_MARGIN) * box.width,
                            (1 + 2 * PORTRAIT_MARGIN) * box.height };
    const fc_mask_confidence doubt = fc_mask_confidence_measure(mask, around, box);
    looks->doubt->undecided = fmax(looks->doubt->undecided, doubt.undecided);
    looks->doubt->face = fmin(looks->doubt->face, doubt.face);
    if (face_matters(looks->photo, face) && fc_matte_is_better(doubt, *looks->held)) {
        *looks->held = doubt;
    }
}

/* The other looks are not fine ones. */
static fc_selfie_way way_of(const looking *looks, bool closest)
{
    return !closest && looks->way == FC_SELFIE_TWICE ? FC_SELFIE_ONCE : looks->way;
}

/* Look at a region of the preview, widened to whole px of the small picture. `face`: whose close
 * look it is, or NULL. */
static fc_status look(const looking *looks, fc_box region, const fc_face *face, float strength,
                      fc_error *err)
{
    const bool closest = face != NULL || looks->photo->faces.count == 0;
    const window seen = window_of(scaled(region, looks->scale), looks->small->size);
    if (seen.size.width < 1 || seen.size.height < 1) {
        return FC_OK; /* a face at the very edge */
    }
    /* The small picture does where it has as many px as the network takes. */
    const bool close = seen.size.width < FC_SELFIE_SIDE_MAX;
    const fc_image *picture = close ? looks->photo->preview->pixels : looks->small;
    const double to_preview = close ? 1 : 1 / looks->scale;
    const fc_box box = { seen.left, seen.top, seen.size.width, seen.size.height };
    FC_AUTO(fc_plane) coarse = NULL;
    FC_AUTO(fc_plane) mask = NULL;
    fc_box covered = { 0 };
    FC_TRY(fc_selfie_model_run(looks->photo->models->selfie, picture,
                               close ? scaled(box, 1 / looks->scale) : box, way_of(looks, closest),
                               &coarse, &covered, err));
    if (face != NULL) {
        doubt_face(looks, face, coarse, scaled(covered, to_preview));
    }
    FC_TRY(fc_plane_resample(coarse, seen.size, &mask, err));
    return add_look(looks, mask, seen, strength, err);
}

static fc_box body_region(const fc_face *face, const fc_raster *raster)
{
    const fc_similarity to_raster = fc_similarity_invert(raster->to_photo);
    const fc_point at = fc_similarity_apply(to_raster, fc_box_centre(face->box));
    const double face_px = fc_matte_face_px(face, raster);
    return (fc_box){ at.x - BODY_HALF_WIDTH * face_px, at.y - BODY_ABOVE * face_px,
                     2 * BODY_HALF_WIDTH * face_px, (BODY_ABOVE + BODY_BELOW) * face_px };
}

static fc_status look_at_faces(const looking *looks, fc_error *err)
{
    const fc_photo *photo = looks->photo;
    const fc_size size = photo->preview->pixels->size;
    for (int32_t i = 0; i < photo->faces.count && i < SEGMENT_FACES_MAX; i++) {
        const fc_face *face = &photo->faces.items[i];
        const fc_box close = fc_matte_region(face, photo->preview);
        if (close.y + close.height < size.height) {
            FC_TRY(look(looks, body_region(face, photo->preview), NULL, BODY_WEIGHT, err));
        }
        FC_TRY(look(looks, close, face, FACE_WEIGHT, err));
    }
    return FC_OK;
}

static fc_status look_everywhere(const looking *looks, fc_plane **out, fc_error *err)
{
    const fc_size size = looks->photo->preview->pixels->size;
    const size_t count = (size_t)looks->small->size.width * (size_t)looks->small->size.height;
    memset(looks->sum->data, 0, count * sizeof(float));
    memset(looks->weight->data, 0, count * sizeof(float));
    FC_TRY(look(looks, (fc_box){ 0, 0, size.width, size.height }, NULL, WIDE_WEIGHT, err));
    FC_TRY(look_at_faces(looks, err));
    FC_AUTO(fc_plane) mask = NULL;
    FC_TRY(fc_plane_new(looks->small->size, &mask, err));
    for (size_t i = 0; i < count; i++) {
        mask->data[i] = looks->sum->data[i] / looks->weight->data[i];
    }
    *out = FC_STEAL(mask);
    return FC_OK;
}

/* Nobody is held, and nothing decided: any look is better. */
static const fc_mask_confidence NOTHING = { .undecided = 1, .face = 0 };

/* No face is in the mask: other looks may have one. */
static fc_status look_otherwise(looking *looks, fc_mask_confidence held, fc_plane **mask,
                                fc_error *err)
{
    static const fc_selfie_way WAYS[] = { FC_SELFIE_ONCE, FC_SELFIE_BLURRED, FC_SELFIE_NOISY };
    for (size_t i = 0; i < sizeof WAYS / sizeof WAYS[0]; i++) {
        FC_AUTO(fc_plane) other = NULL;
        fc_mask_confidence now = NOTHING;
        looks->way = WAYS[i];
        looks->held = &now;
        FC_TRY(look_everywhere(looks, &other, err));
        if (now.face >= FC_MATTE_FACE_MIN && fc_matte_is_better(now, held)) {
            held = now;
            fc_plane_free(*mask);
            *mask = FC_STEAL(other);
        }
    }
    return FC_OK;
}

/* The rough mask of everybody.
 *
 * photo   its preview and faces are used; models->selfie and params.matte_quality as well
 * small   RGB, the preview reduced by:
 * scale   px of `small` per px of the preview, up to 1
 * out     owner: caller. Same size as `small`, 0..1 but for rounding. Untouched on failure
 * doubt   of the close looks, the worst of each; without a face: undecided 0, face 1
 *
 * Where none of the faces that matter is in the mask, all is looked at again in other ways
 * (models/selfie.h), and the best mask is taken; `doubt` stays that of the first looks.
 *
 * Errors: those of the network.
 * Cost: 10 ms, and 20 ms for each face; bounded by SEGMENT_FACES_MAX. Four times that where no
 * mask holds a face. */
static fc_status segment_people(const fc_photo *photo, const fc_image *small, double scale,
                                fc_plane **out, fc_mask_confidence *doubt, fc_error *err)
{
    FC_ASSERT(photo != NULL && small != NULL);
    FC_ASSERT(scale > 0 && out != NULL && doubt != NULL);
    FC_AUTO(fc_plane) sum = NULL;
    FC_AUTO(fc_plane) weight = NULL;
    FC_AUTO(fc_plane) mask = NULL;
    fc_mask_confidence worst = { .undecided = 0, .face = 1 };
    fc_mask_confidence held = NOTHING;
    FC_TRY(fc_plane_new(small->size, &sum, err));
    FC_TRY(fc_plane_new(small->size, &weight, err));
    const bool fine = photo->params.matte_quality == FC_MATTE_FINE;
    const fc_selfie_way way = fine ? FC_SELFIE_TWICE : FC_SELFIE_ONCE;
    looking looks = { photo, small, scale, way, sum, weight, &worst, &held };
    FC_TRY(look_everywhere(&looks, &mask, err));
    const fc_mask_confidence first = worst;
    if (photo->faces.count > 0 && held.face < FC_MATTE_FACE_MIN) {
        FC_TRY(look_otherwise(&looks, held, &mask, err));
    }
    *doubt = first;
    *out = FC_STEAL(mask);
    return FC_OK;
}

/* Nobody: less than this share of the photo is somebody. Without a face, the network has only
 * shapes to go by, and has to be surer. */
#define SHARE_WITH_FACE 0.0002
#define SHARE_WITHOUT_FACE 0.005

/* A mask that holds less of every face that matters has lost the person. Several looks make the
 * mask, which dilutes the close ones. */
#define FACE_SHARE_MIN 0.5

/* Areas of a face that a person has in a photo without one. */
#define PERSON_FACES 7.0

/* Share of the px that are somebody. */
static double share_of(const fc_plane *mask)
{
    const size_t count = (size_t)mask->size.width * (size_t)mask->size.height;
    size_t somebody = 0;
    for (size_t i = 0; i < count; i++) {
        somebody += mask->data[i] > 0.5F ? 1 : 0;
    }
    return (double)somebody / (double)count;
}

static fc_outline face_on_mask(const fc_photo *photo, const fc_face *face, double scale)
{
    const fc_similarity to_small = fc_similarity_compose(
        (fc_similarity){ scale, 0, 0, 0 }, fc_similarity_invert(photo->preview->to_photo));
    const fc_outline in_photo = fc_face_outline(face, NULL);
    return fc_outline_apply(to_small, &in_photo);
}

static fc_status check_somebody(const fc_photo *photo, const fc_plane *mask, fc_error *err)
{
    const double least = photo->faces.count > 0 ? SHARE_WITH_FACE : SHARE_WITHOUT_FACE;
    if (share_of(mask) < least) {
        return fc_fail(err, FC_NO_FACE, "no person could be found in the photo");
    }
    return FC_OK;
}

/* How much of the faces that matter the mask holds: the most of any. Without a face: all. */
static double share_of_face(const fc_photo *photo, const fc_plane *mask, double scale)
{
    double share = photo->faces.count > 0 ? 0 : 1;
    for (int32_t i = 0; i < photo->faces.count; i++) {
        const fc_face *face = &photo->faces.items[i];
        if (face_matters(photo, face)) {
            const fc_outline outline = face_on_mask(photo, face, scale);
            share = fmax(share, fc_outline_mean(mask, &outline, 1));
        }
    }
    return share;
}

/* No cut-out is better than one without the face. A face that the mask holds is never see-through.
 */
static fc_status check_faces(const fc_photo *photo, double scale, fc_plane *mask, fc_error *err)
{
    const double share = share_of_face(photo, mask, scale);
    if (share < FACE_SHARE_MIN) {
        return fc_fail(err, FC_NO_FACE,
                       "the person could not be told from the background: the mask holds %.2f of "
                       "the face",
                       share);
    }
    for (int32_t i = 0; i < photo->faces.count; i++) {
        const fc_outline outline = face_on_mask(photo, &photo->faces.items[i], scale);
        if (fc_outline_mean(mask, &outline, 0) >= FACE_SHARE_MIN) {
            fc_outline_raise(mask, &outline, FC_MATTE_SURE);
        }
    }
    return FC_OK;
}

/* Geometric mean of the faces, so that one close face does not coarsen the others much. */
static double usual_face_px(const fc_photo *photo, const fc_plane *mask, double scale)
{
    double sum = 0;
    const int32_t count = photo->faces.count;
    for (int32_t i = 0; i < count; i++) {
        sum += log(fmax(fc_matte_face_px(&photo->faces.items[i], photo->preview) * scale, 1));
    }
    if (count > 0) {
        return exp(sum / count);
    }
    const double area = share_of(mask) * mask->size.width * mask->size.height;
    return fmax(sqrt(area / PERSON_FACES), 1);
}

static fc_status look_by_u2net(const fc_photo *photo, fc_size size, fc_plane **out, fc_error *err)
{
    const fc_size all = photo->preview->pixels->size;
    fc_rough_mask coarse = { 0 };
    FC_TRY(fc_segmenter_run(photo, FC_ROUGH_MASK_U2NET, (fc_box){ 0, 0, all.width, all.height },
                            &coarse, err));
    FC_AUTO(fc_plane) mask = coarse.mask;
    return fc_plane_resample(mask, size, out, err);
}

static fc_segmenter_choice choose_without_face(bool installed)
{
    fc_segmenter_choice choice = { .u2net = installed };
    (void)snprintf(choice.why, sizeof choice.why, "auto: %s, no face%s",
                   installed ? "u2net" : "selfie", installed ? "" : ", u2net is not installed");
    return choice;
}

/* Selfie's mask is in doubt: u2net's is taken, unless selfie's alone holds the face. */
static fc_status look_by_u2net_too(const fc_photo *photo, double scale, fc_people *found,
                                   const fc_plane *selfie, fc_plane **out, fc_error *err)
{
    FC_AUTO(fc_plane) mask = NULL;
    FC_TRY(look_by_u2net(photo, found->small->size, &mask, err));
    if (share_of_face(photo, mask, scale) >= FACE_SHARE_MIN ||
        share_of_face(photo, selfie, scale) < FACE_SHARE_MIN) {
        *out = FC_STEAL(mask);
        return FC_OK;
    }
    found->choice = (fc_segmenter_choice){ .why = "auto: selfie, u2net leaves the face out" };
    return fc_plane_resample(selfie, selfie->size, out, err);
}

/* Selfie first, where there is a face by which its looks can be judged. */
static fc_status look_as_needed(const fc_photo *photo, double scale, fc_people *found,
                                fc_plane **out, fc_error *err)
{
    const bool installed = photo->models->u2net != NULL;
    const bool faceless = photo->faces.count == 0;
    if (faceless && installed) {
        found->choice = choose_without_face(installed);
        return look_by_u2net(photo, found->small->size, out, err);
    }
    FC_AUTO(fc_plane) mask = NULL;
    fc_mask_confidence doubt = { 0 };
    FC_TRY(segment_people(photo, found->small, scale, &mask, &doubt, err));
    found->choice =
        faceless ? choose_without_face(installed) : fc_segmenter_select(doubt, installed);
    if (found->choice.u2net) {
        return look_by_u2net_too(photo, scale, found, mask, out, err);
    }
    *out = FC_STEAL(mask);
    return FC_OK;
}

static fc_status look_at_people(const fc_photo *photo, double scale, fc_people *found,
                                fc_plane **out, fc_error *err)
{
    if (photo->params.matte == FC_MATTE_AUTO) {
        return look_as_needed(photo, scale, found, out, err);
    }
    FC_TRY(fc_segmenter_requested(photo, &found->choice, err));
    fc_mask_confidence unasked = { 0 };
    return found->choice.u2net ? look_by_u2net(photo, found->small->size, out, err)
                               : segment_people(photo, found->small, scale, out, &unasked, err);
}

static fc_status find(const fc_photo *photo, fc_people *found, fc_error *err)
{
    const fc_image *preview = photo->preview->pixels;
    const double scale = fc_work_scale(preview->size, FC_PEOPLE_SIDE_MAX);
    const fc_box whole = { 0, 0, preview->size.width, preview->size.height };
    const bool fine = photo->params.matte_quality == FC_MATTE_FINE;
    FC_TRY(fc_resample_for_network(preview, whole, fc_work_size(preview->size, scale),
                                   &found->small, err));
    FC_AUTO(fc_plane) coarse = NULL;
    FC_TRY(look_at_people(photo, scale, found, &coarse, err));
    fc_remap_range_in_place(coarse, 0.0, 1.0);
    FC_TRY(check_somebody(photo, coarse, err));
    FC_TRY(check_faces(photo, scale, coarse, err));
    found->face_px = usual_face_px(photo, coarse, scale);
    if (fine) {
        FC_TRY(fc_plain_wall_find(found->small, coarse, NULL, found->face_px, &found->wall, err));
    }
    return fc_matte_solve(found->small, coarse, found->face_px, fine, found->wall, &found->mask,
                          err);
}

fc_status fc_people_find(const fc_photo *photo, fc_people *out, fc_error *err)
{
    FC_ASSERT(photo != NULL && photo->preview != NULL);
    FC_ASSERT(out != NULL);
    fc_people found = { 0 };
    const fc_status status = find(photo, &found, err);
    if (status != FC_OK) {
        fc_people_clear(&found);
        return status;
    }
    *out = found;
    return FC_OK;
}

void fc_people_clear(fc_people *people)
{
    if (people != NULL) {
        fc_image_free(people->small);
        fc_plane_free(people->mask);
        fc_plain_wall_free(people->wall);
        *people = (fc_people){ 0 };
    }
}
