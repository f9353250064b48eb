#include "pipeline/stage_functions.h"

#include <math.h>
#include <stdio.h>

#include "base/clock.h"
#include "ops/extract_person.h"
#include "ops/resample.h"
#include "ops/turn.h"
#include "pipeline/cutout.h"
#include "pipeline/people.h"

/* Quarter turns that bring the preview back to the photo as it is stored upright: stage detect
 * turns it for people who lie on their side. */
static int32_t turns_back(fc_similarity to_photo)
{
    return (int32_t)lround(atan2(to_photo.b, to_photo.a) / (M_PI / 2));
}

static bool same_size(fc_size a, fc_size b)
{
    return a.width == b.width && a.height == b.height;
}

static fc_status resize(const fc_image *picture, fc_size size, fc_image **out, fc_error *err)
{
    const fc_box all = { 0, 0, picture->size.width, picture->size.height };
    return fc_resample(picture, all, size, out, err);
}

/*
 * The picture that people are lifted out of: the one that has the wanted size, but nothing smaller
 * than the mask, which would alias; what is lifted is reduced then.
 */
static fc_status lift_from(const fc_image *preview, const fc_people *people, fc_size size,
                           fc_image **out, fc_error *err)
{
    FC_AUTO(fc_image) resized = NULL;
    FC_AUTO(fc_image) lifted = NULL;
    const fc_image *picture = preview;
    if (size.width <= people->small->size.width || size.height <= people->small->size.height) {
        picture = people->small;
    } else if (!same_size(size, preview->size)) {
        FC_TRY(resize(preview, size, &resized, err));
        picture = resized;
    }
    FC_TRY(fc_extract_person(picture, people->small, people->mask, people->face_px, people->wall,
                             &lifted, err));
    if (same_size(picture->size, size)) {
        *out = FC_STEAL(lifted);
        return FC_OK;
    }
    return resize(lifted, size, out, err);
}

/* RGBA of the upright photo, in the plan's size. */
static fc_status cut_out(const fc_photo *photo, fc_segmenter_choice *choice, fc_image **out,
                         fc_error *err)
{
    fc_people people = { 0 };
    FC_TRY(fc_people_find(photo, &people, err));
    *choice = people.choice;
    const int32_t turns = turns_back(photo->preview->to_photo);
    fc_size size = fc_cutout_size(photo->facts.size, photo->plan.pixels_max);
    if (turns % 2 != 0) {
        size = (fc_size){ size.height, size.width };
    }
    FC_AUTO(fc_image) lifted = NULL;
    fc_status status = lift_from(photo->preview->pixels, &people, size, &lifted, err);
    fc_people_clear(&people);
    FC_TRY(status);
    if (turns == 0) {
        *out = FC_STEAL(lifted);
        return FC_OK;
    }
    return fc_turn(lifted, turns, out, err);
}

static fc_status check_person(fc_region person, fc_error *err)
{
    if (person.size.width == 0) {
        return fc_fail(err, FC_NO_FACE, "no person could be found in the photo");
    }
    return FC_OK;
}

fc_status fc_stage_cutout(fc_photo *photo, fc_stage_report *report, fc_error *err)
{
    const fc_cutout_plan *plan = &photo->plan;
    fc_segmenter_choice choice = { 0 };
    FC_AUTO(fc_image) pixels = NULL;
    const int64_t start_us = fc_clock_us();
    FC_TRY(cut_out(photo, &choice, &pixels, err));
    fc_segmenter_report(photo, choice.u2net ? FC_ROUGH_MASK_U2NET : FC_ROUGH_MASK_SELFIE_FINE,
                        report);
    const int64_t lifted_us = fc_clock_us();
    fc_raster_free(photo->preview); /* the cut-out holds all that is needed from here on */
    photo->preview = NULL;

    fc_cutout cutout = { .faces = photo->faces.count };
    FC_TRY(fc_cutout_limit(plan, photo->facts.size, pixels, &photo->cutout.fault, err));
    fc_region person = fc_cutout_person(pixels);
    FC_TRY(check_person(person, err));
    FC_TRY(fc_cutout_arrange(plan, &person, &pixels, err));
    FC_TRY(fc_cutout_lay_behind(plan, &photo->limits, pixels, &photo->cutout.fault, err));
    const int64_t arranged_us = fc_clock_us();
    FC_TRY(fc_cutout_encode(plan, pixels, &cutout, err));
    cutout.left = person.left;
    cutout.top = person.top;
    cutout.width = person.size.width;
    cutout.height = person.size.height;
    photo->cutout = cutout;
    (void)snprintf(report->note, sizeof report->note, "%s; %d x %d px, %.0f + %.0f + %.0f ms",
                   choice.why, cutout.size.width, cutout.size.height,
                   (double)(lifted_us - start_us) / 1000, (double)(arranged_us - lifted_us) / 1000,
                   (double)(fc_clock_us() - arranged_us) / 1000);
    return FC_OK;
}
