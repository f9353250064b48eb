/**
 * Statistics: counts of events since the start, without locks. Read by /status and, through
 * report/metrics_text.h, by /metrics. Every label comes from a fixed list, so that no request can
 * make the numbers grow without end. Any thread.
 */
#pragma once

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "engine/model_files.h"
#include "jobs/histogram.h"
#include "pipeline/portrait.h"

/** Most routes and answer codes that are counted on their own; more count as the last one. */
#define FC_STATISTICS_ROUTES_MAX 48
#define FC_STATISTICS_CODES_MAX 40

/** Most statuses that are counted on their own. */
#define FC_STATISTICS_STATUSES_MAX 32

/** How a portrait by the address of its photo came about. */
typedef enum fc_image_way {
    FC_IMAGE_MADE,      /* a portrait was made */
    FC_IMAGE_KEPT,      /* from the cache */
    FC_IMAGE_CONFIRMED, /* from the cache, after a look whether the photo is still the same */
    FC_IMAGE_SHARED,    /* the outcome of an equal request that was under way */
} fc_image_way;

#define FC_IMAGE_WAYS_COUNT 4

enum { FC_DEVICE_CPU, FC_DEVICE_CUDA, FC_DEVICES_COUNT };

/** Result of one try of a callback. */
typedef enum fc_callback_result {
    FC_CALLBACK_WAS_DELIVERED,
    FC_CALLBACK_WAS_FAILED, /* and is tried again */
    FC_CALLBACK_WAS_GIVEN_UP,
} fc_callback_result;

#define FC_CALLBACK_RESULTS_COUNT 3

/** What became of a photo of a job that is answered later, when this process took it on. */
typedef enum fc_claim_result {
    FC_CLAIM_FIRST, /* taken on */
    FC_CLAIM_AGAIN, /* taken on after a process has ended in the middle of it */
    FC_CLAIM_LOST,  /* deleted or cancelled meanwhile, or another process's */
} fc_claim_result;

#define FC_CLAIM_RESULTS_COUNT 3

typedef struct fc_statistics {
    /* Given at start. */
    const char *routes[FC_STATISTICS_ROUTES_MAX]; /* such as "/api/v1/process" */
    size_t route_count;
    int64_t start_us; /* fc_clock_us */
    int64_t start_s;  /* Unix time */

    /* Requests. */
    _Atomic uint64_t requests[FC_STATISTICS_ROUTES_MAX][FC_STATISTICS_CODES_MAX];
    fc_histogram request_seconds[FC_STATISTICS_ROUTES_MAX];
    fc_histogram request_bytes;
    fc_histogram response_bytes;
    _Atomic int64_t requests_active;
    fc_histogram batch_photos;
    _Atomic uint64_t renders; /* portraits made from analyses */
    _Atomic uint64_t callbacks[FC_CALLBACK_RESULTS_COUNT];
    _Atomic uint64_t claims[FC_CLAIM_RESULTS_COUNT];
    _Atomic uint64_t images[FC_IMAGE_WAYS_COUNT]; /* answered by address, by fc_image_way */

    /* Photos. */
    _Atomic uint64_t photos_done; /* ended, in whatever way */
    _Atomic uint64_t photos_succeeded;
    _Atomic uint64_t photos_failed[FC_STATISTICS_STATUSES_MAX]; /* by fc_status */
    _Atomic uint64_t photo_us;                                  /* all that succeeded together */
    fc_histogram queue_seconds;
    fc_histogram stage_seconds[FC_STAGES_MAX][FC_DEVICES_COUNT];
    _Atomic uint64_t inferences[FC_MODEL_FILES_COUNT][FC_DEVICES_COUNT][2]; /* failed, succeeded */
    fc_histogram faces;
    fc_histogram megapixels;
} fc_statistics;

/** Start counting. The texts of `routes` are borrowed for ever; at most FC_STATISTICS_ROUTES_MAX.
 * Errors: FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_statistics_new(const char *const *routes, size_t count,
                                          fc_statistics **out, fc_error *err);
void fc_statistics_free(fc_statistics *statistics);
FC_DEFINE_CLEANUP(fc_statistics, fc_statistics_free)

/** One answered request. `route` is an index into the routes; bytes are those of the bodies. */
void fc_statistics_request(fc_statistics *statistics, size_t route, int code, int64_t time_us,
                           int64_t request_bytes, int64_t response_bytes);

/** A request begins (1) or is over (-1). */
void fc_statistics_active(fc_statistics *statistics, int change);

/** The size of a batch. */
void fc_statistics_batch(fc_statistics *statistics, size_t photos);

/** One portrait made from an analysis. */
void fc_statistics_render(fc_statistics *statistics);

/** One try of a callback. */
void fc_statistics_callback(fc_statistics *statistics, fc_callback_result result);

/** One photo that was taken on, or lost. */
void fc_statistics_claim(fc_statistics *statistics, fc_claim_result result);

/** One portrait that was answered by the address of its photo. */
void fc_statistics_image(fc_statistics *statistics, fc_image_way way);

/** The word for a way, such as "kept": a label of the metrics, and a header of the answer. */
const char *fc_image_way_name(fc_image_way way);

/** The result of one photo. Called by the worker pool. */
struct fc_task_result;
void fc_statistics_photo(fc_statistics *statistics, const struct fc_task_result *result);

/** The answer code that column `index` of `requests` stands for; 0: any other; -1: no such column.
 */
int fc_statistics_code(size_t index);

/** Figures for /status. */
typedef struct fc_statistics_summary {
    uint64_t total_processed;
    double success_rate;      /* 0..1; 1 before the first photo */
    double avg_processing_ms; /* of the photos that succeeded */
    int64_t uptime_s;
} fc_statistics_summary;

fc_statistics_summary fc_statistics_summarise(const fc_statistics *statistics);
