#include "pipeline/people.h"

#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "ops/levels.h"
#include "ops/matte_refine.h"
#include "ops/plane_place.h"
#include "ops/resample.h"
#include "ops/work_size.h"
#include "pipeline/matte_region.h"

/*
 * Three looks, each of which counts where it sees best: at the whole photo, at the body below each
 * face, and at each face with its shoulders (pipeline/matte_region.h). They are averaged by weight;
 * a look counts less towards the border of what it saw, where it guesses.
 */
#define WIDE_WEIGHT 0.05F
#define BODY_WEIGHT 0.4F
#define FACE_WEIGHT 1.0F

/* A standing body, in heights of the detector's box: half its width, above and below the centre. */
#define BODY_HALF_WIDTH 2.6
#define BODY_ABOVE 1.2
#define BODY_BELOW 8.0

/* Width of the border in which a look gets its weight, as a share of what it saw. */
#define BORDER 0.12

/* Nobody: less than this share of the photo is somebody. Without a face, the network has only
 * shapes to go by, and has to be surer. */
#define SHARE_WITH_FACE 0.0002
#define SHARE_WITHOUT_FACE 0.005

/* Areas of a face that a person has in a photo without one. */
#define PERSON_FACES 7.0

/* The looks so far, at the small scale. */
typedef struct looking {
    const fc_photo *photo;
    const fc_image *small;
    double scale; /* small px per px of the preview */
    bool second;
    fc_plane *sum;
    fc_plane *weight;
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

/* 0 at a side of the box, 1 beyond its border; a side of the photo has no border. */
static double rise(double at, double from, double length, double whole)
{
    const double border = BORDER * length;
    const double before = from <= 0.5 ? border : at - from;
    const double behind = from + length >= whole - 0.5 ? border : from + length - at;
    return fmin(fmax(fmin(before, behind) / border, 0), 1);
}

static void add_look(const looking *looks, const fc_plane *placed, window seen, fc_box box,
                     float strength)
{
    const fc_size whole = looks->small->size;
    for (int32_t y = 0; y < seen.size.height; y++) {
        const double down = rise(seen.top + y + 0.5, box.y, box.height, whole.height);
        const float *from = fc_plane_row(placed, y);
        float *sum = fc_plane_row(looks->sum, seen.top + y) + seen.left;
        float *weight = fc_plane_row(looks->weight, seen.top + y) + seen.left;
        for (int32_t x = 0; x < seen.size.width; x++) {
            const double across = rise(seen.left + x + 0.5, box.x, box.width, whole.width);
            const float counts = strength * (float)(down * across);
            sum[x] += counts * from[x];
            weight[x] += counts;
        }
    }
}

/* Look at a region of the preview. */
static fc_status look(const looking *looks, fc_box region, float strength, fc_error *err)
{
    const fc_image *preview = looks->photo->preview->pixels;
    /* The small picture does where it has as many px as the network takes. */
    const bool fine = region.width * looks->scale < 384;
    const fc_image *picture = fine ? preview : looks->small;
    const double to_small = fine ? looks->scale : 1.0;
    FC_AUTO(fc_plane) coarse = NULL;
    fc_box covered = { 0 };
    FC_TRY(fc_selfie_model_run(looks->photo->models->selfie, picture,
                               fine ? region : scaled(region, looks->scale), looks->second, &coarse,
                               &covered, err));
    const fc_box box = scaled(covered, to_small);
    const window seen = window_of(box, looks->small->size);
    if (seen.size.width < 1 || seen.size.height < 1) {
        return FC_OK; /* a face of less than a px */
    }
    const fc_size reduced = { (int32_t)fmin(coarse->size.width, seen.size.width),
                              (int32_t)fmin(coarse->size.height, seen.size.height) };
    FC_AUTO(fc_plane) fitting = NULL;
    FC_AUTO(fc_plane) placed = NULL;
    FC_TRY(fc_plane_resample(coarse, reduced, &fitting, err));
    const fc_similarity shift = { 1, 0, seen.left, seen.top };
    FC_TRY(fc_plane_place(fitting, box, shift, seen.size, &placed, err));
    add_look(looks, placed, seen, box, strength);
    return FC_OK;
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
    for (int32_t i = 0; i < photo->faces.count && i < FC_PEOPLE_LOOKS_MAX; i++) {
        const fc_face *face = &photo->faces.items[i];
        const fc_box close = fc_matte_region(face, photo->preview);
        if (close.y + close.height < size.height) {
            FC_TRY(look(looks, body_region(face, photo->preview), BODY_WEIGHT, err));
        }
        FC_TRY(look(looks, close, FACE_WEIGHT, err));
    }
    return FC_OK;
}

static fc_status look_everywhere(const looking *looks, fc_plane **out, fc_error *err)
{
    const fc_size size = looks->photo->preview->pixels->size;
    const size_t count = (size_t)looks->small->size.width * (size_t)looks->small->size.height;
    memset(looks->sum->data, 0, count * sizeof(float));
    memset(looks->weight->data, 0, count * sizeof(float));
    FC_TRY(look(looks, (fc_box){ 0, 0, size.width, size.height }, WIDE_WEIGHT, err));
    FC_TRY(look_at_faces(looks, err));
    FC_AUTO(fc_plane) mask = NULL;
    FC_TRY(fc_plane_new(looks->small->size, &mask, err));
    for (size_t i = 0; i < count; i++) {
        mask->data[i] = looks->sum->data[i] / looks->weight->data[i];
    }
    fc_levels_in_place(mask, 0.0, 1.0);
    *out = FC_STEAL(mask);
    return FC_OK;
}

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

static fc_status check_somebody(const fc_photo *photo, const fc_plane *mask, fc_error *err)
{
    const double least = photo->faces.count > 0 ? SHARE_WITH_FACE : SHARE_WITHOUT_FACE;
    if (share_of(mask) < least) {
        return fc_fail(err, FC_NO_FACE, "nobody could be found in the photo");
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

static fc_status find(const fc_photo *photo, fc_people *found, fc_error *err)
{
    const fc_image *preview = photo->preview->pixels;
    const double scale = fc_work_scale(preview->size, FC_PEOPLE_SIDE_MAX);
    const fc_box whole = { 0, 0, preview->size.width, preview->size.height };
    const fc_size size = fc_work_size(preview->size, scale);
    const bool fine = photo->params.matte_quality == FC_MATTE_FINE;
    FC_TRY(fc_resample(preview, whole, size, &found->small, err));
    FC_AUTO(fc_plane) sum = NULL;
    FC_AUTO(fc_plane) weight = NULL;
    FC_AUTO(fc_plane) coarse = NULL;
    FC_TRY(fc_plane_new(size, &sum, err));
    FC_TRY(fc_plane_new(size, &weight, err));
    const looking looks = { photo, found->small, scale, fine, sum, weight };
    FC_TRY(look_everywhere(&looks, &coarse, err));
    FC_TRY(check_somebody(photo, coarse, err));
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
