#include "engine/analysis.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/assert.h"
#include "base/memory.h"
#include "image/encode.h"
#include "ops/resample.h"
#include "ops/turn.h"
#include "pipeline/backdrop.h"
#include "pipeline/estimate.h"
#include "pipeline/stage_functions.h"

struct fc_analysis {
    atomic_int references;
    const fc_engine *engine;
    fc_buffer file;
    fc_photo photo;        /* constant but for the preview */
    pthread_mutex_t lock;  /* guards preview and what follows; what caches point to never changes */
    int32_t renders;       /* under way: preview and caches stay */
    fc_face_cache found[]; /* one for each face */
};

fc_status fc_analysis_new(const fc_engine *engine, fc_photo *photo, fc_bytes file,
                          fc_analysis **out, fc_error *err)
{
    FC_ASSERT(photo != NULL && photo->preview != NULL);
    FC_ASSERT(out != NULL);

    FC_AUTO_BUFFER(copy, file.size);
    FC_TRY(fc_buffer_append(&copy, file.data, file.size, err));
    const size_t faces = (size_t)photo->faces.count;
    fc_analysis *analysis = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *analysis + faces * sizeof analysis->found[0],
                                (void **)&analysis, err));
    atomic_init(&analysis->references, 1);
    (void)pthread_mutex_init(&analysis->lock, NULL);
    analysis->engine = engine;
    analysis->file = copy;
    copy = FC_BUFFER(0);
    fc_photo_end_decoding(photo);
    analysis->photo = *photo;
    analysis->photo.file = fc_buffer_bytes(&analysis->file);
    photo->preview = NULL;
    for (size_t i = 0; i < faces; i++) {
        analysis->found[i].keep = true;
    }
    *out = analysis;
    return FC_OK;
}

fc_analysis *fc_analysis_ref(fc_analysis *analysis)
{
    FC_ASSERT(analysis != NULL);
    (void)atomic_fetch_add(&analysis->references, 1);
    return analysis;
}

void fc_analysis_unref(fc_analysis *analysis)
{
    if (analysis == NULL || atomic_fetch_sub(&analysis->references, 1) > 1) {
        return;
    }
    for (int32_t i = 0; i < analysis->photo.faces.count; i++) {
        fc_face_cache_clear(&analysis->found[i]);
    }
    fc_photo_clear(&analysis->photo);
    if (analysis->file.data != NULL) {
        fc_memory_wipe(analysis->file.data, analysis->file.size);
    }
    fc_buffer_clear(&analysis->file);
    (void)pthread_mutex_destroy(&analysis->lock);
    fc_memory_free(analysis);
}

size_t fc_analysis_size(fc_analysis *analysis)
{
    FC_ASSERT(analysis != NULL);
    size_t size = sizeof *analysis + analysis->file.size;
    (void)pthread_mutex_lock(&analysis->lock);
    const fc_raster *preview = analysis->photo.preview;
    size += preview != NULL ? fc_image_bytes(preview->pixels) : 0;
    for (int32_t i = 0; i < analysis->photo.faces.count; i++) {
        size += sizeof analysis->found[i] + fc_face_cache_size(&analysis->found[i]);
    }
    (void)pthread_mutex_unlock(&analysis->lock);
    return size;
}

/* Points and check are small and take a network: they stay. */
static void shrink_cache(fc_face_cache *found)
{
    fc_face_cache kept = { .keep = found->keep,
                           .has_landmarks = found->has_landmarks,
                           .has_check = found->has_check,
                           .check = found->check,
                           .check_scale = found->check_scale,
                           .check_mask = found->check_mask };
    memcpy(kept.landmarks, found->landmarks, sizeof kept.landmarks);
    fc_face_cache_clear(found);
    *found = kept;
}

void fc_analysis_shrink(fc_analysis *analysis)
{
    FC_ASSERT(analysis != NULL);
    (void)pthread_mutex_lock(&analysis->lock);
    if (analysis->renders == 0) {
        fc_raster_free(analysis->photo.preview);
        analysis->photo.preview = NULL;
        for (int32_t i = 0; i < analysis->photo.faces.count; i++) {
            shrink_cache(&analysis->found[i]);
        }
    }
    (void)pthread_mutex_unlock(&analysis->lock);
}

int64_t fc_analysis_estimate(const fc_analysis *analysis, fc_photo *photo)
{
    FC_ASSERT(analysis != NULL);
    FC_ASSERT(photo != NULL);
    photo->facts = analysis->photo.facts;
    return fc_photo_estimate(photo) +
           fc_backdrop_estimate(photo->plan.backdrop, &analysis->photo.limits);
}

static void lend(fc_analysis *analysis, fc_portrait *portrait)
{
    (void)pthread_mutex_lock(&analysis->lock);
    portrait->found = fc_face_cache_checkout(&analysis->found[portrait->face_index]);
    (void)pthread_mutex_unlock(&analysis->lock);
}

static void take_back(fc_analysis *analysis, fc_portrait *portrait)
{
    (void)pthread_mutex_lock(&analysis->lock);
    fc_face_cache_checkin(&analysis->found[portrait->face_index], &portrait->found);
    (void)pthread_mutex_unlock(&analysis->lock);
}

/* Where a portrait goes. */
typedef struct delivery {
    fc_analysis *analysis;
    const fc_cancel *cancel;
    fc_portrait_sink sink;
    void *context;
} delivery;

/* Make the parts of a portrait up to `last`, and hand it over. */
static fc_status deliver(const delivery *to, fc_photo *photo, int32_t face, uint32_t last,
                         int32_t number, int32_t count, fc_error *err)
{
    fc_portrait portrait = { .photo = photo, .face_index = face };
    photo->portrait = number - 1;
    photo->portraits = count;
    lend(to->analysis, &portrait);
    fc_status status = fc_portrait_make_until(&portrait, last, to->cancel, err);
    take_back(to->analysis, &portrait);
    if (status == FC_OK) {
        status = to->sink(to->context, &portrait, number, count, err);
    }
    fc_portrait_clear(&portrait);
    return status;
}

/* Whether the preview is there, from now on until give_up. */
static bool begin(fc_analysis *analysis)
{
    (void)pthread_mutex_lock(&analysis->lock);
    analysis->renders++;
    const bool is_there = analysis->photo.preview != NULL;
    (void)pthread_mutex_unlock(&analysis->lock);
    return is_there;
}

static void end(fc_analysis *analysis)
{
    (void)pthread_mutex_lock(&analysis->lock);
    analysis->renders--;
    (void)pthread_mutex_unlock(&analysis->lock);
}

/* The preview as it was before fc_analysis_shrink. Two may do that at once: the first one counts.
 */
static fc_status decode_again(fc_analysis *analysis, fc_error *err)
{
    (void)pthread_mutex_lock(&analysis->lock);
    const fc_photo photo = analysis->photo;
    (void)pthread_mutex_unlock(&analysis->lock);
    const fc_background background = photo.params.background;
    const fc_decode_request request = {
        .shrink = fc_preview_shrink(&photo),
        .background = { background.red, background.green, background.blue },
    };
    FC_AUTO(fc_raster) preview = NULL;
    FC_TRY(fc_photo_decode_part(&photo, &request, &preview, err));
    if (photo.preview_turns != 0) {
        FC_TRY(fc_turn_raster(preview, photo.preview_turns, err));
    }
    (void)pthread_mutex_lock(&analysis->lock);
    if (analysis->photo.preview == NULL) {
        analysis->photo.preview = FC_STEAL(preview);
    }
    (void)pthread_mutex_unlock(&analysis->lock);
    return FC_OK;
}

/* As large as it may be shown; never larger than it is. */
static fc_size shown_size(fc_size size)
{
    const double longer = size.width > size.height ? size.width : size.height;
    const double share = longer > FC_ORIGINAL_SIDE_MAX ? FC_ORIGINAL_SIDE_MAX / longer : 1;
    const int32_t width = (int32_t)lround(size.width * share);
    const int32_t height = (int32_t)lround(size.height * share);
    return (fc_size){ width > 1 ? width : 1, height > 1 ? height : 1 };
}

fc_status fc_analysis_original(fc_analysis *analysis, fc_buffer *out, fc_error *err)
{
    FC_ASSERT(analysis != NULL && out != NULL);
    const fc_photo *photo = &analysis->photo; /* of which only the preview ever changes */
    const fc_size size = shown_size(photo->facts.size);
    const fc_background background = photo->params.background;
    fc_decode_request request = {
        .shrink = 1,
        .background = { background.red, background.green, background.blue },
    };
    while (request.shrink < 8 && photo->facts.size.width / (2 * request.shrink) >= size.width) {
        request.shrink *= 2;
    }
    FC_AUTO(fc_raster) raster = NULL;
    FC_TRY(fc_photo_decode_part(photo, &request, &raster, err));
    const fc_size has = raster->pixels->size;
    FC_AUTO(fc_image) shown = NULL;
    FC_TRY(fc_resample(raster->pixels, (fc_box){ 0, 0, has.width, has.height }, size, &shown, err));
    int32_t quality = 0;
    return fc_encode_jpeg(shown, FC_ORIGINAL_BYTES_MAX, out, &quality, err);
}

/* A photo for one use of the analysis: it borrows the preview, and gives it up with give_up. */
static fc_status borrow(fc_analysis *analysis, fc_photo *photo, fc_error *err)
{
    if (!begin(analysis)) {
        const fc_status status = decode_again(analysis, err);
        if (status != FC_OK) {
            end(analysis);
            return status;
        }
    }
    photo->file = analysis->photo.file;
    photo->limits = analysis->photo.limits;
    photo->models = analysis->photo.models;
    photo->facts = analysis->photo.facts;
    photo->preview = analysis->photo.preview;
    photo->faces = analysis->photo.faces;
    return FC_OK;
}

static void give_up(fc_analysis *analysis, fc_photo *photo)
{
    photo->preview = NULL;
    photo->file = (fc_bytes){ 0 };
    end(analysis);
}

static fc_status find_landmarks(const delivery *to, fc_photo *photo, fc_error *err)
{
    fc_photo all = *photo;
    all.params.face = FC_FACE_ALL;
    int32_t order[FC_FACES_MAX];
    int32_t count = 0;
    FC_TRY(fc_photo_choose(&all, order, &count, err));
    for (int32_t i = 0; i < count; i++) {
        FC_TRY(deliver(to, photo, order[i], FC_PART_LANDMARKS, i + 1, count, err));
    }
    return FC_OK;
}

fc_status fc_analysis_make(const fc_engine *engine, fc_photo *photo, fc_bytes file,
                           const fc_cancel *cancel, fc_portrait_sink sink, void *context,
                           fc_analysis **out, fc_error *err)
{
    FC_ASSERT(engine != NULL);
    FC_ASSERT(sink != NULL);

    FC_TRY(fc_engine_analyse(engine, photo, file, cancel, err));
    FC_AUTO(fc_analysis) analysis = NULL;
    FC_TRY(fc_analysis_new(engine, photo, file, &analysis, err));
    const delivery to = { analysis, cancel, sink, context };
    FC_TRY(borrow(analysis, photo, err));
    const fc_status status = find_landmarks(&to, photo, err);
    give_up(analysis, photo);
    FC_TRY(status);
    *out = FC_STEAL(analysis);
    return FC_OK;
}

/* A face that was marked otherwise is not among those that are known. */
static bool marks_another_face(const fc_analysis *analysis, const fc_photo *photo)
{
    const fc_part_box was = analysis->photo.params.face_box;
    const fc_part_box is = photo->params.face_box;
    return was.x != is.x || was.y != is.y || was.width != is.width || was.height != is.height;
}

static bool shows_another_background(const fc_analysis *analysis, const fc_photo *photo)
{
    const fc_background was = analysis->photo.params.background;
    const fc_background is = photo->params.background;
    return analysis->photo.facts.has_alpha &&
           (was.red != is.red || was.green != is.green || was.blue != is.blue);
}

static fc_status render(const delivery *to, fc_photo *photo, fc_error *err)
{
    int32_t chosen[FC_FACES_MAX];
    int32_t count = 0;
    FC_TRY(fc_photo_choose(photo, chosen, &count, err));
    return deliver(to, photo, chosen[0], FC_PART_RESULT, 1, 1, err);
}

fc_status fc_analysis_render(fc_analysis *analysis, fc_photo *photo, const fc_cancel *cancel,
                             fc_portrait_sink sink, void *context, fc_error *err)
{
    FC_ASSERT(analysis != NULL);
    FC_ASSERT(photo != NULL);
    FC_ASSERT(sink != NULL);

    if (shows_another_background(analysis, photo) || marks_another_face(analysis, photo)) {
        return fc_engine_process(analysis->engine, photo, analysis->photo.file, cancel, sink,
                                 context, err);
    }
    const delivery to = { analysis, cancel, sink, context };
    FC_TRY(borrow(analysis, photo, err));
    const fc_status status = render(&to, photo, err);
    give_up(analysis, photo);
    return status;
}
