/* Walks the stage table (stages.c) for a photo and for each of its portraits. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "base/clock.h"
#include "pipeline/stages.h"
#include "pipeline/wants.h"

static fc_status check_cancel(const fc_cancel *cancel, fc_error *err)
{
    if (cancel != NULL && atomic_load(&cancel->requested)) {
        return fc_fail(err, FC_CANCELLED, "interrupted");
    }
    return FC_OK;
}

static bool is_left_out(const fc_stage *stage, const fc_photo *photo, const fc_portrait *portrait)
{
    return (stage->wanted != NULL && !stage->wanted(photo)) ||
           (stage->recalled && portrait != NULL && portrait->recalled);
}

static fc_status run_stage(const fc_stage *stage, fc_photo *photo, fc_portrait *portrait,
                           fc_error *err)
{
    const ptrdiff_t row = stage - fc_stages;
    fc_stage_report *report = portrait != NULL ? &portrait->reports[row] : &photo->reports[row];
    *report = (fc_stage_report){ .name = stage->name };
    if (is_left_out(stage, photo, portrait)) {
        return FC_OK;
    }
    const int64_t start_us = fc_clock_us();
    report->ran = true;
    const fc_status status = portrait != NULL ? stage->run_portrait(portrait, report, err)
                                              : stage->run_photo(photo, report, err);
    report->time_us = fc_clock_us() - start_us;
    return status;
}

/* Tell where the work is. */
static void tell_step(const fc_stage *stage, const fc_photo *photo, const fc_portrait *portrait)
{
    if (photo->step != NULL && !is_left_out(stage, photo, portrait)) {
        const fc_step at = { (int16_t)(stage - fc_stages), (int16_t)photo->portrait,
                             photo->portraits };
        atomic_store(photo->step, at);
    }
}

/* Faces are found while other networks are still loaded; whatever comes after has all of them. */
static fc_status await_models(const fc_stage *stage, const fc_photo *photo, fc_error *err)
{
    const bool looks = (stage->needs & FC_PART_PREVIEW) != 0;
    const bool all = (stage->needs & FC_PART_FACES) != 0;
    return looks ? fc_models_await(photo->models, all, err) : FC_OK;
}

static fc_status analyse(fc_photo *photo, const fc_cancel *cancel, fc_error *err)
{
    for (size_t i = 0; i < fc_stages_count; i++) {
        if (fc_stages[i].run_photo != NULL) {
            FC_TRY(check_cancel(cancel, err));
            FC_TRY(await_models(&fc_stages[i], photo, err));
            tell_step(&fc_stages[i], photo, NULL);
            FC_TRY(run_stage(&fc_stages[i], photo, NULL, err));
        }
    }
    if (!fc_wants_cutout(photo) && photo->faces.count == 0) {
        return fc_fail(err, FC_NO_FACE, "No face could be detected in the image");
    }
    return FC_OK;
}

fc_status fc_photo_analyse(fc_photo *photo, const fc_cancel *cancel, fc_error *err)
{
    FC_ASSERT(photo != NULL);
    FC_ASSERT(photo->models != NULL);

    fc_crew_member self;
    fc_crew_join(photo->models->crew, &self);
    const fc_status status = analyse(photo, cancel, err);
    fc_crew_leave(&self);
    return status;
}

/* Take over the person of the portrait before, where it is what would be made again. The mask of
 * the whole photo needs what leads to it. */
static void recall_person(fc_portrait *portrait)
{
    fc_person *known = &portrait->found.person;
    const fc_photo *photo = portrait->photo;
    if (!fc_wants_photo_matte(photo) && fc_person_fits(known, &photo->params)) {
        portrait->person = known->colours;
        portrait->matte = known->matte;
        portrait->ground = known->ground;
        portrait->frame = known->frame;
        portrait->uncut = known->uncut;
        portrait->recalled = true;
        *known = (fc_person){ 0 };
    }
}

/* For the next portrait of this face. */
static void keep_person(fc_portrait *portrait)
{
    fc_person *kept = &portrait->found.person;
    if (portrait->found.keep && portrait->person != NULL) {
        fc_person_clear(kept);
        *kept = (fc_person){ .colours = portrait->person,
                             .matte = portrait->matte,
                             .ground = portrait->ground,
                             .frame = portrait->frame,
                             .params = portrait->photo->params,
                             .uncut = portrait->uncut };
        portrait->person = NULL;
        portrait->matte = NULL;
        portrait->ground = NULL;
    }
}

/* A stage of a portrait that a helper may run. */
typedef struct aside {
    const fc_stage *stage;
    fc_portrait *portrait;
} aside;

static fc_status run_aside(void *context, fc_error *err)
{
    const aside *the = context;
    return run_stage(the->stage, the->portrait->photo, the->portrait, err);
}

/* A stage, and the next one at the same time where it is one that runs beside it. */
static fc_status run_stages(const fc_stage *stage, bool both, fc_portrait *portrait, fc_error *err)
{
    aside next = { stage + 1, portrait };
    fc_crew_task task = { 0 };
    if (both) {
        fc_crew_start(&task, run_aside, &next);
    }
    tell_step(stage, portrait->photo, portrait);
    const fc_status status = run_stage(stage, portrait->photo, portrait, err);
    const fc_status other = fc_crew_wait(&task, status == FC_OK ? err : NULL);
    return status != FC_OK ? status : other;
}

static fc_status make_until(fc_portrait *portrait, uint32_t last, const fc_cancel *cancel,
                            fc_error *err)
{
    recall_person(portrait);
    for (size_t i = 0; i < fc_stages_count; i++) {
        if (fc_stages[i].run_portrait == NULL) {
            continue;
        }
        FC_TRY(check_cancel(cancel, err));
        const bool ends = (fc_stages[i].gives & last) != 0;
        const bool both = !ends && i + 1 < fc_stages_count && fc_stages[i + 1].beside;
        FC_TRY(run_stages(&fc_stages[i], both, portrait, err));
        if (ends) {
            break;
        }
        i += both ? 1 : 0;
    }
    keep_person(portrait);
    return FC_OK;
}

fc_status fc_portrait_make_until(fc_portrait *portrait, uint32_t last, const fc_cancel *cancel,
                                 fc_error *err)
{
    FC_ASSERT(portrait != NULL);
    FC_ASSERT(portrait->photo != NULL);
    FC_ASSERT(portrait->face_index < portrait->photo->faces.count);

    fc_crew_member self;
    fc_crew_join(portrait->photo->models->crew, &self);
    const fc_status status = make_until(portrait, last, cancel, err);
    fc_crew_leave(&self);
    return status;
}

static double centre_x(const fc_photo *photo, int32_t index)
{
    return fc_box_centre(photo->faces.items[index].box).x;
}

static double area(const fc_photo *photo, int32_t index)
{
    const fc_box box = photo->faces.items[index].dlib_box;
    return box.width * box.height;
}

static double distance_to_centre(const fc_photo *photo, int32_t index)
{
    const fc_point at = fc_box_centre(photo->faces.items[index].box);
    return hypot(at.x - photo->facts.size.width / 2.0, at.y - photo->facts.size.height / 2.0);
}

/* The face that a word asks for: the one with the highest rank. What a person has marked goes
 * before any word. */
static double rank(const fc_photo *photo, fc_choice face, int32_t index)
{
    if (fc_part_box_is_given(photo->params.face_box)) {
        return fc_box_iou(photo->faces.items[index].dlib_box, fc_photo_marked_box(photo));
    }
    switch (face) {
    case FC_FACE_CENTRE:
        return -distance_to_centre(photo, index);
    case FC_FACE_LEFT:
        return -centre_x(photo, index);
    case FC_FACE_RIGHT:
        return centre_x(photo, index);
    default:
        return area(photo, index);
    }
}

static int32_t best_face(const fc_photo *photo, fc_choice face)
{
    int32_t best = 0;
    for (int32_t i = 1; i < photo->faces.count; i++) {
        if (rank(photo, face, i) > rank(photo, face, best)) {
            best = i;
        }
    }
    return best;
}

/* Insertion sort by position: at most FC_FACES_MAX faces. */
static void order_from_left(const fc_photo *photo, int32_t *order)
{
    for (int32_t i = 0; i < photo->faces.count; i++) {
        int32_t at = i;
        for (; at > 0 && centre_x(photo, order[at - 1]) > centre_x(photo, i); at--) {
            order[at] = order[at - 1];
        }
        order[at] = i;
    }
}

fc_status fc_photo_choose(const fc_photo *photo, int32_t *chosen, int32_t *count, fc_error *err)
{
    FC_ASSERT(photo->faces.count > 0);
    FC_ASSERT(chosen != NULL);

    const fc_choice face = photo->params.face;
    if (face != FC_FACE_ALL && face >= 0) {
        chosen[0] = best_face(photo, face);
        *count = 1;
        return FC_OK;
    }
    if (-face > photo->faces.count) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "face is %d, but %d %s found", -face,
                       photo->faces.count, photo->faces.count == 1 ? "face was" : "faces were");
    }
    int32_t order[FC_FACES_MAX];
    order_from_left(photo, order);
    if (face == FC_FACE_ALL) {
        memcpy(chosen, order, (size_t)photo->faces.count * sizeof *chosen);
        *count = photo->faces.count;
    } else {
        chosen[0] = order[-face - 1];
        *count = 1;
    }
    return FC_OK;
}
