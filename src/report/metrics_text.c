#include "report/metrics_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "facecraft_version.h"
#include "infer/session.h"
#include "pipeline/stages.h"
#include "report/log_writer.h"
#include "report/process_stats.h"
#include "sandbox/sandbox.h"

#define LABELS_SIZE 256

static const char *const DEVICES[FC_DEVICES_COUNT] = { "cpu", "cuda" };

static uint64_t value_of(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static fc_status head(fc_buffer *out, const char *name, const char *type, const char *help,
                      fc_error *err)
{
    return fc_buffer_print(out, err, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A metric of one number. Whole numbers stay whole. */
static fc_status single(fc_buffer *out, const char *name, const char *type, const char *help,
                        double value, fc_error *err)
{
    FC_TRY(head(out, name, type, help, err));
    return fc_buffer_print(out, err, "%s %.17g\n", name, value);
}

static fc_status count(fc_buffer *out, const char *name, const char *labels, uint64_t value,
                       fc_error *err)
{
    return fc_buffer_print(out, err, "%s{%s} %" PRIu64 "\n", name, labels, value);
}

/* `labels` is "" or `name="value"`. The count is the sum of the ranges, so that both always agree.
 */
static fc_status histogram(fc_buffer *out, const char *name, const char *labels,
                           const fc_histogram *values, fc_histogram_bounds bounds, fc_error *err)
{
    const bool plain = labels[0] == '\0';
    const char *comma = plain ? "" : ",";
    const char *open = plain ? "" : "{";
    const char *close = plain ? "" : "}";
    uint64_t total = 0;
    for (size_t i = 0; i < bounds.count; i++) {
        total += value_of(&values->ranges[i]);
        FC_TRY(fc_buffer_print(out, err, "%s_bucket{%s%sle=\"%.10g\"} %" PRIu64 "\n", name, labels,
                               comma, bounds.values[i], total));
    }
    total += value_of(&values->ranges[bounds.count]);
    const double sum = atomic_load_explicit(&values->sum, memory_order_relaxed);
    FC_TRY(fc_buffer_print(out, err, "%s_bucket{%s%sle=\"+Inf\"} %" PRIu64 "\n", name, labels,
                           comma, total));
    FC_TRY(fc_buffer_print(out, err, "%s_sum%s%s%s %.17g\n", name, open, labels, close, sum));
    return fc_buffer_print(out, err, "%s_count%s%s%s %" PRIu64 "\n", name, open, labels, close,
                           total);
}

static fc_status plain_histogram(fc_buffer *out, const char *name, const char *help,
                                 const fc_histogram *values, fc_histogram_bounds bounds,
                                 fc_error *err)
{
    FC_TRY(head(out, name, "histogram", help, err));
    return histogram(out, name, "", values, bounds, err);
}

/* ---- requests -------------------------------------------------------------------------------- */

static fc_status print_request_counts(const fc_statistics *statistics, fc_buffer *out,
                                      fc_error *err)
{
    static const char NAME[] = "facecraft_requests_total";
    FC_TRY(head(out, NAME, "counter", "Answered requests.", err));
    for (size_t route = 0; route < statistics->route_count; route++) {
        for (size_t i = 0; fc_statistics_code(i) >= 0; i++) {
            const uint64_t value = value_of(&statistics->requests[route][i]);
            char labels[LABELS_SIZE];
            char code[16] = "other";
            if (fc_statistics_code(i) > 0) {
                (void)snprintf(code, sizeof code, "%d", fc_statistics_code(i));
            }
            (void)snprintf(labels, sizeof labels, "route=\"%s\",code=\"%s\"",
                           statistics->routes[route], code);
            if (value > 0) {
                FC_TRY(count(out, NAME, labels, value, err));
            }
        }
    }
    return FC_OK;
}

static fc_status print_requests(const fc_statistics *statistics, fc_buffer *out, fc_error *err)
{
    static const char NAME[] = "http_server_request_duration_seconds";
    FC_TRY(print_request_counts(statistics, out, err));
    FC_TRY(head(out, NAME, "histogram", "Time from the head of a request to its answer.", err));
    for (size_t route = 0; route < statistics->route_count; route++) {
        char labels[LABELS_SIZE];
        (void)snprintf(labels, sizeof labels, "http_route=\"%s\"", statistics->routes[route]);
        if (fc_histogram_count(&statistics->request_seconds[route]) > 0) {
            FC_TRY(histogram(out, NAME, labels, &statistics->request_seconds[route],
                             fc_bounds_seconds, err));
        }
    }
    FC_TRY(single(out, "http_server_active_requests", "gauge", "Requests in progress.",
                  (double)atomic_load(&statistics->requests_active), err));
    FC_TRY(plain_histogram(out, "http_server_request_body_size_bytes", "Bodies of requests.",
                           &statistics->request_bytes, fc_bounds_bytes, err));
    FC_TRY(plain_histogram(out, "http_server_response_body_size_bytes", "Bodies of answers.",
                           &statistics->response_bytes, fc_bounds_bytes, err));
    return plain_histogram(out, "facecraft_batch_size", "Photos of a batch.",
                           &statistics->batch_photos, fc_bounds_count, err);
}

/* ---- photos ---------------------------------------------------------------------------------- */

static fc_status print_errors(const fc_statistics *statistics, fc_buffer *out, fc_error *err)
{
    static const char NAME[] = "facecraft_errors_total";
    FC_TRY(
        head(out, NAME, "counter", "Photos without a portrait, by the name of the failure.", err));
    for (int status = 1; status < fc_status_count(); status++) {
        char labels[LABELS_SIZE];
        (void)snprintf(labels, sizeof labels, "code=\"%s\"",
                       fc_status_lookup((fc_status)status)->slug);
        FC_TRY(count(out, NAME, labels, value_of(&statistics->photos_failed[status]), err));
    }
    return FC_OK;
}

static fc_status print_stages(const fc_statistics *statistics, fc_buffer *out, fc_error *err)
{
    static const char NAME[] = "facecraft_stage_duration_seconds";
    FC_TRY(head(out, NAME, "histogram", "Time of one stage for one photo or face.", err));
    for (size_t stage = 0; stage < fc_stages_count; stage++) {
        for (int device = 0; device < FC_DEVICES_COUNT; device++) {
            const fc_histogram *values = &statistics->stage_seconds[stage][device];
            char labels[LABELS_SIZE];
            (void)snprintf(labels, sizeof labels, "stage=\"%s\",device=\"%s\"",
                           fc_stages[stage].name, DEVICES[device]);
            if (fc_histogram_count(values) > 0) {
                FC_TRY(histogram(out, NAME, labels, values, fc_bounds_seconds, err));
            }
        }
    }
    return FC_OK;
}

static fc_status print_inferences(const fc_statistics *statistics, fc_buffer *out, fc_error *err)
{
    static const char NAME[] = "facecraft_inference_total";
    static const char *const RESULTS[] = { "failed", "ok" };
    FC_TRY(head(out, NAME, "counter", "Stages that ran a model.", err));
    for (int model = 0; model < FC_MODEL_FILES_COUNT; model++) {
        for (int i = 0; i < 2 * FC_DEVICES_COUNT; i++) {
            const int device = i / 2;
            const uint64_t value = value_of(&statistics->inferences[model][device][i % 2]);
            char labels[LABELS_SIZE];
            (void)snprintf(labels, sizeof labels, "model=\"%s\",device=\"%s\",result=\"%s\"",
                           fc_model_file_lookup(model)->name, DEVICES[device], RESULTS[i % 2]);
            if (value > 0) {
                FC_TRY(count(out, NAME, labels, value, err));
            }
        }
    }
    return FC_OK;
}

static fc_status print_photos(const fc_statistics *statistics, fc_buffer *out, fc_error *err)
{
    FC_TRY(single(out, "facecraft_photos_total", "counter", "Photos that were worked on.",
                  (double)value_of(&statistics->photos_done), err));
    FC_TRY(print_errors(statistics, out, err));
    FC_TRY(single(out, "facecraft_no_face_total", "counter", "Photos without a face.",
                  (double)value_of(&statistics->photos_failed[FC_NO_FACE]), err));
    FC_TRY(print_stages(statistics, out, err));
    FC_TRY(print_inferences(statistics, out, err));
    FC_TRY(plain_histogram(out, "facecraft_queue_wait_seconds", "Time in the queue and for memory.",
                           &statistics->queue_seconds, fc_bounds_seconds, err));
    FC_TRY(plain_histogram(out, "facecraft_faces_per_image", "Faces found in a photo.",
                           &statistics->faces, fc_bounds_count, err));
    return plain_histogram(out, "facecraft_input_megapixels", "Sizes of photos.",
                           &statistics->megapixels, fc_bounds_megapixels, err);
}

/* ---- this moment ----------------------------------------------------------------------------- */

static fc_status print_load(const fc_worker_pool_load *load, fc_buffer *out, fc_error *err)
{
    FC_TRY(single(out, "facecraft_queue_depth", "gauge", "Photos that wait.", load->queued, err));
    FC_TRY(single(out, "facecraft_queue_limit", "gauge", "Photos that may wait.", load->queue_max,
                  err));
    FC_TRY(single(out, "facecraft_workers", "gauge", "Workers.", load->workers, err));
    FC_TRY(single(out, "facecraft_workers_busy", "gauge", "Workers at work.", load->busy, err));
    FC_TRY(single(out, "facecraft_images_in_progress", "gauge",
                  "Photos that wait or are worked on.", load->queued + load->busy, err));
    FC_TRY(single(out, "facecraft_memory_budget_bytes", "gauge",
                  "Memory that photos in work may take together.", (double)load->memory_max, err));
    return single(out, "facecraft_memory_used_bytes", "gauge",
                  "Memory that photos in work take, reckoned from their headers.",
                  (double)load->memory_used, err);
}

static fc_status print_jobs(const fc_job_totals *jobs, fc_buffer *out, fc_error *err)
{
    static const char NAME[] = "facecraft_jobs";
    FC_TRY(head(out, NAME, "gauge", "Jobs in the store.", err));
    for (int state = 0; state < FC_JOB_STATES_COUNT; state++) {
        char labels[LABELS_SIZE];
        (void)snprintf(labels, sizeof labels, "state=\"%s\"",
                       fc_job_state_name((fc_job_state)state));
        FC_TRY(count(out, NAME, labels, (uint64_t)jobs->jobs[state], err));
    }
    FC_TRY(single(out, "facecraft_storage_bytes", "gauge", "Portraits in the store.",
                  (double)jobs->picture_bytes, err));
    return single(out, "facecraft_callbacks_waiting", "gauge",
                  "Callbacks that wait for the end of their job or for a try.",
                  (double)jobs->callbacks_waiting, err);
}

/* Of all processes of the store: who adds nodes up takes the largest. */
static fc_status print_backlog(const fc_job_backlog *backlog, fc_buffer *out, fc_error *err)
{
    FC_TRY(single(out, "facecraft_backlog_photos", "gauge",
                  "Photos of jobs answered later that wait in the store.", (double)backlog->waiting,
                  err));
    FC_TRY(single(out, "facecraft_backlog_oldest_seconds", "gauge",
                  "How long the one that was accepted first has waited.",
                  (double)backlog->oldest_ms / 1000, err));
    FC_TRY(single(out, "facecraft_claimed_photos", "gauge",
                  "Photos in the store that a process has in work or next.",
                  (double)backlog->claimed, err));
    return single(out, "facecraft_dead_photos", "gauge",
                  "Photos in the store that are not tried again, kept for the operator.",
                  (double)backlog->dead, err);
}

static fc_status print_claims(const fc_statistics *statistics, fc_buffer *out, fc_error *err)
{
    static const char NAME[] = "facecraft_claims_total";
    static const char *const RESULTS[FC_CLAIM_RESULTS_COUNT] = { "first", "again", "lost" };
    FC_TRY(head(out, NAME, "counter",
                "Photos of jobs answered later: taken on first, or again after a process has ended "
                "in their middle; lost to a client that deletes them, or to another process.",
                err));
    for (int i = 0; i < FC_CLAIM_RESULTS_COUNT; i++) {
        char labels[LABELS_SIZE];
        (void)snprintf(labels, sizeof labels, "result=\"%s\"", RESULTS[i]);
        FC_TRY(count(out, NAME, labels, value_of(&statistics->claims[i]), err));
    }
    return FC_OK;
}

static fc_status print_callbacks(const fc_statistics *statistics, fc_buffer *out, fc_error *err)
{
    static const char NAME[] = "facecraft_callbacks_total";
    static const char *const RESULTS[FC_CALLBACK_RESULTS_COUNT] = { "delivered", "failed",
                                                                    "given_up" };
    FC_TRY(
        head(out, NAME, "counter", "Tries of callbacks; those that failed are tried again.", err));
    for (int i = 0; i < FC_CALLBACK_RESULTS_COUNT; i++) {
        char labels[LABELS_SIZE];
        (void)snprintf(labels, sizeof labels, "result=\"%s\"", RESULTS[i]);
        FC_TRY(count(out, NAME, labels, value_of(&statistics->callbacks[i]), err));
    }
    return FC_OK;
}

/* While it is away nothing is told of it: numbers of before would look like those of now. */
static fc_status print_store(const fc_statistics *statistics, const fc_metrics_now *now,
                             fc_buffer *out, fc_error *err)
{
    FC_TRY(single(out, "facecraft_store_up", "gauge", "1 when the database of the jobs answers.",
                  now->store_away ? 0 : 1, err));
    FC_TRY(print_claims(statistics, out, err));
    FC_TRY(print_callbacks(statistics, out, err));
    if (now->store_away) {
        return FC_OK;
    }
    FC_TRY(print_jobs(&now->jobs, out, err));
    return print_backlog(&now->backlog, out, err);
}

static fc_status print_analyses(const fc_statistics *statistics, const fc_analysis_load *load,
                                fc_buffer *out, fc_error *err)
{
    FC_TRY(single(out, "facecraft_renders_total", "counter", "Portraits made from analyses.",
                  (double)value_of(&statistics->renders), err));
    FC_TRY(
        single(out, "facecraft_analyses", "gauge", "Analysed photos in memory.", load->count, err));
    return single(out, "facecraft_analyses_bytes", "gauge", "Memory of the analysed photos.",
                  (double)load->bytes, err);
}

static fc_status print_images(const fc_statistics *statistics, const fc_picture_cache_load *load,
                              fc_buffer *out, fc_error *err)
{
    static const char NAME[] = "facecraft_images_total";
    FC_TRY(
        head(out, NAME, "counter", "Images answered by address: made, or how they were had.", err));
    for (int way = 0; way < FC_IMAGE_WAYS_COUNT; way++) {
        char labels[LABELS_SIZE];
        (void)snprintf(labels, sizeof labels, "way=\"%s\"", fc_image_way_name((fc_image_way)way));
        FC_TRY(count(out, NAME, labels, value_of(&statistics->images[way]), err));
    }
    FC_TRY(single(out, "facecraft_image_cache_images", "gauge", "Images that are kept.",
                  (double)load->pictures, err));
    FC_TRY(single(out, "facecraft_image_cache_bytes", "gauge", "Room on the disk that they take.",
                  (double)load->bytes, err));
    FC_TRY(single(out, "facecraft_image_cache_limit_bytes", "gauge", "Room that they may take.",
                  (double)load->bytes_max, err));
    return single(out, "facecraft_image_cache_evicted_total", "counter",
                  "Images that made room for others.", (double)load->evicted, err);
}

static fc_status print_build(const fc_engine *engine, fc_buffer *out, fc_error *err)
{
    static const char NAME[] = "facecraft_model_loaded";
    char labels[LABELS_SIZE];
    FC_TRY(head(out, "facecraft_build_info", "gauge", "Always 1; the labels tell.", err));
    (void)snprintf(labels, sizeof labels, "version=\"%s\",revision=\"%s\",onnxruntime=\"%s\"",
                   FC_VERSION, FC_REVISION, fc_runtime_version());
    FC_TRY(count(out, "facecraft_build_info", labels, 1, err));
    FC_TRY(head(out, NAME, "gauge", "1 when the model is loaded.", err));
    for (int model = 0; model < FC_MODEL_FILES_COUNT; model++) {
        const fc_model_file *file = fc_model_file_lookup(model);
        const bool loaded = engine != NULL && fc_engine_model_loaded(engine, model);
        (void)snprintf(labels, sizeof labels, "model=\"%s\",device=\"%s\",licence=\"%s\"",
                       file->name, loaded ? fc_engine_model_device(engine, model) : "none",
                       file->licence);
        FC_TRY(count(out, NAME, labels, loaded ? 1 : 0, err));
    }
    return FC_OK;
}

static fc_status print_providers(const fc_engine *engine, fc_buffer *out, fc_error *err)
{
    static const char NAME[] = "facecraft_provider_used";
    char labels[LABELS_SIZE];
    FC_TRY(head(out, NAME, "gauge", "1 for what runs the heavy models.", err));
    for (int i = 0; engine != NULL && i < FC_PROVIDERS_COUNT; i++) {
        const fc_provider_report *report =
            fc_runtime_report(fc_engine_runtime(engine), (fc_provider)i);
        (void)snprintf(labels, sizeof labels, "provider=\"%s\",version=\"%s\"", report->name,
                       report->version);
        FC_TRY(count(out, NAME, labels, report->used ? 1 : 0, err));
    }
    return FC_OK;
}

static fc_status print_decoders(fc_buffer *out, fc_error *err)
{
    static const char NAME[] = "facecraft_decoder_ended_total";
    const fc_sandbox_report report = fc_sandbox_look();
    FC_TRY(single(out, "facecraft_sandbox", "gauge",
                  "1 when each photo is decoded in a process of its own.", report.is_on ? 1 : 0,
                  err));
    FC_TRY(single(out, "facecraft_decoder_started_total", "counter", "Processes that decode.",
                  (double)report.started, err));
    FC_TRY(head(out, NAME, "counter", "Those that were ended before their work was done.", err));
    for (int i = 0; i < FC_SANDBOX_ENDS_COUNT; i++) {
        char labels[LABELS_SIZE];
        (void)snprintf(labels, sizeof labels, "why=\"%s\"", fc_sandbox_end_name((fc_sandbox_end)i));
        FC_TRY(count(out, NAME, labels, report.ended[i], err));
    }
    return FC_OK;
}

static fc_status print_process(const fc_statistics *statistics, fc_buffer *out, fc_error *err)
{
    const fc_process_stats facts = fc_process_read();
    FC_TRY(single(out, "process_resident_memory_bytes", "gauge", "Memory of this process.",
                  (double)facts.resident_bytes, err));
    FC_TRY(single(out, "process_cpu_seconds_total", "counter", "Processor time, user and system.",
                  facts.cpu_s, err));
    FC_TRY(single(out, "process_open_fds", "gauge", "Open file descriptors.",
                  (double)facts.open_files, err));
    FC_TRY(single(out, "process_max_fds", "gauge", "File descriptors that may be open.",
                  (double)facts.open_files_max, err));
    FC_TRY(single(out, "process_threads", "gauge", "Threads.", (double)facts.threads, err));
    FC_TRY(single(out, "facecraft_log_lines_lost_total", "counter",
                  "Lines of the log that were not read in time.", (double)fc_log_lines_lost(),
                  err));
    return single(out, "process_start_time_seconds", "gauge", "Unix time of the start.",
                  (double)statistics->start_s, err);
}

fc_status fc_metrics_print(const fc_statistics *statistics, const fc_metrics_now *now,
                           fc_buffer *out, fc_error *err)
{
    FC_ASSERT(statistics != NULL);
    FC_ASSERT(now != NULL);
    FC_ASSERT(out != NULL);

    FC_AUTO_BUFFER(text, out->size_max);
    FC_TRY(print_build(now->engine, &text, err));
    FC_TRY(print_providers(now->engine, &text, err));
    FC_TRY(print_requests(statistics, &text, err));
    FC_TRY(print_photos(statistics, &text, err));
    FC_TRY(print_load(&now->load, &text, err));
    FC_TRY(print_store(statistics, now, &text, err));
    FC_TRY(print_analyses(statistics, &now->analyses, &text, err));
    FC_TRY(print_images(statistics, &now->images, &text, err));
    FC_TRY(print_decoders(&text, err));
    FC_TRY(print_process(statistics, &text, err));
    return fc_buffer_append(out, text.data, text.size, err);
}
