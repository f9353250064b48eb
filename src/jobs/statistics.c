#include "jobs/statistics.h"

#include <string.h>
#include <time.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/memory.h"
#include "jobs/task.h"

/* Answers that are told apart; the last stands for all others. */
static const int CODES[] = { 200, 202, 204, 206, 304, 307, 400, 401, 403, 404, 405,
                             406, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417,
                             422, 429, 431, 499, 500, 501, 503, 504, 505, 507, 0 };
#define CODES_COUNT (sizeof CODES / sizeof CODES[0])

_Static_assert(CODES_COUNT <= FC_STATISTICS_CODES_MAX, "requests[] is too short");

static void add(_Atomic uint64_t *counter, uint64_t amount)
{
    (void)atomic_fetch_add_explicit(counter, amount, memory_order_relaxed);
}

static uint64_t value_of(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

fc_status fc_statistics_new(const char *const *routes, size_t count, fc_statistics **out,
                            fc_error *err)
{
    FC_ASSERT(routes != NULL);
    FC_ASSERT(count >= 1 && count <= FC_STATISTICS_ROUTES_MAX);
    FC_ASSERT(fc_status_count() <= FC_STATISTICS_STATUSES_MAX);
    FC_ASSERT(out != NULL);

    fc_statistics *statistics = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *statistics, (void **)&statistics, err));
    memcpy(statistics->routes, routes, count * sizeof *routes);
    statistics->route_count = count;
    statistics->start_us = fc_clock_us();
    statistics->start_s = (int64_t)time(NULL);
    *out = statistics;
    return FC_OK;
}

void fc_statistics_free(fc_statistics *statistics)
{
    fc_memory_free(statistics);
}

int fc_statistics_code(size_t index)
{
    return index < CODES_COUNT ? CODES[index] : -1;
}

static size_t index_of_code(int code)
{
    size_t index = 0;
    while (index < CODES_COUNT - 1 && CODES[index] != code) {
        index++;
    }
    return index;
}

static double seconds(int64_t time_us)
{
    return time_us > 0 ? (double)time_us / 1e6 : 0;
}

static double at_least_zero(int64_t value)
{
    return value > 0 ? (double)value : 0;
}

void fc_statistics_request(fc_statistics *statistics, size_t route, int code, int64_t time_us,
                           int64_t request_bytes, int64_t response_bytes)
{
    FC_ASSERT(statistics != NULL);
    const size_t last = statistics->route_count - 1;
    const size_t row = route < last ? route : last;
    add(&statistics->requests[row][index_of_code(code)], 1);
    fc_histogram_add(&statistics->request_seconds[row], fc_bounds_seconds, seconds(time_us));
    fc_histogram_add(&statistics->request_bytes, fc_bounds_bytes, at_least_zero(request_bytes));
    fc_histogram_add(&statistics->response_bytes, fc_bounds_bytes, at_least_zero(response_bytes));
}

void fc_statistics_active(fc_statistics *statistics, int change)
{
    FC_ASSERT(statistics != NULL);
    (void)atomic_fetch_add_explicit(&statistics->requests_active, change, memory_order_relaxed);
}

void fc_statistics_batch(fc_statistics *statistics, size_t photos)
{
    FC_ASSERT(statistics != NULL);
    fc_histogram_add(&statistics->batch_photos, fc_bounds_count, (double)photos);
}

void fc_statistics_render(fc_statistics *statistics)
{
    FC_ASSERT(statistics != NULL);
    add(&statistics->renders, 1);
}

void fc_statistics_callback(fc_statistics *statistics, fc_callback_result result)
{
    FC_ASSERT(statistics != NULL);
    FC_ASSERT((unsigned)result < FC_CALLBACK_RESULTS_COUNT);
    add(&statistics->callbacks[result], 1);
}

void fc_statistics_claim(fc_statistics *statistics, fc_claim_result result)
{
    FC_ASSERT(statistics != NULL);
    FC_ASSERT((unsigned)result < FC_CLAIM_RESULTS_COUNT);
    add(&statistics->claims[result], 1);
}

void fc_statistics_image(fc_statistics *statistics, fc_image_way way)
{
    FC_ASSERT(statistics != NULL);
    add(&statistics->images[way], 1);
}

const char *fc_image_way_name(fc_image_way way)
{
    static const char *const NAMES[FC_IMAGE_WAYS_COUNT] = {
        [FC_IMAGE_MADE] = "made",
        [FC_IMAGE_KEPT] = "kept",
        [FC_IMAGE_CONFIRMED] = "confirmed",
        [FC_IMAGE_SHARED] = "shared",
    };
    return NAMES[way];
}

static int index_of_device(const char *device)
{
    return device != NULL && strncmp(device, "cuda", 4) == 0 ? FC_DEVICE_CUDA : FC_DEVICE_CPU;
}

static void count_inference(fc_statistics *statistics, const fc_stage_report *report, bool failed)
{
    for (int i = 0; report->model != NULL && i < FC_MODEL_FILES_COUNT; i++) {
        if (strcmp(fc_model_file_lookup(i)->name, report->model) == 0) {
            add(&statistics->inferences[i][index_of_device(report->device)][failed ? 0 : 1], 1);
        }
    }
}

/* `last` is the stage at which the photo failed, or NULL. */
static void count_stages(fc_statistics *statistics, const fc_stage_report *reports,
                         const fc_stage_report *last)
{
    for (size_t i = 0; i < FC_STAGES_MAX; i++) {
        const fc_stage_report *report = &reports[i];
        if (report->name != NULL && report->ran) {
            const int device = index_of_device(report->device);
            fc_histogram_add(&statistics->stage_seconds[i][device], fc_bounds_seconds,
                             seconds(report->time_us));
            count_inference(statistics, report, report == last);
        }
    }
}

static const fc_stage_report *last_stage(const fc_stage_report *reports)
{
    const fc_stage_report *last = NULL;
    for (size_t i = 0; i < FC_STAGES_MAX; i++) {
        last = reports[i].name != NULL && reports[i].ran ? &reports[i] : last;
    }
    return last;
}

static void count_found(fc_statistics *statistics, const fc_task_result *result)
{
    const fc_size size = result->photo.facts.size;
    if (size.width > 0) {
        fc_histogram_add(&statistics->megapixels, fc_bounds_megapixels,
                         (double)size.width * size.height / 1e6);
    }
    if (result->failure.status == FC_OK || result->failure.status == FC_NO_FACE) {
        fc_histogram_add(&statistics->faces, fc_bounds_count,
                         at_least_zero(result->photo.faces.count));
    }
}

void fc_statistics_photo(fc_statistics *statistics, const fc_task_result *result)
{
    FC_ASSERT(statistics != NULL);
    FC_ASSERT(result != NULL);

    const fc_status status = result->failure.status;
    const bool broken = status == FC_MODEL_UNAVAILABLE || status == FC_OUT_OF_MEMORY;
    fc_histogram_add(&statistics->queue_seconds, fc_bounds_seconds, seconds(result->waited_us));
    count_stages(statistics, result->photo.reports,
                 broken ? last_stage(result->photo.reports) : NULL);
    for (int32_t i = 0; i < result->portrait_count; i++) {
        count_stages(statistics, result->portraits[i].reports, NULL);
    }
    count_found(statistics, result);
    add(&statistics->photos_done, 1);
    if (status == FC_OK) {
        add(&statistics->photos_succeeded, 1);
        add(&statistics->photo_us, (uint64_t)(result->worked_us > 0 ? result->worked_us : 0));
    } else {
        add(&statistics->photos_failed[status], 1);
    }
}

fc_statistics_summary fc_statistics_summarise(const fc_statistics *statistics)
{
    FC_ASSERT(statistics != NULL);
    const uint64_t total = value_of(&statistics->photos_done);
    const uint64_t succeeded = value_of(&statistics->photos_succeeded);
    const double time_ms = (double)value_of(&statistics->photo_us) / 1000.0;
    return (fc_statistics_summary){
        .total_processed = total,
        .success_rate = total > 0 ? (double)succeeded / (double)total : 1.0,
        .avg_processing_ms = succeeded > 0 ? time_ms / (double)succeeded : 0.0,
        .uptime_s = (fc_clock_us() - statistics->start_us) / 1000000,
    };
}
