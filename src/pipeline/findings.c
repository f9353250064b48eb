#include "pipeline/findings.h"

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

void fc_findings_clear(fc_findings *findings)
{
    FC_ASSERT(findings != NULL);
    for (int i = 0; i < FC_COARSE_COUNT; i++) {
        free_mask(findings->coarse[i].mask);
    }
    for (int i = 0; i < FC_DETAILS_MAX; i++) {
        fc_raster_free(findings->details[i]);
    }
    *findings = (fc_findings){ 0 };
}

size_t fc_findings_size(const fc_findings *findings)
{
    FC_ASSERT(findings != NULL);
    size_t size = 0;
    for (int i = 0; i < FC_COARSE_COUNT; i++) {
        size += fc_plane_bytes(findings->coarse[i].mask);
    }
    for (int i = 0; i < FC_DETAILS_MAX; i++) {
        size += findings->details[i] != NULL ? fc_image_bytes(findings->details[i]->pixels) : 0;
    }
    return size;
}

static void return_coarse(fc_coarse *to, fc_coarse lent)
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

void fc_findings_return(fc_findings *to, fc_findings *lent)
{
    FC_ASSERT(to != NULL);
    FC_ASSERT(lent != NULL);
    if (!to->has_landmarks) {
        to->has_landmarks = lent->has_landmarks;
        memcpy(to->landmarks, lent->landmarks, sizeof to->landmarks);
    }
    for (int i = 0; i < FC_COARSE_COUNT; i++) {
        return_coarse(&to->coarse[i], lent->coarse[i]);
    }
    for (int i = 0; i < FC_DETAILS_MAX; i++) {
        return_detail(&to->details[i], lent->details[i]);
    }
    *lent = (fc_findings){ 0 };
}
