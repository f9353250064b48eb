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

void fc_person_clear(fc_person *person)
{
    FC_ASSERT(person != NULL);
    fc_image_free(person->colours);
    free_mask(person->matte);
    *person = (fc_person){ 0 };
}

/* Options that come into play once the person is there. A new one counts until it is named here. */
static bool matters(const char *name)
{
    static const char *const LATE[] = { "background",   "background_r",  "background_g",
                                        "background_b", "use_oval_mask", "max_jpeg_kb",
                                        "face" };
    for (size_t i = 0; i < sizeof LATE / sizeof LATE[0]; i++) {
        if (strcmp(name, LATE[i]) == 0) {
            return false;
        }
    }
    return true;
}

bool fc_person_fits(const fc_person *person, const fc_params *params)
{
    FC_ASSERT(person != NULL && params != NULL);
    const fc_options options = fc_params_options();
    for (size_t i = 0; person->colours != NULL && i < options.count; i++) {
        char was[FC_OPTION_TEXT_SIZE];
        char is[FC_OPTION_TEXT_SIZE];
        fc_option_print(&options.rows[i], &person->params, was, sizeof was);
        fc_option_print(&options.rows[i], params, is, sizeof is);
        if (matters(options.rows[i].name) && strcmp(was, is) != 0) {
            return false;
        }
    }
    return person->colours != NULL;
}

fc_findings fc_findings_lend(fc_findings *from)
{
    FC_ASSERT(from != NULL);
    const fc_findings lent = *from;
    from->person = (fc_person){ 0 };
    return lent;
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
    fc_person_clear(&findings->person);
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
    return size + fc_image_bytes(findings->person.colours) + fc_plane_bytes(findings->person.matte);
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
    if (lent->person.colours != NULL) {
        fc_person_clear(&to->person);
        to->person = lent->person;
    }
    *lent = (fc_findings){ 0 };
}
