#include "directory/look.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/memory.h"
#include "engine/analysis.h"
#include "image/encode.h"
#include "ops/resample.h"

#define THUMB_BYTES_MAX ((size_t)10 << 10)

/* A second face of this share of the chosen one's width may be the one that was meant. */
#define RIVAL_SHARE 0.7

/* Less px of the photo than this, and few would know the person. */
#define FACE_PX_MIN 48

FC_DEFINE_CLEANUP(fc_photo, fc_memory_free)

/* One look, for the sinks. */
typedef struct looking {
    const fc_look_request *request;
    fc_look *out;
    size_t profile; /* that is made */
} looking;

/* ---- verdict --------------------------------------------------------------------------------- */

static void say(fc_look *look, fc_line_state state, const char *reason)
{
    look->state = state;
    (void)snprintf(look->reason, sizeof look->reason, "%s", reason);
}

static bool has_rival(const fc_portrait *portrait)
{
    const fc_faces *faces = &portrait->photo->faces;
    const double width = faces->items[portrait->face_index].box.width;
    for (int32_t i = 0; i < faces->count; i++) {
        if (i != portrait->face_index && faces->items[i].box.width >= RIVAL_SHARE * width) {
            return true;
        }
    }
    return false;
}

static const char *find_warning(const fc_portrait *portrait, const char *beginning)
{
    for (int32_t i = 0; i < portrait->warnings.count; i++) {
        if (strncmp(portrait->warnings.items[i], beginning, strlen(beginning)) == 0) {
            return portrait->warnings.items[i];
        }
    }
    return "";
}

/* What the check may find that a person has to judge. */
static const struct {
    fc_measure_id measure;
    const char *words;
} DOUBTS[] = {
    { FC_MEASURE_eyes_open, "the eyes look closed" },
    { FC_MEASURE_sharpness, "the face is blurred" },
};

/* NULL where nothing is in doubt; without a check nothing is. */
static const char *find_doubt(const fc_check *check)
{
    for (size_t i = 0; i < sizeof DOUBTS / sizeof DOUBTS[0] && check->made; i++) {
        if (check->items[DOUBTS[i].measure].state == FC_CHECK_FAIL) {
            return DOUBTS[i].words;
        }
    }
    return NULL;
}

static void judge(fc_look *look, const fc_portrait *portrait)
{
    const char *doubt = find_doubt(&portrait->check);
    char text[FC_REASON_SIZE];
    const double face_px = portrait->frame.face_in_photo.width;
    if (has_rival(portrait)) {
        say(look, FC_LINE_NEEDS_EYES, "several faces of nearly one size; the largest was taken");
    } else if (face_px < FACE_PX_MIN) {
        (void)snprintf(text, sizeof text, "the face is %.0f px wide, less than %d", face_px,
                       FACE_PX_MIN);
        say(look, FC_LINE_NEEDS_EYES, text);
    } else if (portrait->uncut) {
        say(look, FC_LINE_NEEDS_EYES, "the person could not be told from the background");
    } else if (doubt != NULL) {
        say(look, FC_LINE_NEEDS_EYES, doubt);
    } else if (look->state != FC_LINE_NEEDS_EYES && look->reason[0] == '\0') {
        say(look, FC_LINE_READY, find_warning(portrait, "smaller_than_asked"));
    }
}

/* ---- pictures -------------------------------------------------------------------------------- */

/* An fc_portrait_sink. */
static fc_status take_portrait(void *context, fc_portrait *portrait, int32_t number, int32_t count,
                               fc_error *err)
{
    (void)count;
    (void)err;
    looking *self = context;
    if (number > 1) {
        return FC_OK;
    }
    judge(self->out, portrait);
    self->out->jpegs[self->profile] = portrait->jpeg;
    self->out->sizes[self->profile] = portrait->frame.canvas;
    portrait->jpeg = FC_BUFFER(0);
    return FC_OK;
}

static fc_status make_thumb(const fc_photo *photo, fc_look *out, fc_error *err)
{
    const fc_image *pixels = photo->preview->pixels;
    const fc_size size = pixels->size;
    const double share = fmin(1.0, (double)FC_LOOK_THUMB_SIDE /
                                       (size.width > size.height ? size.width : size.height));
    const fc_size small = { (int32_t)fmax(1, size.width * share),
                            (int32_t)fmax(1, size.height * share) };
    FC_AUTO(fc_image) thumb = NULL;
    int32_t quality = 0;
    FC_TRY(fc_resample(pixels, (fc_box){ 0, 0, size.width, size.height }, small, &thumb, err));
    out->thumb = FC_BUFFER(FC_PORTRAIT_BYTES_MAX);
    return fc_encode_jpeg(thumb, THUMB_BYTES_MAX, &out->thumb, &quality, err);
}

static fc_params params_for(const fc_look_request *request, size_t profile)
{
    fc_params params = request->params;
    fc_profile_apply(request->profiles[profile], &params);
    fc_params_settle(&params);
    if (params.face == FC_FACE_ALL) {
        params.face = FC_FACE_LARGEST;
    }
    params.check = false;
    return params;
}

/* Eyes and sharpness are looked at once: they are of the photo, not of the picture. */
static uint32_t outputs_for(const fc_look_request *request, size_t profile)
{
    return FC_OUTPUT_JPEG | (request->params.check && profile == 0 ? FC_OUTPUT_LOOK : 0);
}

static fc_status process_alone(looking *self, fc_photo *photo, fc_bytes file, fc_error *err)
{
    const fc_look_request *request = self->request;
    return fc_engine_process(request->engine, photo, file, request->cancel, take_portrait, self,
                             err);
}

static fc_status render_one(looking *self, fc_analysis *analysis, size_t profile, fc_error *err)
{
    FC_AUTO(fc_photo) photo = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *photo, (void **)&photo, err));
    photo->params = params_for(self->request, profile);
    photo->outputs = outputs_for(self->request, profile);
    self->profile = profile;
    const fc_status status =
        fc_analysis_render(analysis, photo, self->request->cancel, take_portrait, self, err);
    fc_photo_clear(photo);
    return status;
}

static fc_status process_many(looking *self, fc_photo *photo, fc_bytes file, fc_error *err)
{
    const fc_look_request *request = self->request;
    FC_TRY(fc_engine_analyse(request->engine, photo, file, request->cancel, err));
    FC_TRY(make_thumb(photo, self->out, err));
    FC_AUTO(fc_analysis) analysis = NULL;
    FC_TRY(fc_analysis_new(request->engine, photo, file, &analysis, err));
    for (size_t i = 0; i < request->profile_count; i++) {
        FC_TRY(render_one(self, analysis, i, err));
    }
    return FC_OK;
}

/* Of all profiles, the one that takes most memory. */
static size_t find_largest(const fc_look_request *request)
{
    size_t best = 0;
    for (size_t i = 1; i < request->profile_count; i++) {
        const fc_profile *one = request->profiles[i];
        const fc_profile *other = request->profiles[best];
        best = one->width * one->height > other->width * other->height ? i : best;
    }
    return best;
}

static fc_status process(looking *self, fc_photo *photo, fc_bytes file, fc_error *err)
{
    const fc_look_request *request = self->request;
    int64_t bytes = 0;
    photo->params = params_for(request, find_largest(request));
    photo->outputs = outputs_for(request, 0);
    FC_TRY(fc_engine_estimate(request->engine, photo, file, &bytes, err));
    FC_TRY(request->admission.take(request->admission.context, bytes, err));
    fc_status status = request->profile_count == 1 ? process_alone(self, photo, file, err)
                                                   : process_many(self, photo, file, err);
    if (photo->preview != NULL && self->out->thumb.size == 0 &&
        (status == FC_OK || status == FC_NO_FACE)) {
        fc_error why = { 0 };
        const fc_status thumb = make_thumb(photo, self->out, &why);
        status = thumb != FC_OK ? fc_fail(err, thumb, "%s", why.text) : status;
    }
    request->admission.give_back(request->admission.context, bytes);
    return status;
}

/* What is the photo's own fault. */
static fc_status sort_out(fc_status status, fc_look *out, const fc_error *why, fc_error *err)
{
    switch (status) {
    case FC_OK:
        return FC_OK;
    case FC_NO_FACE:
        say(out, FC_LINE_NO_FACE, "");
        return FC_OK;
    case FC_UNSUPPORTED_FORMAT:
    case FC_CORRUPT_IMAGE:
    case FC_LIMIT_EXCEEDED:
    case FC_INVALID_ARGUMENT:
    case FC_DEADLINE:
        say(out, FC_LINE_UNREADABLE, why->text);
        return FC_OK;
    case FC_MODEL_UNAVAILABLE:
    case FC_IO:
    case FC_OUT_OF_MEMORY:
    case FC_NOT_FOUND:
    case FC_BUSY:
    case FC_STORAGE_FULL:
    case FC_STOPPING:
    case FC_CANCELLED:
        break;
    }
    return fc_fail(err, status, "%s", why->text);
}

fc_status fc_look_at(const fc_look_request *request, fc_bytes file, fc_look *out, fc_error *err)
{
    FC_ASSERT(request != NULL && request->profile_count > 0);
    FC_ASSERT(out != NULL);
    looking self = { .request = request, .out = out };
    FC_AUTO(fc_photo) photo = NULL;
    out->state = FC_LINE_READY;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *photo, (void **)&photo, err));
    fc_error why = { 0 };
    const fc_status status = process(&self, photo, file, &why);
    fc_photo_end_decoding(photo);
    fc_photo_clear(photo);
    return sort_out(status, out, &why, err);
}

void fc_look_clear(fc_look *look)
{
    FC_ASSERT(look != NULL);
    for (size_t i = 0; i < FC_PLAN_PROFILES_MAX; i++) {
        fc_buffer_clear(&look->jpegs[i]);
    }
    fc_buffer_clear(&look->thumb);
}
