#include "pipeline/people.h"

#include <math.h>
#include <stdio.h>

#include "base/assert.h"
#include "ops/matte_refine.h"
#include "ops/remap_range.h"
#include "ops/resample.h"
#include "ops/work_size.h"
#include "pipeline/face_outline.h"
#include "pipeline/matte_region.h"
#include "pipeline/segment_people.h"
#include "pipeline/segmenter.h"

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
        return fc_fail(err, FC_NO_FACE, "nobody could be found in the photo");
    }
    return FC_OK;
}

/* How much of the faces that matter the mask holds: the most of any. Without a face: all. */
static double share_of_face(const fc_photo *photo, const fc_plane *mask, double scale)
{
    double share = photo->faces.count > 0 ? 0 : 1;
    for (int32_t i = 0; i < photo->faces.count; i++) {
        const fc_face *face = &photo->faces.items[i];
        if (fc_people_face_matters(photo, face)) {
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
    FC_TRY(fc_segment_people(photo, found->small, scale, &mask, &doubt, err));
    found->choice =
        faceless ? choose_without_face(installed) : fc_segmenter_select(doubt, installed);
    if (found->choice.u2net) {
        return look_by_u2net_too(photo, scale, found, mask, out, err);
    }
    *out = FC_STEAL(mask);
    return FC_OK;
}

static fc_status look(const fc_photo *photo, double scale, fc_people *found, fc_plane **out,
                      fc_error *err)
{
    if (photo->params.matte == FC_MATTE_AUTO) {
        return look_as_needed(photo, scale, found, out, err);
    }
    FC_TRY(fc_segmenter_requested(photo, &found->choice, err));
    fc_mask_confidence unasked = { 0 };
    return found->choice.u2net ? look_by_u2net(photo, found->small->size, out, err)
                               : fc_segment_people(photo, found->small, scale, out, &unasked, err);
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
    FC_TRY(look(photo, scale, found, &coarse, err));
    fc_remap_range_in_place(coarse, 0.0, 1.0);
    FC_TRY(check_somebody(photo, coarse, err));
    FC_TRY(check_faces(photo, scale, coarse, err));
    found->face_px = usual_face_px(photo, coarse, scale);
    return fc_matte_solve(found->small, coarse, found->face_px, fine, &found->mask, err);
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
        *people = (fc_people){ 0 };
    }
}
