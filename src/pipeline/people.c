#include "pipeline/people.h"

#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "base/memory.h"
#include "ops/levels.h"
#include "ops/matte_refine.h"
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

/* Side of the network's larger square, px. */
#define NETWORK_SIDE 384

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

/* Look at a region of the preview, widened to whole px of the small picture. */
static fc_status look(const looking *looks, fc_box region, float strength, fc_error *err)
{
    const window seen = window_of(scaled(region, looks->scale), looks->small->size);
    if (seen.size.width < 1 || seen.size.height < 1) {
        return FC_OK; /* a face at the very edge */
    }
    /* The small picture does where it has as many px as the network takes. */
    const bool close = seen.size.width < NETWORK_SIDE;
    const fc_image *picture = close ? looks->photo->preview->pixels : looks->small;
    const fc_box box = { seen.left, seen.top, seen.size.width, seen.size.height };
    FC_AUTO(fc_plane) coarse = NULL;
    FC_AUTO(fc_plane) mask = NULL;
    fc_box covered = { 0 };
    FC_TRY(fc_selfie_model_run(looks->photo->models->selfie, picture,
                               close ? scaled(box, 1 / looks->scale) : box, looks->second, &coarse,
                               &covered, err));
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
