#include "pipeline/face_cache.h"

#include <string.h>

#include "base/assert.h"
#include "base/memory.h"

/* The outline of a person is wiped, as pixels are. */
static void free_mask(fc_plane *mask)
{
    if (mask != NULL) {
        fc_memory_wipe(mask->data, fc_plane_bytes(mask));
        fc_plane_free(mask);
    }
}

void fc_person_clear(fc_person *person)
{
    FC_ASSERT(person != NULL);
    fc_image_free(person->colours);
    free_mask(person->matte);
    fc_image_free(person->ground);
    *person = (fc_person){ 0 };
}

bool fc_person_fits(const fc_person *person, const fc_params *params)
{
    FC_ASSERT(person != NULL && params != NULL);
    const fc_background *was = &person->params.background;
    const fc_background *is = &params->background;
    const bool same_ground =
        was->kind == is->kind || (!fc_background_is_own(was) && !fc_background_is_own(is));
    return person->colours != NULL && same_ground &&
           fc_params_match(&person->params, params, FC_AFFECTS_MATTE);
}

void fc_restored_clear(fc_restored *restored)
{
    FC_ASSERT(restored != NULL);
    fc_image_free(restored->face);
    fc_image_free(restored->repainted);
    *restored = (fc_restored){ 0 };
}

bool fc_restored_fits(const fc_restored *restored, const fc_image *face, double fidelity)
{
    FC_ASSERT(restored != NULL && face != NULL);
    const fc_image *known = restored->face;
    const bool may_fit = known != NULL && known->size.width == face->size.width &&
                         known->size.height == face->size.height &&
                         known->channels == face->channels && restored->fidelity == fidelity;
    const size_t row = (size_t)face->size.width * (size_t)face->channels;
    for (int32_t y = 0; may_fit && y < face->size.height; y++) {
        if (memcmp(fc_image_row(known, y), fc_image_row(face, y), row) != 0) {
            return false;
        }
    }
    return may_fit;
}

fc_face_cache fc_face_cache_checkout(fc_face_cache *from)
{
    FC_ASSERT(from != NULL);
    const fc_face_cache lent = *from;
    from->restored = (fc_restored){ 0 };
    from->person = (fc_person){ 0 };
    return lent;
}

void fc_face_cache_clear(fc_face_cache *cache)
{
    FC_ASSERT(cache != NULL);
    for (int i = 0; i < FC_ROUGH_MASK_COUNT; i++) {
        free_mask(cache->coarse[i].mask);
    }
    for (int i = 0; i < FC_DETAILS_MAX; i++) {
        fc_raster_free(cache->details[i]);
    }
    fc_restored_clear(&cache->restored);
    fc_person_clear(&cache->person);
    *cache = (fc_face_cache){ 0 };
}

size_t fc_face_cache_size(const fc_face_cache *cache)
{
    FC_ASSERT(cache != NULL);
    size_t size = 0;
    for (int i = 0; i < FC_ROUGH_MASK_COUNT; i++) {
        size += fc_plane_bytes(cache->coarse[i].mask);
    }
    for (int i = 0; i < FC_DETAILS_MAX; i++) {
        size += cache->details[i] != NULL ? fc_image_bytes(cache->details[i]->pixels) : 0;
    }
    const fc_restored *restored = &cache->restored;
    size += fc_image_bytes(restored->face) + fc_image_bytes(restored->repainted);
    return size + fc_image_bytes(cache->person.colours) + fc_plane_bytes(cache->person.matte) +
           fc_image_bytes(cache->person.ground);
}

static void return_coarse(fc_rough_mask *to, fc_rough_mask lent)
{
    if (to->mask == NULL) {
        *to = lent;
    } else if (lent.mask != to->mask) {
        free_mask(lent.mask);
    }
}

static void return_detail(fc_raster **to, fc_raster *lent)
{
    if (*to == NULL) {
        *to = lent;
    } else if (lent != *to) {
        fc_raster_free(lent);
    }
}

void fc_face_cache_checkin(fc_face_cache *to, fc_face_cache *lent)
{
    FC_ASSERT(to != NULL);
    FC_ASSERT(lent != NULL);
    if (!to->has_landmarks) {
        to->has_landmarks = lent->has_landmarks;
        memcpy(to->landmarks, lent->landmarks, sizeof to->landmarks);
    }
    if (lent->has_check) {
        to->has_check = true;
        to->check = lent->check;
        to->check_scale = lent->check_scale;
        to->check_mask = lent->check_mask;
    }
    for (int i = 0; i < FC_ROUGH_MASK_COUNT; i++) {
        return_coarse(&to->coarse[i], lent->coarse[i]);
    }
    for (int i = 0; i < FC_DETAILS_MAX; i++) {
        return_detail(&to->details[i], lent->details[i]);
    }
    if (lent->restored.face != NULL) {
        fc_restored_clear(&to->restored);
        to->restored = lent->restored;
    }
    if (lent->person.colours != NULL) {
        fc_person_clear(&to->person);
        to->person = lent->person;
    }
    *lent = (fc_face_cache){ 0 };
}
