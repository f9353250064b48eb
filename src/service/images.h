/**
 * Images: portraits by the address of their photo. Fetches the photo, makes the portrait and keeps
 * it. Equal orders at the same time are worked on once.
 *
 * Any thread.
 */
#pragma once

#include "base/attributes.h"
#include "base/digest.h"
#include "base/error.h"
#include "http/request.h"
#include "jobs/statistics.h"
#include "service/image_path.h"
#include "service/service.h"
#include "store/picture_cache.h"

typedef struct fc_web_image {
    fc_cached_picture picture;
    char etag[FC_DIGEST_SIZE]; /* of options and photo */
    fc_image_way way;
} fc_web_image;

/** Release the picture. */
void fc_web_image_clear(fc_web_image *image);

/**
 * Start; the service is borrowed.
 *
 * Errors: FC_INVALID_ARGUMENT (keys that are too short), FC_OUT_OF_MEMORY. A folder that cannot be
 * used is reported in the log; then nothing is kept.
 */
FC_MUST_CHECK fc_status fc_images_new(const fc_service *service, fc_images **out, fc_error *err);

/** Stop, after the last request has ended. NULL is fine. */
void fc_images_free(fc_images *images);
FC_DEFINE_CLEANUP(fc_images, fc_images_free)

/**
 * The picture of an order.
 *
 * request   the client that waits for it
 * out       empty; owner: caller
 *
 * Errors: those of fc_fetch, of fc_photo_check and of making portraits; FC_CANCELLED (the client
 * has left), FC_DEADLINE, FC_STOPPING.
 */
FC_MUST_CHECK fc_status fc_images_get(fc_images *images, const fc_http_request *request,
                                      const fc_image_order *order, fc_web_image *out,
                                      fc_error *err);

/** Numbers of the cache; all zero without one. `images` may be NULL. */
fc_picture_cache_load fc_images_stats(const fc_images *images);
