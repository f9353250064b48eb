#include "service/images.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/condition.h"
#include "base/log.h"
#include "base/memory.h"
#include "engine/runtime_plan.h"
#include "facecraft_version.h"
#include "jobs/work.h"
#include "pipeline/centre_crop.h"
#include "service/job_result.h"
#include "service/process_request.h"

/* How often who waits for another's work looks whether its own client is still there. */
#define SLICE_US INT64_C(50000)

/* Of the places for fetching, which are refused when they are taken, two are left to others; here a
 * page with many images waits for its turn. */
#define FETCHES_MAX (FC_FETCHES_MAX - 2)

/* Below the cache folder of the program. */
#define FOLDER "images"

/* One order under way, and who waits for it. */
typedef struct flight {
    struct flight *next;
    char key[FC_DIGEST_SIZE];
    int32_t users; /* who makes it, and who waits */
    bool landed;   /* all below is constant now */
    fc_error failure;
    fc_web_image image;
} flight;

struct fc_images {
    const fc_service *service;
    fc_work crop;            /* portraits, or the middle of a photo that nobody is on */
    fc_picture_cache *cache; /* NULL: nothing is kept */
    pthread_mutex_t lock;
    pthread_cond_t changed; /* a flight has landed, or a fetch is over */
    flight *flights;        /* under the lock, as what follows */
    int32_t fetches;
};

void fc_web_image_clear(fc_web_image *image)
{
    fc_cached_picture_clear(&image->picture);
}

/* ---- start and end --------------------------------------------------------------------------- */

static fc_status estimate(const void *context, fc_photo *photo, fc_bytes file, int64_t *bytes,
                          fc_error *err)
{
    const fc_service *service = context;
    return fc_engine_estimate(service->engine, photo, file, bytes, err);
}

static fc_status crop_centre(fc_photo *photo, fc_portrait_sink sink, void *sink_context,
                             fc_error *err)
{
    fc_portrait portrait = { 0 };
    fc_status status = fc_centre_crop(photo, &portrait, err);
    status = status == FC_OK ? sink(sink_context, &portrait, 1, 1, err) : status;
    fc_portrait_clear(&portrait);
    fc_photo_end_decoding(photo);
    return status;
}

static fc_status process(const void *context, fc_photo *photo, fc_bytes file,
                         const fc_cancel *cancel, fc_portrait_sink sink, void *sink_context,
                         fc_error *err)
{
    const fc_service *service = context;
    const fc_status status =
        fc_engine_process(service->engine, photo, file, cancel, sink, sink_context, err);
    if (status != FC_NO_FACE || photo->preview == NULL) {
        return status;
    }
    *err = (fc_error){ 0 };
    return crop_centre(photo, sink, sink_context, err);
}

static fc_status open_cache(fc_images *images, fc_error *err)
{
    const fc_service *service = images->service;
    char folder[FC_CACHE_PATH_SIZE];
    char path[FC_CACHE_PATH_SIZE + sizeof FOLDER];
    fc_error why = { 0 };
    fc_cache_folder(&service->settings, folder);
    if (service->server.image_cache_mb == 0) {
        return FC_OK;
    }
    (void)snprintf(path, sizeof path, "%s/" FOLDER, folder);
    fc_status status =
        folder[0] == '\0'
            ? fc_fail(&why, FC_IO, "there is no cache folder; FACECRAFT_CACHE_DIR")
            : fc_picture_cache_open(path, (int64_t)service->server.image_cache_mb << 20,
                                    &images->cache, &why);
    if (status == FC_OUT_OF_MEMORY) {
        return fc_fail(err, status, "%s", why.text);
    }
    if (status != FC_OK) {
        FC_LOG(FC_LOG_WARNING, "images are not kept", FC_LOG_TEXT("reason", why.text));
    }
    return FC_OK;
}

fc_status fc_images_new(const fc_service *service, fc_images **out, fc_error *err)
{
    FC_ASSERT(service != NULL && out != NULL);
    FC_TRY(fc_image_keys_check(service->server.image_key, err));
    FC_AUTO(fc_images) images = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *images, (void **)&images, err));
    (void)pthread_mutex_init(&images->lock, NULL);
    fc_condition_init(&images->changed);
    images->service = service;
    if (service->server.image_no_face == FC_IMAGE_NO_FACE_CROP) {
        images->crop = (fc_work){ estimate, process, service };
    }
    FC_TRY(open_cache(images, err));
    *out = FC_STEAL(images);
    return FC_OK;
}

void fc_images_free(fc_images *images)
{
    if (images == NULL) {
        return;
    }
    FC_ASSERT(images->flights == NULL);
    fc_picture_cache_close(images->cache);
    (void)pthread_cond_destroy(&images->changed);
    (void)pthread_mutex_destroy(&images->lock);
    fc_memory_free(images);
}

/* ---- names ----------------------------------------------------------------------------------- */

static void add_text(fc_digest *digest, const char *text)
{
    fc_digest_add(digest, (fc_bytes){ (const uint8_t *)text, strlen(text) + 1 });
}

/* All that decides what is made of a photo: options with their defaults, and this program. */
static fc_status digest_options(const fc_images *images, const fc_form *form,
                                char text[FC_DIGEST_SIZE], fc_error *err)
{
    fc_digest digest;
    FC_AUTO_BUFFER(options, FC_FORM_TEXT_BYTES_MAX);
    FC_TRY(fc_form_write_text(form, &options, err));
    fc_digest_start(&digest);
    add_text(&digest, FC_VERSION);
    add_text(&digest, fc_buffer_text(&options));
    add_text(&digest, images->crop.process != NULL ? "crop" : "refuse");
    fc_digest_finish(&digest, text);
    return FC_OK;
}

static void digest_both(const char *a, const char *b, char text[FC_DIGEST_SIZE])
{
    fc_digest digest;
    fc_digest_start(&digest);
    add_text(&digest, a);
    add_text(&digest, b);
    fc_digest_finish(&digest, text);
}

/* ---- making ---------------------------------------------------------------------------------- */

static fc_status take_result(const fc_task_result *result, const fc_form *form,
                             fc_cached_picture *out, fc_error *err)
{
    if (result->failure.status != FC_OK) {
        return fc_fail(err, result->failure.status, "%s", result->failure.text);
    }
    const fc_picture_type type = fc_form_picture_type(form);
    const fc_buffer *picture = fc_portrait_picture(&result->portraits[0], type);
    out->faces = result->photo.faces.count;
    out->bytes = FC_BUFFER(picture->size);
    (void)snprintf(out->type, sizeof out->type, "%s", fc_picture_type_media(type));
    return fc_buffer_append(&out->bytes, picture->data, picture->size, err);
}

static fc_status make_portrait(const fc_images *images, const fc_http_request *request,
                               const fc_form *form, fc_buffer *photo, fc_cached_picture *out,
                               fc_error *err)
{
    const fc_service *service = images->service;
    FC_TRY(fc_photo_check(service, fc_buffer_bytes(photo), err));
    fc_task_request wanted = {
        .photo = *photo,
        .work = images->crop,
        .params = form->params,
        .outputs = fc_form_outputs(form),
        .deadline_us = fc_photo_deadline_us(service, request),
    };
    *photo = FC_BUFFER(0);
    FC_AUTO(fc_task) task = NULL;
    FC_TRY(
        fc_photo_submit(service, request, (fc_bytes){ 0 }, (fc_bytes){ 0 }, &wanted, &task, err));
    FC_TRY(fc_photo_wait(request, task, err));
    return take_result(fc_task_outcome(task), form, out, err);
}

/* Without room on the disk the picture is answered all the same. */
static void keep(const fc_images *images, const char *key, const fc_cached_picture *picture)
{
    fc_error why = { 0 };
    if (images->cache != NULL && fc_picture_cache_put(images->cache, key, picture, &why) != FC_OK) {
        FC_LOG(FC_LOG_WARNING, "an image is not kept", FC_LOG_TEXT("reason", why.text));
    }
}

static bool is_fresh(const fc_images *images, const fc_cached_picture *picture)
{
    const int64_t age_s = (int64_t)time(NULL) - picture->stored_s;
    return age_s >= 0 && age_s < images->service->server.image_max_age_s;
}

/* ---- waiting --------------------------------------------------------------------------------- */

/* Whether what is waited for has come to be; asked with the lock held, and may then take it. */
typedef bool (*condition)(fc_images *images, flight *at);

static bool has_landed(fc_images *images, flight *at)
{
    (void)images;
    return at->landed;
}

static bool take_place(fc_images *images, flight *at)
{
    (void)at;
    const bool has_room = images->fetches < FETCHES_MAX;
    images->fetches += has_room ? 1 : 0;
    return has_room;
}

static bool wait_slice(fc_images *images, condition met, flight *at)
{
    (void)pthread_mutex_lock(&images->lock);
    bool done = met(images, at);
    if (!done) {
        fc_condition_wait_until(&images->changed, &images->lock, fc_clock_us() + SLICE_US);
        done = met(images, at);
    }
    (void)pthread_mutex_unlock(&images->lock);
    return done;
}

static fc_status await(fc_images *images, const fc_http_request *request, condition met, flight *at,
                       fc_error *err)
{
    const int64_t until_us = fc_photo_deadline_us(images->service, request);
    while (!wait_slice(images, met, at)) {
        if (fc_http_client_gone(request)) {
            return fc_fail(err, FC_CANCELLED, "the client has left");
        }
        if (fc_clock_us() > until_us) {
            return fc_fail(err, FC_DEADLINE, "the image took longer than %d s",
                           images->service->server.request_deadline_s);
        }
    }
    return FC_OK;
}

static fc_status fetch(fc_images *images, const fc_http_request *request, const char *url,
                       fc_buffer *photo, fc_error *err)
{
    const fc_fetch_rules rules = fc_service_fetch_rules(images->service);
    FC_TRY(await(images, request, take_place, NULL, err));
    const fc_status status = fc_fetch(&rules, url, photo, err);
    (void)pthread_mutex_lock(&images->lock);
    images->fetches--;
    (void)pthread_cond_broadcast(&images->changed);
    (void)pthread_mutex_unlock(&images->lock);
    return status;
}

/* What the cache has is right for a while; then the photo is fetched again, and only another one is
 * worked on. */
static fc_status make(fc_images *images, const fc_http_request *request,
                      const fc_image_order *order, const char *key, fc_web_image *out,
                      fc_error *err)
{
    bool found = false;
    if (images->cache != NULL) {
        FC_TRY(fc_picture_cache_get(images->cache, key, &out->picture, &found, err));
    }
    out->way = FC_IMAGE_KEPT;
    if (found && is_fresh(images, &out->picture)) {
        return FC_OK;
    }
    FC_TRY(fc_service_admit(images->service, request, err));
    FC_AUTO_BUFFER(photo, 0);
    char source[FC_DIGEST_SIZE];
    FC_TRY(fetch(images, request, fc_buffer_text(&order->address), &photo, err));
    fc_digest_of(fc_buffer_bytes(&photo), source);
    out->way = FC_IMAGE_CONFIRMED;
    if (!found || strcmp(source, out->picture.source) != 0) {
        fc_web_image_clear(out);
        memcpy(out->picture.source, source, sizeof source);
        out->way = FC_IMAGE_MADE;
        FC_TRY(make_portrait(images, request, &order->form, &photo, &out->picture, err));
    }
    out->picture.stored_s = (int64_t)time(NULL);
    keep(images, key, &out->picture);
    return FC_OK;
}

/* ---- one piece of work for equal orders ------------------------------------------------------ */

/* The flight of a key; `first` says that the caller has to make it. */
static fc_status join(fc_images *images, const char *key, flight **out, bool *first, fc_error *err)
{
    flight *fresh = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *fresh, (void **)&fresh, err));
    (void)snprintf(fresh->key, sizeof fresh->key, "%s", key);
    (void)pthread_mutex_lock(&images->lock);
    flight *at = images->flights;
    while (at != NULL && strcmp(at->key, key) != 0) {
        at = at->next;
    }
    *first = at == NULL;
    if (*first) {
        at = FC_STEAL(fresh);
        at->next = images->flights;
        images->flights = at;
    }
    at->users++;
    (void)pthread_mutex_unlock(&images->lock);
    fc_memory_free(fresh);
    *out = at;
    return FC_OK;
}

/* Tell those who wait; who comes now begins anew. */
static void land(fc_images *images, flight *own)
{
    (void)pthread_mutex_lock(&images->lock);
    flight **link = &images->flights;
    while (*link != own) {
        link = &(*link)->next;
    }
    *link = own->next;
    own->landed = true;
    (void)pthread_cond_broadcast(&images->changed);
    (void)pthread_mutex_unlock(&images->lock);
}

static void leave(fc_images *images, flight *own)
{
    (void)pthread_mutex_lock(&images->lock);
    const bool last = --own->users == 0;
    (void)pthread_mutex_unlock(&images->lock);
    if (last) {
        fc_web_image_clear(&own->image);
        fc_memory_free(own);
    }
}

/* A copy: the first of all readers may have gone. */
static fc_status copy_image(const fc_web_image *image, fc_web_image *out, fc_error *err)
{
    *out = *image;
    out->picture.bytes = FC_BUFFER(image->picture.bytes.size);
    return fc_buffer_append(&out->picture.bytes, image->picture.bytes.data,
                            image->picture.bytes.size, err);
}

static fc_status share(fc_images *images, const fc_http_request *request, flight *other,
                       bool *again, fc_web_image *out, fc_error *err)
{
    FC_TRY(await(images, request, has_landed, other, err));
    if (other->failure.status != FC_OK) {
        /* The client of who made it has left: that is nothing to us. */
        *again = other->failure.status == FC_CANCELLED;
        return fc_fail(err, other->failure.status, "%s", other->failure.text);
    }
    FC_TRY(copy_image(&other->image, out, err));
    out->way = FC_IMAGE_SHARED;
    return FC_OK;
}

/* One try; `again` when it failed for a reason of somebody else. */
static fc_status fly(fc_images *images, const fc_http_request *request, const fc_image_order *order,
                     const char *key, bool *again, fc_web_image *out, fc_error *err)
{
    flight *at = NULL;
    bool first = false;
    FC_TRY(join(images, key, &at, &first, err));
    fc_status status = FC_OK;
    if (first) {
        status = make(images, request, order, key, &at->image, &at->failure);
        at->failure.status = status;
        land(images, at);
        status = status == FC_OK ? copy_image(&at->image, out, err)
                                 : fc_fail(err, status, "%s", at->failure.text);
    } else {
        status = share(images, request, at, again, out, err);
    }
    leave(images, at);
    return status;
}

fc_status fc_images_get(fc_images *images, const fc_http_request *request,
                        const fc_image_order *order, fc_web_image *out, fc_error *err)
{
    FC_ASSERT(images != NULL && request != NULL);
    FC_ASSERT(order != NULL && out != NULL);
    char options[FC_DIGEST_SIZE];
    char key[FC_DIGEST_SIZE];
    bool again = true;
    fc_status status = FC_OK;
    FC_TRY(digest_options(images, &order->form, options, err));
    digest_both(options, fc_buffer_text(&order->address), key);
    while (again) {
        again = false;
        status = fly(images, request, order, key, &again, out, err);
    }
    if (status == FC_OK) {
        digest_both(options, out->picture.source, out->etag);
        fc_statistics_image(images->service->statistics, out->way);
    }
    return status;
}

fc_picture_cache_load fc_images_stats(const fc_images *images)
{
    return images != NULL && images->cache != NULL ? fc_picture_cache_stats(images->cache)
                                                   : (fc_picture_cache_load){ 0 };
}
