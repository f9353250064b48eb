#include "pipeline/crown.h"

#include <math.h>

#include "base/assert.h"
#include "pipeline/matte_region.h"
#include "pipeline/segmenter.h"

/* Lines that are looked along, over the middle third of the face. */
#define LINES 9
#define SHARE (1.0 / 3)

/* In widths of the face: where the person is sure, how far the search goes, and how much free space
 * ends it. Tall hair is a face high. */
#define START 0.2
#define FAR 2.5
#define GAP 0.15

/* Steps of a line for each px of the mask. */
#define STEPS_PER_PX 2

/* A line in the photo, and the mask that it is looked at on. */
typedef struct probe {
    const fc_plane *mask;
    fc_similarity to_mask; /* from the photo */
    fc_point from;
    fc_point up;
    double step;
    double width;
    fc_size photo;
} probe;

static bool lies_in(fc_size photo, fc_point at)
{
    return at.x >= 0 && at.y >= 0 && at.x <= photo.width && at.y <= photo.height;
}

static double clamped(const fc_plane *mask, int32_t x, int32_t y)
{
    const int32_t column = x < 0 ? 0 : x >= mask->size.width ? mask->size.width - 1 : x;
    const int32_t row = y < 0 ? 0 : y >= mask->size.height ? mask->size.height - 1 : y;
    return fc_plane_row(mask, row)[column];
}

static double sample(const fc_plane *mask, fc_point at)
{
    const double x = at.x - 0.5;
    const double y = at.y - 0.5;
    const int32_t left = (int32_t)floor(x);
    const int32_t top = (int32_t)floor(y);
    const double u = x - left;
    const double v = y - top;
    return (1 - v) * ((1 - u) * clamped(mask, left, top) + u * clamped(mask, left + 1, top)) +
           v * ((1 - u) * clamped(mask, left, top + 1) + u * clamped(mask, left + 1, top + 1));
}

/* How far up the person goes on one line; the last crossing of one half before a gap. */
static fc_crown_place look_along(const probe *self)
{
    fc_crown_place found = { 0 };
    double before = 0;
    for (double d = START * self->width; d < FAR * self->width; d += self->step) {
        const fc_point at = { self->from.x + d * self->up.x, self->from.y + d * self->up.y };
        if (!lies_in(self->photo, at)) {
            found.cut = before > 0.5;
            return found;
        }
        const double alpha = sample(self->mask, fc_similarity_apply(self->to_mask, at));
        if (alpha > 0.5) {
            found.above_eyes = d;
            found.seen = true;
        } else if (before > 0.5) {
            found.above_eyes = d - self->step * (0.5 - alpha) / (before - alpha);
        } else if (d - found.above_eyes > GAP * self->width) {
            return found;
        }
        before = alpha;
    }
    return found;
}

/* The mask that the stage `segment` asks for first. */
static fc_status know_mask(fc_portrait *portrait, const fc_rough_mask **out, fc_error *err)
{
    const fc_photo *photo = portrait->photo;
    const fc_face *face = &photo->faces.items[portrait->face_index];
    const bool u2net = photo->params.matte == FC_MATTE_U2NET && photo->models->u2net != NULL;
    const fc_rough_mask_kind kind = u2net ? FC_ROUGH_MASK_U2NET
                                    : photo->params.matte_quality == FC_MATTE_FINE
                                        ? FC_ROUGH_MASK_SELFIE_FINE
                                        : FC_ROUGH_MASK_SELFIE_FAST;
    fc_rough_mask *rough = &portrait->found.coarse[kind];
    if (rough->mask == NULL) {
        FC_TRY(fc_segmenter_run(photo, kind, fc_matte_region(face, photo->preview), rough, err));
    }
    *out = rough;
    return FC_OK;
}

fc_status fc_crown_find(fc_portrait *portrait, fc_point eyes, fc_point up, double width,
                        fc_crown_place *out, fc_error *err)
{
    FC_ASSERT(portrait != NULL && out != NULL);
    const fc_rough_mask *rough = NULL;
    FC_TRY(know_mask(portrait, &rough, err));
    const double scale = rough->mask->size.width / rough->covered.width;
    const fc_similarity to_mask = { scale, 0, -rough->covered.x * scale,
                                    -rough->covered.y * scale };
    probe line = {
        .mask = rough->mask, .up = up, .width = width, .photo = portrait->photo->facts.size
    };
    line.to_mask =
        fc_similarity_compose(to_mask, fc_similarity_invert(portrait->photo->preview->to_photo));
    line.step = 1 / (STEPS_PER_PX * fc_similarity_scale(line.to_mask));
    fc_crown_place highest = { 0 };
    for (int i = 0; i < LINES; i++) {
        const double aside = SHARE * width * ((double)i / (LINES - 1) - 0.5);
        line.from = (fc_point){ eyes.x - aside * up.y, eyes.y + aside * up.x };
        const fc_crown_place found = look_along(&line);
        highest = found.above_eyes > highest.above_eyes ? found : highest;
    }
    *out = highest;
    return FC_OK;
}
